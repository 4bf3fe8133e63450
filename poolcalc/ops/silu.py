"""SiLU or Swish, `torch.nn.SiLU`: x · sigmoid(x)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class SiLU(Activation):
    """Sigmoid linear unit (swish)."""

    keyword: ClassVar[str] = "silu"

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        from poolcalc.kernels.functions import sigmoid

        return x * sigmoid(x)
