"""Identity, `torch.nn.Identity`."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Activation):
    """Passes its input on."""

    keyword = "identity"
    is_view = True

    def apply(self, x: Array) -> Array:
        return x
