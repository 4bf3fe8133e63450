"""SiLU or Swish, `torch.nn.SiLU`: x · sigmoid(x)."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class SiLU(Activation):
    """Sigmoid linear unit (swish)."""

    keyword = "silu"
    intermediates = 1
    effort = 2e-9

    def apply(self, x: Array) -> Array:
        from poolcalc.kernels.functions import sigmoid

        return x * sigmoid(x)
