"""Global average pooling (Lin, Chen and Yan, "Network in Network", 2013)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.adaptive import GlobalPooling
from poolcalc.network.op import Gradient, Weights

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalAvgPool(GlobalPooling):
    """The mean of every channel."""

    keyword: ClassVar[str] = "global_avg_pool"
    gradient: ClassVar[Gradient] = "averaged"

    def forward(self, inputs: "Sequence[Array]", weights: Weights) -> "Array":
        """Reduce all spatial axes."""
        (x,) = inputs
        return x.mean(axis=tuple(range(1, x.ndim)), keepdims=True)
