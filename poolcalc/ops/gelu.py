"""GELU, `torch.nn.GELU`: x · Φ(x), exactly or by the tanh approximation."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from poolcalc.families.pointwise import Activation
from poolcalc.network.kind import OneOf
from poolcalc.network.op import Array, Shape
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class GELU(Activation):
    """Gaussian error linear unit."""

    keyword = "gelu"
    main = "approximate"
    example = "tanh"
    effort = 10e-9

    approximate: str = parameter(OneOf(("none", "tanh")), "none (exact) or tanh", default="none")

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return the argument of the error function; the approximation works in place."""
        return 0 if self.approximate == "tanh" else prod(output)

    def apply(self, x: Array) -> Array:
        import numpy as np

        from poolcalc.kernels.functions import erf

        if self.approximate == "tanh":
            y = x**3
            y *= np.float32(0.044715)
            y += x
            y *= np.float32((2 / np.pi) ** 0.5)
            np.tanh(y, out=y)
        else:
            y = erf(x / np.float32(2**0.5))
        y += 1
        y *= x
        y *= np.float32(0.5)
        return y
