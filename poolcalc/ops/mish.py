"""Mish, `torch.nn.Mish`: x · tanh(softplus(x))."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Mish(Activation):
    """Self-regularised non-monotonic activation, x · tanh(softplus(x))."""

    keyword: ClassVar[str] = "mish"

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        import numpy as np

        return x * np.tanh(np.logaddexp(x, np.float32(0)))
