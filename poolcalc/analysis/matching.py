"""Which layer of one network is which of another, so that the two can be compared."""

from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from poolcalc.analysis.layer import Layer


class Pair(NamedTuple):
    """A layer before and after; None where it was added or removed, but never both."""

    base: Layer | None
    head: Layer | None

    @property
    def layer(self) -> Layer:
        """The layer as it is now, or as it was before it was removed."""
        layer = self.head or self.base
        assert layer is not None  # noqa: S101 - see above
        return layer

    @property
    def name(self) -> str:
        """The name, with the former one in front where it has changed."""
        if self.base and self.head and self.base.node.name != self.head.node.name:
            return f"{self.base.node.name} → {self.head.node.name}"
        return self.layer.node.name


_ALIKE: tuple[Callable[[Layer], Hashable], ...] = (
    lambda layer: (layer.node.name, layer.node.op),
    lambda layer: layer.node.name,
    lambda layer: layer.node.op,
    lambda layer: layer.node.op.keyword,
)
"""What makes two layers the same one, the most certain first.

By name, then by structure. Names that were given by counting shift where a layer comes in between; with the operator's
parameters they rarely mislead.
"""


def matched(base: Sequence[Layer], head: Sequence[Layer]) -> list[Pair]:
    """Return every layer of both networks once, in the order of `head`, with removed ones where they stood."""
    forward = _aligned(base, head, 0)
    # Where several alignments are as long, the matcher prefers the first in its first sequence; look from both sides.
    backward = [(before, now) for now, before in _aligned(head, base, 0)]
    return [Pair(*pair) for pair in _by_name(max(forward, backward, key=_unchanged))]


_Loose = tuple[Layer | None, Layer | None]


def _unchanged(pairs: list[_Loose]) -> int:
    return sum(base is not None and head is not None and base.node.op == head.node.op for base, head in pairs)


def _aligned(base: Sequence[Layer], head: Sequence[Layer], depth: int) -> list[_Loose]:
    """Match what is alike in the same order, then by the next criterion what lies between."""
    if depth == len(_ALIKE) or not base or not head:
        return [*((layer, None) for layer in base), *((None, layer) for layer in head)]
    alike = _ALIKE[depth]
    matcher = SequenceMatcher(None, list(map(alike, base)), list(map(alike, head)), autojunk=False)
    blocks = [(0, 0, 0), *matcher.get_matching_blocks()]
    pairs: list[_Loose] = []
    for (a, b, size), (next_a, next_b, _) in pairwise(blocks):
        pairs += zip(base[a : a + size], head[b : b + size], strict=True)
        pairs += _aligned(base[a + size : next_a], head[b + size : next_b], depth + 1)
    return pairs


def _by_name(pairs: list[_Loose]) -> list[_Loose]:
    """Match layers that kept their name but not their place."""
    removed = {base.node.name: base for base, head in pairs if base and not head}
    added = {head.node.name for base, head in pairs if head and not base}
    moved = removed.keys() & added
    return [
        (removed[head.node.name] if head and head.node.name in moved else base, head)
        for base, head in pairs
        if head or (base and base.node.name not in moved)
    ]
