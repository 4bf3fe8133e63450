"""Operators that change a map along one axis after the other."""

from collections.abc import Iterable, Sequence
from math import prod


def between(shape: Sequence[int], output: Sequence[int], axes: Iterable[int], copies: int = 1) -> int:
    """Return how many values exist at most beside input and output, while the axes get their final sizes in turn.

    copies: arrays that each step fills. The step before is kept until then.

    >>> between((1, 4, 4), (1, 8, 8), range(2))
    32
    """
    now, before, most = list(shape), 0, 0
    for axis in axes:
        now[1 + axis] = output[1 + axis]
        most = max(most, before + copies * prod(now))
        before = prod(now)
    return max(0, most - prod(output))
