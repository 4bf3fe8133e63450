"""Global max pooling."""

from collections.abc import Sequence
from dataclasses import dataclass

from poolcalc.families.adaptive import GlobalPooling
from poolcalc.network.op import Array, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalMaxPool(GlobalPooling):
    """The largest value of every channel."""

    keyword = "global_max_pool"
    gradient = "chosen"

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Reduce all spatial axes."""
        (x,) = inputs
        return x.max(axis=tuple(range(1, x.ndim)), keepdims=True)
