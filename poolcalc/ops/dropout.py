"""Dropout, `torch.nn.Dropout`: the identity outside training."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation
from poolcalc.network.parameter import Number, parameter

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropout(Activation):
    """Passes its input on (dropout acts in training only)."""

    keyword: ClassVar[str] = "dropout"
    main: ClassVar[str | None] = "p"

    p: Fraction = parameter(Number(0, 1), "probability of zeroing a value in training", default=Fraction(1, 2))

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        return x
