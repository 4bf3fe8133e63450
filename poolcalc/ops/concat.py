"""Concatenation along the channels, as in DenseNet, Inception and U-Net."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from poolcalc.families.merge import mismatch, require_same_axes
from poolcalc.geometry import arithmetic
from poolcalc.network.op import Array, Op, Shape, T, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Concat(Op):
    """All channels of all inputs."""

    keyword = "concat"
    example = "[map, map]"
    takes = "either"
    merges = True

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return the sum of the channels and the common sizes."""
        require_same_axes(self.keyword, inputs)
        for place in range(1, len(inputs[0])):
            if len({shape[place] for shape in inputs}) > 1:
                raise mismatch(self.keyword, place, inputs, repeats_ones=False)
        return (arithmetic.total(*(shape[0] for shape in inputs)), *inputs[0][1:])

    def rearranged(self, channels: Sequence[Sequence[T]]) -> Sequence[T]:
        """Return those of all inputs, one after the other."""
        return [*chain(*channels)]

    def channels_backward(self, values: Any, place: int, inputs: Sequence[Shape]) -> Any:
        """Cut the input's channels out."""
        before = sum(shape[0] for shape in inputs[:place])
        return values[before : before + inputs[place][0]]

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Concatenate."""
        import numpy as np

        return np.concatenate(inputs)
