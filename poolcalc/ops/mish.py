"""Mish, `torch.nn.Mish`: x · tanh(softplus(x))."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Mish(Activation):
    """Self-regularised non-monotonic activation, x · tanh(softplus(x))."""

    keyword = "mish"
    intermediates = 1
    effort = 26e-9

    def apply(self, x: Array) -> Array:
        import numpy as np

        return x * np.tanh(np.logaddexp(x, np.float32(0)))
