"""Layer normalisation, `torch.nn.LayerNorm`.

Over the channels at each position, as convolutional networks use it (ConvNeXt, Liu et al. 2022), or over all values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from poolcalc.families.pointwise import Pointwise
from poolcalc.network.kind import Number, OneOf, Truth
from poolcalc.network.op import Array, Shape, Weight, Weights
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNorm(Pointwise):
    """Zero mean and unit variance over the channels, or over everything."""

    keyword = "layer_norm"
    main = "over"
    example = "channels"
    effort = 4e-9

    over: str = parameter(OneOf(("channels", "all")), "channels at each position, or all values", default="channels")
    eps: Fraction = parameter(Number(above=True), "added to the variance", default=Fraction("1e-5"))
    affine: bool = parameter(Truth(), "whether to learn a scale and a shift", default=True)

    @property
    def reads_whole_map(self) -> bool:
        """Whether mean and variance are taken over the map."""
        return self.over == "all"

    def weights(self, inputs: Sequence[Shape]) -> dict[str, Weight]:
        """Return weight and bias of the shape that is normalised."""
        (shape,) = inputs
        normalised = shape if self.over == "all" else shape[:1]
        return {"weight": Weight(normalised, 1, 0.1), "bias": Weight(normalised, 0, 0.1)} if self.affine else {}

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return the squares, unless weights for all values need as much once they are no longer there."""
        return 0 if self.affine and self.over == "all" else prod(output)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Normalise."""
        from poolcalc.kernels.functions import standardised

        (x,) = inputs
        y = standardised(x, axis=None if self.over == "all" else 0, eps=self.eps)
        if self.affine:
            shape = x.shape if self.over == "all" else (-1, *(1,) * (x.ndim - 1))
            y *= weights["weight"].reshape(shape)
            y += weights["bias"].reshape(shape)
        return y
