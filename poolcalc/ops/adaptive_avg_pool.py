"""Adaptive average pooling, `torch.nn.AdaptiveAvgPool2d`."""

from collections.abc import Sequence
from dataclasses import dataclass

from poolcalc.families.adaptive import AdaptivePooling
from poolcalc.network.kind import PerAxis, Whole
from poolcalc.network.op import Array, Weights
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveAvgPool(AdaptivePooling):
    """The mean of every unit's share of the map."""

    keyword = "adaptive_avg_pool"
    main = "output_size"
    example = "3"
    gradient = "averaged"
    has_fixed_weights = True

    output_size: tuple[int | None, ...] = parameter(
        PerAxis(Whole(1), null=True, idle=None), "size to come out; null keeps the input's"
    )

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Pool along one axis after the other."""
        from poolcalc.kernels.pooling import adaptive

        (x,) = inputs
        return adaptive(x, self.output_size, "mean")
