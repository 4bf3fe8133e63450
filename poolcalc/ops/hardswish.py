"""Hard swish, `torch.nn.Hardswish`: x · clip(x/6 + 1/2, 0, 1)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class HardSwish(Activation):
    """Piecewise linear swish."""

    keyword: ClassVar[str] = "hardswish"

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        import numpy as np

        return x * np.minimum(np.maximum(x + 3, 0), 6) / np.float32(6)
