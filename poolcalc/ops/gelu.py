"""GELU, `torch.nn.GELU`: x · Φ(x), exactly or by the tanh approximation."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array
from poolcalc.network.parameter import OneOf, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class GELU(Activation):
    """Gaussian error linear unit."""

    keyword = "gelu"
    main = "approximate"
    example = "tanh"
    effort = 10e-9

    approximate: str = parameter(OneOf(("none", "tanh")), "none (exact) or tanh", default="none")

    def apply(self, x: Array) -> Array:
        import numpy as np

        from poolcalc.kernels.functions import erf

        if self.approximate == "tanh":
            inner = np.float32((2 / np.pi) ** 0.5) * (x + np.float32(0.044715) * x**3)
            return 0.5 * x * (1 + np.tanh(inner))
        return 0.5 * x * (1 + erf(x / np.float32(2**0.5)))
