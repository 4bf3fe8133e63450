"""Sum of several inputs, as in residual networks (He et al. 2015)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from poolcalc.families.merge import ElementwiseMerge
from poolcalc.network.op import Array, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(ElementwiseMerge):
    """The sum of the inputs."""

    keyword = "add"
    example = "[map, gate]"

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Add."""
        return reduce(add, inputs)
