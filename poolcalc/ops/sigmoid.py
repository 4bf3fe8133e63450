"""Sigmoid, `torch.nn.Sigmoid`: 1 / (1 + exp(−x))."""

from dataclasses import dataclass

from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Sigmoid(Activation):
    """Logistic function."""

    keyword = "sigmoid"
    intermediates = 1
    effort = 2e-9

    def apply(self, x: Array) -> Array:
        from poolcalc.kernels.functions import sigmoid

        return sigmoid(x)
