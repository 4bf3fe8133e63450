"""ReLU, `torch.nn.ReLU`: max(x, 0)."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class ReLU(Activation):
    """Rectified linear unit, max(x, 0)."""

    keyword = "relu"

    def apply(self, x: Array) -> Array:
        import numpy as np

        return np.maximum(x, 0)
