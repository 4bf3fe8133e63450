"""Random values that cost next to nothing: every tensor is a window on one drawn block, repeated as often as needed.

Drawing 138 million values takes longer than running VGG-16 on them, and holding them takes 550 MB. Here no dense matrix
ever exists, one layer's weights are at most `LENGTH` scaled values, and all depend on the seed alone.

The values come from Python's generator, because importing NumPy's takes longer than drawing a whole block.
"""

from collections.abc import Iterator
from math import prod
from random import Random

import numpy as np

from poolcalc.kernels import Array
from poolcalc.network.op import Weight

LENGTH = 1 << 20
"""Values in a block, 4 MiB: fewer rows of a matrix at a time make the product slower."""

SHIFTS = 4093
"""Places at which a block of rows may start in the values of the first one, so that no block repeats another."""

DRAWN = 1 << 16
"""Values to draw at a time."""


class Noise:
    """Values with mean 0 and variance 1, evenly distributed, drawn as far as they are needed."""

    def __init__(self, seed: int) -> None:
        self._images, self._weights = (Random(f"{what} {seed}") for what in ("images", "weights"))  # noqa: S311
        self._block = _drawn(self._weights, 0)
        self.drawings = 0

    def rewind(self) -> None:
        """Start over, so that the next image meets the same weights."""
        self.drawings = 0

    def image(self, shape: tuple[int, ...]) -> Array:
        """Return a fresh random input; one of more than `LENGTH` values repeats itself."""
        values, there = np.empty(prod(shape), np.float32), _drawn(self._images, min(prod(shape), LENGTH))
        for low in range(0, len(values), LENGTH):
            values[low : low + LENGTH] = there[: len(values) - low]
        return values.reshape(shape)

    def drawn(self, declared: dict[str, Weight]) -> "DrawnWeights":
        """Return values for one layer's weights."""
        self.drawings += 1
        return DrawnWeights(self, declared, self.drawings)

    def block(self, count: int) -> Array:
        """Return the first values of the block, which grows with what is asked for."""
        there = len(self._block)
        if count > there:
            more = _drawn(self._weights, block_length(there, count) - there)
            self._block = np.concatenate([self._block, more])
        return self._block[:count]


def block_length(there: int, needed: int) -> int:
    """Return how long a block of `there` values becomes for the sake of those `needed`: twice as long if it grows."""
    return max(needed, min(2 * there, LENGTH + SHIFTS)) if needed > there else there


def block_of(weight: Weight) -> tuple[int, int]:
    """Return how many rows of a tensor are given at a time, and how many values that takes."""
    count, *row = weight.shape
    width = prod(row)
    step = min(count, max(1, LENGTH // width))
    return step, step * width + (SHIFTS if step < count else 0)


def held(weight: Weight, *, in_blocks: bool) -> int:
    """Return how many values exist while a layer has a tensor, whole or in blocks, beside the noise."""
    step, length = block_of(weight)
    scaled = length if length <= LENGTH + SHIFTS else 2 * length  # a longer row is made of the noise repeated
    return scaled if in_blocks or step == weight.shape[0] else scaled + weight.size


def _drawn(random: Random, count: int) -> Array:
    values = np.empty(count, np.float32)
    for low in range(0, count, DRAWN):
        part = values[low : low + DRAWN]
        part[:] = np.frombuffer(random.randbytes(4 * len(part)), "<u4")
    values *= np.float32(2 * 3**0.5 / 2**32)  # from −√3 to √3, which has variance 1
    values -= np.float32(3**0.5)
    return values


class DrawnWeights:
    """One layer's weights, made when they are asked for."""

    def __init__(self, noise: Noise, declared: dict[str, Weight], drawing: int) -> None:
        self.noise, self.declared, self.start = noise, declared, drawing * 7919 % SHIFTS

    def __getitem__(self, name: str) -> Array:
        """Return a tensor whole."""
        blocks = [rows for _, rows in self.rows(name)]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)

    def rows(self, name: str) -> Iterator[tuple[slice, Array]]:
        """Yield a tensor in blocks along its first axis, all of them windows on one scaled piece of the noise."""
        weight = self.declared[name]
        count, *row = weight.shape
        step, length = block_of(weight)
        width, values = prod(row), self._values(weight, length)
        for low in range(0, count, step):
            high, start = min(low + step, count), low * 7919 % SHIFTS
            yield slice(low, high), values[start : start + (high - low) * width].reshape(high - low, *row)

    def _values(self, weight: Weight, length: int) -> Array:
        noise = self.noise.block(self.start + min(length, LENGTH + SHIFTS))[self.start :]
        values = (noise if length <= len(noise) else np.resize(noise, length)) * np.float32(weight.deviation)
        if weight.mean:
            values += np.float32(weight.mean)
        return values
