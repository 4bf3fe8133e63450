"""GELU, `torch.nn.GELU`: x · Φ(x), exactly or by the tanh approximation."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array, Shape
from poolcalc.network.parameter import OneOf, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class GELU(Activation):
    """Gaussian error linear unit."""

    keyword = "gelu"
    main = "approximate"
    example = "tanh"
    effort = 10e-9

    approximate: str = parameter(OneOf(("none", "tanh")), "none (exact) or tanh", default="none")

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return the argument of the function and its result; the approximation has a power of it besides."""
        return (3 if self.approximate == "tanh" else 2) * prod(output)

    def apply(self, x: Array) -> Array:
        import numpy as np

        from poolcalc.kernels.functions import erf

        if self.approximate == "tanh":
            inner = np.float32((2 / np.pi) ** 0.5) * (x + np.float32(0.044715) * x**3)
            return 0.5 * x * (1 + np.tanh(inner))
        return 0.5 * x * (1 + erf(x / np.float32(2**0.5)))
