"""Local response normalisation across channels, `torch.nn.LocalResponseNorm` (Krizhevsky et al. 2012)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from poolcalc.families.pointwise import Pointwise
from poolcalc.network.kind import Number, Whole
from poolcalc.network.op import Array, Shape, Weights
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalResponseNorm(Pointwise):
    """Every value divided by a power of the mean square over neighbouring channels."""

    keyword = "local_response_norm"
    main = "size"
    example = "3"
    takes = "maps"
    effort = 8e-9

    size: int = parameter(Whole(1), "neighbouring channels that count")
    alpha: Fraction = parameter(Number(), "weight of the mean square", default=Fraction("1e-4"))
    beta: Fraction = parameter(Number(), "exponent", default=Fraction("0.75"))
    k: Fraction = parameter(Number(), "added to the mean square", default=Fraction(1))

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return the squares with the channels beyond, and two intermediate results."""
        channels, *spatial = output
        return (3 * channels + self.size - 1) * prod(spatial)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Divide; channels beyond the first and the last count as zeros."""
        import numpy as np

        (x,) = inputs
        channels = len(x)
        squares = np.zeros((channels + self.size - 1, *x.shape[1:]), np.float32)
        np.square(x, out=squares[self.size // 2 :][:channels])
        mean = sum(squares[shift : shift + channels] for shift in range(self.size)) / np.float32(self.size)
        return x / (np.float32(self.k) + np.float32(self.alpha) * mean) ** np.float32(self.beta)
