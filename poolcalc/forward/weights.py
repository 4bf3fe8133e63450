"""Random weights that cost next to nothing: every tensor is a window on one drawn block, repeated as often as needed.

Drawing 138 million normal values takes longer than running VGG-16 on them, and holding them takes 550 MB. Here value i
of a tensor is block[(offset + i) mod length], scaled; so a slice of rows is a view, no dense matrix ever exists, and
the values depend on the seed alone.
"""

from collections.abc import Iterator
from math import prod

import numpy as np

from poolcalc.kernels import WORKSPACE, Array
from poolcalc.op import Weight

LENGTH = WORKSPACE - 3
"""An odd length, so that neighbouring rows of a matrix, whose width is mostly even, do not repeat each other."""


class Noise:
    """A block of standard normal values."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        once = self.generator.standard_normal(LENGTH, np.float32)
        self.block = np.concatenate([once, once])
        self.offset = 0

    def rewind(self) -> None:
        """Start over, so that the next image meets the same weights."""
        self.offset = 0

    def image(self, shape: tuple[int, ...]) -> Array:
        """Return a fresh random input."""
        return self.generator.standard_normal(shape, np.float32)

    def drawn(self, declared: dict[str, Weight]) -> "DrawnWeights":
        """Return values for one layer's weights."""
        weights = DrawnWeights(self.block, declared, self.offset)
        self.offset = (self.offset + 7919 + sum(weight.size for weight in declared.values())) % LENGTH
        return weights


class DrawnWeights:
    """One layer's weights, made when they are asked for."""

    def __init__(self, block: Array, declared: dict[str, Weight], offset: int) -> None:
        self.block, self.declared, self.offset = block, declared, offset
        self.scaled: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        """Return a tensor whole."""
        return np.concatenate([rows for _, rows in self.rows(name)])

    def rows(self, name: str) -> Iterator[tuple[slice, Array]]:
        """Yield a tensor in blocks along its first axis."""
        weight, values = self.declared[name], self._values(name)
        count, *row = weight.shape
        if weight.size <= LENGTH:
            yield slice(0, count), values.reshape(weight.shape)
            return
        width = prod(row)
        step = max(1, LENGTH // width)
        for low in range(0, count, step):
            high = min(low + step, count)
            start = (self.offset + low * width) % LENGTH
            part = values[start : start + (high - low) * width]
            if len(part) < (high - low) * width:  # one row is longer than the block
                part = np.resize(values[start : start + LENGTH], width)
            yield slice(low, high), part.reshape(high - low, *row)

    def _values(self, name: str) -> Array:
        """Return the tensor's values, or the whole block where it recurs; scaled once, however often they are used."""
        if name not in self.scaled:
            weight = self.declared[name]
            part = self.block[self.offset :][: weight.size] if weight.size <= LENGTH else self.block
            self.scaled[name] = part * np.float32(weight.deviation) + np.float32(weight.mean)
        return self.scaled[name]
