"""Adaptive and global pooling: the output size is given and the windows follow from it."""

from collections.abc import Sequence

from poolcalc.families.stepwise import between
from poolcalc.geometry.taps import Taps, divided
from poolcalc.network.op import Op, Shape
from poolcalc.wording import evenly


class AdaptivePooling(Op):
    """Pooling to a given size; an entry that is None keeps the input's."""

    __slots__ = ()
    output_size: tuple[int | None, ...]

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return channels and the given sizes."""
        ((channels, *spatial),) = inputs
        return (channels, *(given or size for given, size in zip(self.output_size, spatial, strict=True)))

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return unit i's share of the input, ⌊i·n/o⌋ up to ⌈(i+1)·n/o⌉."""
        (size,) = sizes
        return (divided(size, self.output_size[axis] or size),)

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return what there is between the axes."""
        return between(inputs[0], output, [axis for axis, given in enumerate(self.output_size) if given])

    def notation(self) -> str:
        """Return → and the output size."""
        return f"→{evenly([given or 'n' for given in self.output_size])}"


class GlobalPooling(Op):
    """Pooling of the whole map to one value per channel; the spatial axes stay, with size 1."""

    __slots__ = ()

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return channels and ones."""
        ((channels, *spatial),) = inputs
        return (channels, *(1 for _ in spatial))

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return all of the input."""
        (size,) = sizes
        return (divided(size, 1),)
