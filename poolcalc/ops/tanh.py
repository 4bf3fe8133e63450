"""Hyperbolic tangent, `torch.nn.Tanh`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Tanh(Activation):
    """Hyperbolic tangent."""

    keyword: ClassVar[str] = "tanh"

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        import numpy as np

        return np.tanh(x)
