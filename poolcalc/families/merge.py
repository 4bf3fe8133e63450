"""Elementwise merges: equal shapes, where size 1 is repeated as NumPy and PyTorch do it (squeeze-and-excite gates)."""

from collections.abc import Sequence

from poolcalc.geometry import arithmetic
from poolcalc.geometry.taps import IDENTITY, Taps, broadcast
from poolcalc.network.op import Impossible, Op, Shape
from poolcalc.wording import times


class ElementwiseMerge(Op):
    """Several inputs combined value by value."""

    __slots__ = ()
    takes = "either"
    merges = True
    repeats_ones = True

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return the common shape."""
        require_same_axes(self.keyword, inputs)
        for place, sizes in enumerate(zip(*inputs, strict=True)):
            if len({*sizes} - {1}) > 1:
                raise mismatch(self.keyword, place, inputs, repeats_ones=True)
        return tuple(arithmetic.broadcast_size(*sorted({*sizes})) for sizes in zip(*inputs, strict=True))

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return unit i of every input, unit 0 of those that are repeated."""
        return tuple(broadcast() if size == 1 < max(sizes) else IDENTITY for size in sizes)


def require_same_axes(keyword: str, inputs: Sequence[Shape]) -> None:
    """Refuse to merge maps with flat vectors."""
    if len({len(shape) for shape in inputs}) > 1:
        raise Impossible(
            f"{keyword} cannot merge maps with flat vectors",
            help="flatten all of the inputs, or none",
        )


def mismatch(keyword: str, place: int, inputs: Sequence[Shape], *, repeats_ones: bool) -> Impossible:
    """Explain sizes that differ, with layers that would make them equal; place 0 is the channels."""
    sizes = [shape[place] for shape in inputs]
    # Size 1 is repeated where values are combined, but is too small where channels are put together.
    counted = [shape for shape in inputs if shape[place] > 1 or not repeats_ones]
    small, large = (pick(counted, key=lambda shape: shape[place]) for pick in (min, max))
    if place:
        what = f"sizes on axis {place - 1}"
        only_two = len({shape[1:] for shape in counted}) == 2
        change = _size_change(small, large) if only_two else f"bring every path to {times(small[1:])} with `- crop`"
    elif len(small) > 1:
        what, change = (
            "channels",
            f"end the path of {times(small)} with `- conv: {{out_channels: {large[0]}, kernel_size: 1}}`",
        )
    else:
        what, change = "features", f"end the path of {times(small)} with `- linear: {large[0]}`"
    return Impossible(f"{keyword} needs equal {what}, found {' and '.join(map(str, sizes))}", help=change)


def _size_change(small: Shape, large: Shape) -> str:
    """Cut one map to the size of the other, or enlarge it; a negative `pad` cuts."""
    missing = [[0, b - a] for a, b in zip(small[1:], large[1:], strict=True)]
    pad = f"that of {times(small)} with `- pad: {missing}`"
    if min(missing) < [0, 0]:
        return f"end {pad.replace('that', 'the path', 1)}"
    return f"end the path of {times(large)} with `- crop: {missing}`, or {pad}"
