"""ELU, `torch.nn.ELU`: x above zero, alpha · (exp(x) − 1) below."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation
from poolcalc.network.parameter import Number, parameter

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class ELU(Activation):
    """Exponential linear unit."""

    keyword: ClassVar[str] = "elu"
    main: ClassVar[str | None] = "alpha"

    alpha: Fraction = parameter(Number(), "limit far below zero, negated", default=Fraction(1))

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        import numpy as np

        return np.maximum(x, 0) + np.float32(self.alpha) * np.expm1(np.minimum(x, 0))
