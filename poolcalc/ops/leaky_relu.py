"""Leaky ReLU, `torch.nn.LeakyReLU`: max(x, 0) + negative_slope · min(x, 0)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation
from poolcalc.network.parameter import Number, parameter

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakyReLU(Activation):
    """Leaky rectified linear unit."""

    keyword: ClassVar[str] = "leaky_relu"
    main: ClassVar[str | None] = "negative_slope"

    negative_slope: Fraction = parameter(Number(), "slope below zero", default=Fraction("0.01"))

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        import numpy as np

        return np.maximum(x, 0) + np.float32(self.negative_slope) * np.minimum(x, 0)
