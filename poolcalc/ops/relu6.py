"""ReLU6, `torch.nn.ReLU6`: min(max(x, 0), 6)."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class ReLU6(Activation):
    """Rectified linear unit up to 6."""

    keyword = "relu6"
    intermediates = 1
    effort = 2e-9

    def apply(self, x: Array) -> Array:
        import numpy as np

        return np.minimum(np.maximum(x, 0), 6)
