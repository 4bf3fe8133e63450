"""Dropout, `torch.nn.Dropout`: the identity outside training."""

from dataclasses import dataclass
from fractions import Fraction

from poolcalc.families.pointwise import Activation
from poolcalc.network.kind import Number
from poolcalc.network.op import Array
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropout(Activation):
    """Passes its input on (dropout acts in training only)."""

    keyword = "dropout"
    main = "p"
    example = "0.2"
    is_view = True

    p: Fraction = parameter(Number(0, 1), "probability of zeroing a value in training", default=Fraction(1, 2))

    def apply(self, x: Array) -> Array:
        return x
