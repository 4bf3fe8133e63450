"""One tensor of a network along one axis, on all input sizes."""

from collections.abc import Sequence

from poolcalc.analysis.sizes.law import SizeLaw, SizeRule


class Tensor:
    """The input, or what a layer puts out.

    rule: None for the input, and where the layer keeps the size of the layer before.
    flat, channels: features stand for the size of a flat vector, which has no channels.
    period, gain: so many input pixels more come to so many units more; once settled, all tensors share the period.
    known: whether period and gain are.
    root: the first tensor with these very rows; layers that work on each position alone pass them on.
    sizes: for the input sizes 1, 2, …
    """

    def __init__(self, name: str, sources: Sequence["Tensor"] = ()) -> None:
        self.name, self.sources, self.merges = name, tuple(sources), False
        self.rule: SizeRule | None = None
        self.law: SizeLaw | None = None
        self.flat, self.channels = False, 1
        self.known = True
        self.period, self.gain = 1, 1
        self.root = self
        self.sizes: list[int | None] = []

    @property
    def reads_all(self) -> bool:
        """Whether the layer leaves nothing at the end of its input, whatever the size is."""
        return self.rule is None or self.merges or (self.law is not None and self.law.reads_all)
