"""Adaptive and global pooling: the output size is given and the windows follow from it."""

from collections.abc import Iterator, Sequence

from poolcalc.families.stepwise import between
from poolcalc.geometry.taps import Taps, divided
from poolcalc.network.op import Change, Op, Shape
from poolcalc.wording import evenly, notation


class AdaptivePooling(Op):
    """Pooling to a given size; an entry that is None keeps the input's."""

    __slots__ = ()
    output_size: tuple[int | None, ...]

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return channels and the given sizes."""
        ((channels, *spatial),) = inputs
        return (channels, *(given or size for given, size in zip(self.output_size, spatial, strict=True)))

    def unevenness(self, axis: int, size: int) -> str | None:
        """Return by which sizes shares are unequal."""
        return f"{size} is no multiple of {self.output_size[axis] or size}"

    def evened(self, spatial: Sequence[int]) -> Iterator[Change]:
        """Yield output sizes that divide the input's."""
        wanted = (_divisors(size, given or size) for size, given in zip(spatial, self.output_size, strict=True))
        for output in zip(*wanted, strict=True):
            yield Change(f"`output_size: {notation(output)}`", self.with_(output_size=output))

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


def _divisors(size: int, wanted: int) -> tuple[int, int]:
    """Return the divisors of a size on both sides of the wanted one, or that itself where none is near."""
    near = [n for n in range(wanted // 2 + 1, 2 * wanted) if size % n == 0]
    below, above = (n for n in near if n <= wanted), (n for n in near if n >= wanted)
    return max(below, default=wanted), min(above, default=wanted)


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
