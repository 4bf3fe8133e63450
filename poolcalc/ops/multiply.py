"""Product of several inputs, as in squeeze-and-excite gates (Hu et al. 2017)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import mul

from poolcalc.families.merge import ElementwiseMerge
from poolcalc.network.op import Array, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiply(ElementwiseMerge):
    """The product of the inputs."""

    keyword = "multiply"
    example = "[map, gate]"

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Multiply."""
        return reduce(mul, inputs)
