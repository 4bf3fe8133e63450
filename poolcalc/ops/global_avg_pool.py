"""Global average pooling (Lin, Chen and Yan, "Network in Network", 2013)."""

from collections.abc import Sequence
from dataclasses import dataclass

from poolcalc.families.adaptive import GlobalPooling
from poolcalc.network.op import Array, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalAvgPool(GlobalPooling):
    """The mean of every channel."""

    keyword = "global_avg_pool"
    gradient = "averaged"
    has_fixed_weights = True

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Reduce all spatial axes."""
        (x,) = inputs
        return x.mean(axis=tuple(range(1, x.ndim)), keepdims=True)
