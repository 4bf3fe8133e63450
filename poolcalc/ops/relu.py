"""ReLU, `torch.nn.ReLU`: max(x, 0)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class ReLU(Activation):
    """Rectified linear unit, max(x, 0)."""

    keyword: ClassVar[str] = "relu"

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        import numpy as np

        return np.maximum(x, 0)
