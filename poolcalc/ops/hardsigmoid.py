"""Hard sigmoid, `torch.nn.Hardsigmoid`: clip(x/6 + 1/2, 0, 1)."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class HardSigmoid(Activation):
    """Piecewise linear sigmoid."""

    keyword = "hardsigmoid"
    intermediates = 1
    effort = 2e-9

    def apply(self, x: Array) -> Array:
        import numpy as np

        return np.minimum(np.maximum(x / 6 + np.float32(0.5), 0), 1)
