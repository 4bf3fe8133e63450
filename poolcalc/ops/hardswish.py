"""Hard swish, `torch.nn.Hardswish`: x · clip(x/6 + 1/2, 0, 1)."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class HardSwish(Activation):
    """Piecewise linear swish."""

    keyword = "hardswish"
    intermediates = 1
    effort = 2e-9

    def apply(self, x: Array) -> Array:
        import numpy as np

        return x * np.minimum(np.maximum(x + 3, 0), 6) / np.float32(6)
