"""GELU, `torch.nn.GELU`: x · Φ(x), exactly or by the tanh approximation."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation
from poolcalc.network.parameter import OneOf, parameter

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class GELU(Activation):
    """Gaussian error linear unit."""

    keyword: ClassVar[str] = "gelu"
    main: ClassVar[str | None] = "approximate"

    approximate: str = parameter(OneOf(("none", "tanh")), "none (exact) or tanh", default="none")

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        import numpy as np

        from poolcalc.kernels.functions import erf

        if self.approximate == "tanh":
            inner = np.float32((2 / np.pi) ** 0.5) * (x + np.float32(0.044715) * x**3)
            return 0.5 * x * (1 + np.tanh(inner))
        return 0.5 * x * (1 + erf(x / np.float32(2**0.5)))
