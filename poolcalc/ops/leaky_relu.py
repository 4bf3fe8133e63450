"""Leaky ReLU, `torch.nn.LeakyReLU`: max(x, 0) + negative_slope · min(x, 0)."""

from dataclasses import dataclass
from fractions import Fraction

from poolcalc.families.pointwise import Activation
from poolcalc.network.kind import Number
from poolcalc.network.op import Array
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakyReLU(Activation):
    """Leaky rectified linear unit."""

    keyword = "leaky_relu"
    main = "negative_slope"
    example = "0.2"
    intermediates = 1
    effort = 2e-9

    negative_slope: Fraction = parameter(Number(), "slope below zero", default=Fraction("0.01"))

    def apply(self, x: Array) -> Array:
        import numpy as np

        y = np.minimum(x, 0)
        y *= np.float32(self.negative_slope)
        y += np.maximum(x, 0)
        return y
