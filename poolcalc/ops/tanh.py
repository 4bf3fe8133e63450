"""Hyperbolic tangent, `torch.nn.Tanh`."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Tanh(Activation):
    """Hyperbolic tangent."""

    keyword = "tanh"

    def apply(self, x: Array) -> Array:
        import numpy as np

        return np.tanh(x)
