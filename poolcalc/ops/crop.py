"""Cropping, as the U-Net paper does before its concatenations (Ronneberger et al. 2015)."""

from collections.abc import Sequence
from dataclasses import dataclass

from poolcalc.geometry import arithmetic
from poolcalc.geometry.taps import Taps, shifted
from poolcalc.network.kind import Amounts
from poolcalc.network.op import Array, Impossible, Op, Shape, Weights
from poolcalc.network.parameter import parameter
from poolcalc.wording import amounts, evenly, times


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop(Op):
    """Rows and columns cut off."""

    keyword = "crop"
    main = "cropping"
    example = "[[0, 1], 2]"
    is_view = True
    cuts = True

    cropping: tuple[tuple[int, int], ...] = parameter(Amounts(), "amounts to cut off on every side")

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return sizes − before − after."""
        ((channels, *spatial),) = inputs
        sizes = tuple(
            arithmetic.total(size, -before, -after)
            for size, (before, after) in zip(spatial, self.cropping, strict=True)
        )
        if min(sizes) < 1:
            raise Impossible(
                f"cropping {amounts(self.cropping)} leaves nothing of {times(spatial)}",
                help=f"crop less than {evenly(spatial)} in total",
            )
        return (channels, *sizes)

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return the same pixel, moved by what is cut off before it."""
        return (shifted(-self.cropping[axis][0]),)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Slice."""
        (x,) = inputs
        kept = (slice(before, -after or None) for before, after in self.cropping)
        return x[(slice(None), *kept)]

    def notation(self) -> str:
        """Return − and the amounts."""
        return f"−{amounts(self.cropping)}"
