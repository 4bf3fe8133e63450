"""ReLU6, `torch.nn.ReLU6`: min(max(x, 0), 6)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class ReLU6(Activation):
    """Rectified linear unit up to 6."""

    keyword: ClassVar[str] = "relu6"

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        import numpy as np

        return np.minimum(np.maximum(x, 0), 6)
