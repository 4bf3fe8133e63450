"""Group normalisation, `torch.nn.GroupNorm`: statistics over a group of channels and the whole map."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from poolcalc.families.groups import nearest_divisor
from poolcalc.families.pointwise import Pointwise
from poolcalc.network.kind import Groups, Number, Truth
from poolcalc.network.op import Array, Impossible, Shape, Weight, Weights
from poolcalc.network.parameter import parameter
from poolcalc.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNorm(Pointwise):
    """Zero mean and unit variance for every group of channels."""

    keyword = "group_norm"
    main = "num_groups"
    example = "2"
    keeps_shape = False  # not where groups do not divide the channels
    intermediates = 1
    effort = 2e-9

    num_groups: int = parameter(Groups(1), "groups of channels; 1 is layer norm over all, channels is instance norm")
    eps: Fraction = parameter(Number(above=True), "added to the variance", default=Fraction("1e-5"))
    affine: bool = parameter(Truth(), "whether to learn a scale and a shift", default=True)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return the input's shape."""
        (shape,) = inputs
        if shape[0] % self.num_groups:
            raise Impossible(
                f"num_groups {self.num_groups} does not divide {counted(shape[0], 'channel')}",
                help=f"use num_groups: {nearest_divisor(shape[0], self.num_groups)}",
            )
        return shape

    @property
    def reads_whole_map(self) -> bool:
        """Mean and variance are taken over the map."""
        return True

    def weights(self, inputs: Sequence[Shape]) -> dict[str, Weight]:
        """Return weight and bias, a value per channel."""
        ((channels, *_),) = inputs
        return {"weight": Weight((channels,), 1, 0.1), "bias": Weight((channels,), 0, 0.1)} if self.affine else {}

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Normalise every group."""
        from poolcalc.kernels.functions import standardised

        (x,) = inputs
        y = standardised(x.reshape(self.num_groups, -1), axis=1, eps=self.eps).reshape(x.shape)
        if self.affine:
            column = (-1, *(1,) * (x.ndim - 1))
            y *= weights["weight"].reshape(column)
            y += weights["bias"].reshape(column)
        return y
