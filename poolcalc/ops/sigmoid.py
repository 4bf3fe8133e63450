"""Sigmoid, `torch.nn.Sigmoid`: 1 / (1 + exp(−x))."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Sigmoid(Activation):
    """Logistic function."""

    keyword: ClassVar[str] = "sigmoid"

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        from poolcalc.kernels.functions import sigmoid

        return sigmoid(x)
