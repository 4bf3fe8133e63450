"""Softmax, `torch.nn.Softmax`: over the channels at each position, or over all positions of each channel."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.kind import OneOf
from poolcalc.network.op import Array
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Softmax(Activation):
    """Exponentials that sum to one."""

    keyword = "softmax"
    main = "over"
    example = "positions"
    intermediates = 1
    effort = 4e-9

    over: str = parameter(OneOf(("channels", "positions")), "what sums to one", default="channels")

    @property
    def reads_whole_map(self) -> bool:
        """Whether the sum runs over the map."""
        return self.over == "positions"

    def apply(self, x: Array) -> Array:
        """Return the exponentials, scaled."""
        import numpy as np

        axes = 0 if self.over == "channels" else tuple(range(1, x.ndim))
        powers = np.exp(x - x.max(axis=axes, keepdims=True))
        return powers / powers.sum(axis=axes, keepdims=True)
