"""Identity, `torch.nn.Identity`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from poolcalc.families.pointwise import Activation

if TYPE_CHECKING:
    from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Activation):
    """Passes its input on."""

    keyword: ClassVar[str] = "identity"

    def apply(self, x: "Array") -> "Array":
        """Return the function of every value."""
        return x
