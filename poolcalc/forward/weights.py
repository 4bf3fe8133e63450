"""Random weights that cost next to nothing: every tensor is a window on one drawn block, repeated as often as needed.

Drawing 138 million normal values takes longer than running VGG-16 on them, and holding them takes 550 MB. Here no dense
matrix ever exists, one layer's weights are at most `LENGTH` scaled values, and they depend on the seed alone.
"""

from collections.abc import Iterator
from math import prod

import numpy as np

from poolcalc.kernels import Array
from poolcalc.op import Weight

LENGTH = 1 << 20
"""Values in a block, 4 MiB: fewer rows of a matrix at a time make the product slower."""

SHIFTS = 4093
"""Places at which a block of rows may start in the values of the first one, so that no block repeats another."""


class Noise:
    """A block of standard normal values, and a random input."""

    def __init__(self, seed: int, length: int = LENGTH) -> None:
        self.generator = np.random.default_rng(seed)
        self.block = self.generator.standard_normal(min(length, LENGTH) + SHIFTS, np.float32)
        self.drawings = 0

    def rewind(self) -> None:
        """Start over, so that the next image meets the same weights."""
        self.drawings = 0

    def image(self, shape: tuple[int, ...]) -> Array:
        """Return a fresh random input."""
        return self.generator.standard_normal(shape, np.float32)

    def drawn(self, declared: dict[str, Weight]) -> "DrawnWeights":
        """Return values for one layer's weights."""
        self.drawings += 1
        return DrawnWeights(self.block, declared, self.drawings)


class DrawnWeights:
    """One layer's weights, made when they are asked for."""

    def __init__(self, block: Array, declared: dict[str, Weight], drawing: int) -> None:
        self.block, self.declared, self.drawing = block, declared, drawing

    def __getitem__(self, name: str) -> Array:
        """Return a tensor whole."""
        blocks = [rows for _, rows in self.rows(name)]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)

    def rows(self, name: str) -> Iterator[tuple[slice, Array]]:
        """Yield a tensor in blocks along its first axis, all of them windows on one scaled piece of the noise."""
        weight = self.declared[name]
        count, *row = weight.shape
        width = prod(row)
        step = min(count, max(1, LENGTH // width))
        values = self._values(weight, step * width + (SHIFTS if step < count else 0))
        for low in range(0, count, step):
            high, start = min(low + step, count), low * 7919 % SHIFTS
            yield slice(low, high), values[start : start + (high - low) * width].reshape(high - low, *row)

    def _values(self, weight: Weight, length: int) -> Array:
        block = self.block if length <= len(self.block) else np.resize(self.block, length)
        start = self.drawing * 7919 % (len(block) - length + 1)
        values = block[start : start + length] * np.float32(weight.deviation)
        if weight.mean:
            values += np.float32(weight.mean)
        return values
