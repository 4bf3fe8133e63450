"""Batch normalisation with running statistics, `torch.nn.BatchNorm2d` in evaluation mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from poolcalc.families.pointwise import Pointwise
from poolcalc.network.kind import Number, Truth
from poolcalc.network.op import Array, Shape, Weight, Weights
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNorm(Pointwise):
    """Scale and shift of every channel."""

    keyword = "batch_norm"

    eps: Fraction = parameter(Number(above=True), "added to the variance", default=Fraction("1e-5"))
    affine: bool = parameter(Truth(), "whether to learn a scale and a shift", default=True)

    def weights(self, inputs: Sequence[Shape]) -> dict[str, Weight]:
        """Return a value per channel: weight and bias (learned), running_mean and running_var (not counted)."""
        ((channels, *_),) = inputs
        learned = {"weight": Weight((channels,), 1, 0.1), "bias": Weight((channels,), 0, 0.1)} if self.affine else {}
        mean, variance = Weight((channels,), 0, 0.1, learned=False), Weight((channels,), 1, 0, learned=False)
        return learned | {"running_mean": mean, "running_var": variance}

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Normalise with the running statistics."""
        import numpy as np

        (x,) = inputs
        scale = 1 / np.sqrt(weights["running_var"] + np.float32(self.eps))
        if self.affine:
            scale *= weights["weight"]
        shift = -weights["running_mean"] * scale
        if self.affine:
            shift += weights["bias"]
        column = (-1, *(1,) * (x.ndim - 1))
        y = x * scale.reshape(column)
        y += shift.reshape(column)
        return y
