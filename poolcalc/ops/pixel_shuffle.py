"""Pixel shuffle, `torch.nn.PixelShuffle`: channels become finer rows and columns (Shi et al. 2016)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from poolcalc.geometry import arithmetic
from poolcalc.geometry.taps import Taps, nearest
from poolcalc.network.kind import Whole
from poolcalc.network.op import Array, Impossible, Op, Shape, Weights
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelShuffle(Op):
    """Every group of upscale_factor^axes channels becomes one finer channel."""

    keyword = "pixel_shuffle"
    main = "upscale_factor"
    example = "2"
    enlarges = True

    upscale_factor: int = parameter(Whole(1), "factor of the sizes")

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return channels / r^axes and sizes · r."""
        ((channels, *spatial),) = inputs
        group = self.fewest_channels(len(spatial))
        if channels % group:
            raise Impossible(
                f"pixel_shuffle needs a multiple of {group} channels, found {channels}",
                f"upscale_factor {self.upscale_factor} on {len(spatial)} axes takes {group} channels for one",
                help=f"give its input {max(1, round(channels / group)) * group} channels",
            )
        factor = self.upscale_factor
        return (
            arithmetic.shared(channels, *(factor for _ in spatial)),
            *(arithmetic.product(size, factor) for size in spatial),
        )

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return the coarse pixel that unit u lies in."""
        return (nearest(Fraction(1, self.upscale_factor)),)

    def fewest_channels(self, axes: int) -> int:
        """Return the channels that become one."""
        return self.upscale_factor**axes

    def channels_backward(self, values: Any, place: int, inputs: Sequence[Shape]) -> Any:
        """Share a channel out evenly among those that it was made of."""
        group = inputs[place][0] // len(values)
        return (values / group).repeat(group, axis=0)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Interleave groups of channels with the positions."""
        (x,) = inputs
        factor, spatial = self.upscale_factor, x.shape[1:]
        axes = len(spatial)
        y = x.reshape(-1, *(factor,) * axes, *spatial)
        order = [place for axis in range(axes) for place in (1 + axes + axis, 1 + axis)]
        return y.transpose(0, *order).reshape(len(y), *(size * factor for size in spatial))

    def notation(self) -> str:
        """Return ↑factor."""
        return f"↑{self.upscale_factor}"
