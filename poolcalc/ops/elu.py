"""ELU, `torch.nn.ELU`: x above zero, alpha · (exp(x) − 1) below."""

from dataclasses import dataclass
from fractions import Fraction

from poolcalc.families.pointwise import Activation
from poolcalc.network.kind import Number
from poolcalc.network.op import Array
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class ELU(Activation):
    """Exponential linear unit."""

    keyword = "elu"
    main = "alpha"
    example = "0.5"
    intermediates = 2
    effort = 4e-9

    alpha: Fraction = parameter(Number(), "limit far below zero, negated", default=Fraction(1))

    def apply(self, x: Array) -> Array:
        import numpy as np

        return np.maximum(x, 0) + np.float32(self.alpha) * np.expm1(np.minimum(x, 0))
