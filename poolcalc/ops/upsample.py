"""Resizing, `torch.nn.Upsample`: nearest neighbour, or linear interpolation along every axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from poolcalc.families.stepwise import between
from poolcalc.geometry import arithmetic
from poolcalc.geometry.taps import IDENTITY, Taps, linear, nearest
from poolcalc.network.kind import Number, OneOf, PerAxis, Truth, Whole
from poolcalc.network.op import Array, Change, Contradiction, Impossible, Op, Shape, Weights
from poolcalc.network.parameter import parameter
from poolcalc.wording import evenly, notation, times

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
"""The name of linear interpolation, by the number of axes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsample(Op):
    """Resizing by a factor or to a size."""

    keyword = "upsample"
    main = "scale_factor"
    example = "{scale_factor: 1.5, mode: bilinear}"
    enlarges = True
    has_fixed_weights = True
    effort = 3e-9

    scale_factor: tuple[Fraction, ...] | None = parameter(
        PerAxis(Number(above=True), idle=Fraction(1)), "factor of the sizes; this or size", default=None
    )
    size: tuple[int | None, ...] | None = parameter(
        PerAxis(Whole(1), null=True, idle=None),
        "size to come out, null keeps the input's; this or scale_factor",
        default=None,
    )
    mode: str = parameter(
        OneOf(("nearest", *LINEAR.values())),
        "nearest, or linear, bilinear, trilinear by the number of axes",
        default="nearest",
    )
    align_corners: bool = parameter(Truth(), "whether the corner pixels' centres keep their places", default=False)

    def contradiction(self) -> Contradiction | None:
        """Refuse both of scale_factor and size, or neither, and what the mode does not know."""
        given = self.scale_factor if self.size is None else self.size
        if given is None or None not in (self.scale_factor, self.size):
            return Contradiction(
                "size", "upsample takes either scale_factor or size", help="give exactly one of the two"
            )
        interpolation = LINEAR[len(given)]
        if self.mode not in ("nearest", interpolation):
            return Contradiction(
                "mode",
                f"mode {self.mode} does not fit an input with {len(given)} spatial axes",
                help=f"use mode: {interpolation}, or nearest",
            )
        if self.align_corners and self.mode == "nearest":
            return Contradiction("align_corners", "align_corners has no meaning for mode nearest", help="leave it out")
        return None

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return the size, or the floor of input times factor, a product of doubles."""
        ((channels, *spatial),) = inputs
        if self.size is not None:
            return (channels, *(given or size for given, size in zip(self.size, spatial, strict=True)))
        sizes = tuple(map(_scaled, spatial, self.scale_factor or ()))
        if 0 in sizes:
            raise Impossible(
                f"scale_factor leaves nothing of {times(spatial)}", help="use a factor of at least 1 / input size"
            )
        return (channels, *sizes)

    def resized(self, found: Sequence[int], wanted: Sequence[int]) -> Change | None:
        """Return the size itself instead of a factor."""
        words = f"`size: {notation(tuple(wanted))}`" + (" instead of a factor" if self.scale_factor else "")
        return Change(words, self.with_(scale_factor=None, size=tuple(wanted)))

    def elsewhere(self) -> Change | None:
        """Return the size as a factor, as Keras takes it."""
        if self.size is None:
            return None
        factor = tuple(Fraction(given or 1) for given in self.size)
        words = f"Keras' size is a factor, here `scale_factor: {notation(factor)}`"
        return Change(words, self.with_(size=None, scale_factor=factor))

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return the nearest pixel, or the two on both sides of the sampling point."""
        (size,) = sizes
        if self.scale_factor is not None:
            ratio, output = 1 / self.scale_factor[axis], _scaled(size, self.scale_factor[axis])
        else:
            output = (self.size or ())[axis] or size
            ratio = Fraction(size, output)
        if self.mode == "nearest":
            return (nearest(ratio),)
        if output == size:  # PyTorch copies then, even if the factor is not 1
            return (IDENTITY,)
        if self.align_corners:
            return (linear(Fraction(size - 1, output - 1) if output > 1 else Fraction(0)),)
        return (linear(ratio, (ratio - 1) / 2),)

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return what there is between the axes; interpolation takes two pixels for each, on axes that it changes."""
        axes = range(len(output) - 1)
        if self.mode == "nearest":
            return between(inputs[0], output, axes)
        changed = [axis for axis in axes if output[1 + axis] != inputs[0][1 + axis]]
        return between(inputs[0], output, changed, copies=2)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Gather, and interpolate, along one axis after the other."""
        from poolcalc.kernels.resampling import resize

        (x,) = inputs
        return resize(
            x, self.size, self.scale_factor, interpolate=self.mode != "nearest", align_corners=self.align_corners
        )

    def notation(self) -> str:
        """Return ↑factor or →size, and the mode."""
        how = self.mode + (" corners" if self.align_corners else "")
        if self.scale_factor is not None:
            return f"↑{evenly(self.scale_factor)} {how}"
        return f"→{evenly([size or 'n' for size in self.size or ()])} {how}"


def _scaled(size: int, factor: Fraction) -> int:
    return arithmetic.scaled_size(size, factor.numerator, factor.denominator)
