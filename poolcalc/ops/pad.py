"""Padding as a layer of its own, `torch.nn.functional.pad`; negative amounts crop."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from poolcalc.geometry import arithmetic
from poolcalc.geometry.taps import Beyond, Taps, shifted
from poolcalc.network.kind import LARGEST, Amounts, Number, OneOf
from poolcalc.network.op import Array, Contradiction, Impossible, Op, Shape, Weights
from poolcalc.network.parameter import parameter
from poolcalc.wording import amounts, counted, evenly, times

_BEYOND: dict[str, Beyond] = {"constant": "nothing", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pad(Op):
    """Rows and columns around the map."""

    keyword = "pad"
    main = "padding"
    example = "[[1, 2], -1]"
    cuts = True

    padding: tuple[tuple[int, int], ...] = parameter(Amounts(-LARGEST), "amounts on every side; negative ones crop")
    mode: str = parameter(OneOf(tuple(_BEYOND)), "what the padding holds", default="constant")
    value: Fraction = parameter(Number(-LARGEST), "the constant", default=Fraction(0))

    def contradiction(self) -> Contradiction | None:
        """Refuse to cut off what circular padding would repeat."""
        for axis, pair in enumerate(self.padding if self.mode == "circular" else ()):
            if min(pair) < 0 < max(pair):
                return Contradiction(
                    "padding",
                    f"circular padding on one side of axis {axis} needs the other side whole",
                    help=f"crop by {-min(pair)} in a layer of its own, with `crop`",
                )
        return None

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return sizes + before + after; padding is made of what negative amounts leave."""
        ((channels, *spatial),) = inputs
        kept = [
            size + min(before, 0) + min(after, 0) for size, (before, after) in zip(spatial, self.padding, strict=True)
        ]
        if min(kept) < 1:
            raise Impossible(
                f"padding {amounts(self.padding)} cuts {times(spatial)} away entirely",
                help=f"cut off less than {evenly(spatial)}",
            )
        reach = {"constant": None, "reflect": -1, "replicate": None, "circular": 0}[self.mode]
        for axis, (size, pair) in enumerate(zip(kept, self.padding, strict=True)):
            if reach is not None and max(pair) > size + reach:
                raise Impossible(
                    f"{self.mode} padding of {max(pair)} needs more than the {counted(size, 'pixel')} of axis {axis}",
                    help=f"use up to {min(kept) + reach}, or mode: replicate",
                )
        return (channels, *(arithmetic.total(size, *pair) for size, pair in zip(spatial, self.padding, strict=True)))

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return the same pixel, moved by the padding before it."""
        beyond = _BEYOND[self.mode]
        return (shifted(self.padding[axis][0], beyond),)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Crop where negative, pad where positive."""
        import numpy as np

        (x,) = inputs
        kept = (
            slice(max(-before, 0), min(size + after, size))
            for size, (before, after) in zip(x.shape[1:], self.padding, strict=True)
        )
        widths = ((0, 0), *((max(before, 0), max(after, 0)) for before, after in self.padding))
        cropped = x[(slice(None), *kept)]
        if self.mode == "constant":
            return np.pad(cropped, widths, constant_values=float(self.value))
        if self.mode == "reflect":
            return np.pad(cropped, widths, mode="reflect")
        return np.pad(cropped, widths, mode="edge" if self.mode == "replicate" else "wrap")

    def notation(self) -> str:
        """Return pPadding and the mode."""
        return f"p{amounts(self.padding)}" + (f" {self.mode}" if self.mode != "constant" else "")
