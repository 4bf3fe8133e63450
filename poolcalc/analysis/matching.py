"""Which layer of one network is which of another, so that the two can be compared."""

from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
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


_Alike = Callable[[Layer], Hashable]
_Loose = tuple[Layer | None, Layer | None]


def _given(layer: Layer) -> str:
    """Return the name that a layer was given; "" for one that was counted, which shifts where a layer is added."""
    name, keyword = layer.node.name, layer.node.op.keyword
    return "" if name.removeprefix(keyword).isdecimal() else name


_BY_NAME: tuple[_Alike, ...] = (
    lambda layer: (layer.node.name, layer.node.op),
    lambda layer: layer.node.name,
    lambda layer: layer.node.op,
    lambda layer: layer.node.op.keyword,
)
_BY_STRUCTURE: tuple[_Alike, ...] = (
    lambda layer: (_given(layer), layer.node.op),
    lambda layer: _given(layer) or layer.node.op,
    lambda layer: layer.node.op,
    lambda layer: layer.node.op.keyword,
)
"""What makes two layers the same one, the most certain first: where names are people's, and where they are counted."""


def matched(base: Sequence[Layer], head: Sequence[Layer]) -> list[Pair]:
    """Return every layer of both networks once, in the order of `head`, with removed ones where they stood."""
    alignments: list[list[_Loose]] = []
    for criteria in (_BY_NAME, _BY_STRUCTURE):
        alignments.append(_aligned(base, head, criteria))
        # Where several alignments are as long, the matcher prefers the first in its first sequence: look both ways.
        alignments.append([(before, now) for now, before in _aligned(head, base, criteria)])
    best = max(alignments, key=_unchanged)  # the first of equals: by name
    return [Pair(*pair) for pair in _by_name(best)]


def _unchanged(pairs: list[_Loose]) -> int:
    return sum(base is not None and head is not None and base.node.op == head.node.op for base, head in pairs)


def _aligned(base: Sequence[Layer], head: Sequence[Layer], criteria: Sequence[_Alike]) -> list[_Loose]:
    """Match what is alike in the same order, then by the next criterion what lies between."""
    if not criteria or not base or not head:
        return [*((layer, None) for layer in base), *((None, layer) for layer in head)]
    alike, *others = criteria
    pairs: list[_Loose] = []
    a = b = 0
    for next_a, next_b in [*_common(list(map(alike, base)), list(map(alike, head))), (len(base), len(head))]:
        pairs += _aligned(base[a:next_a], head[b:next_b], others)
        pairs += zip(base[next_a : next_a + 1], head[next_b : next_b + 1], strict=True)
        a, b = next_a + 1, next_b + 1
    return pairs


def _common(base: list[Hashable], head: list[Hashable]) -> list[tuple[int, int]]:
    """Return places of equal keys, ascending in both: those of common ends first, which leave little to search.

    One insertion or removal lies between common ends, whatever else looks alike.
    """
    start = next((i for i, (a, b) in enumerate(zip(base, head, strict=False)) if a != b), min(len(base), len(head)))
    base, head = base[start:], head[start:]
    ends = zip(reversed(base), reversed(head), strict=False)
    end = next((i for i, (a, b) in enumerate(ends) if a != b), min(len(base), len(head)))
    stop, halt = len(base) - end, len(head) - end
    blocks = SequenceMatcher(None, base[:stop], head[:halt], autojunk=False).get_matching_blocks()
    middle = [(a + i, b + i) for a, b, size in blocks for i in range(size)]
    return [
        *((i, i) for i in range(start)),
        *((start + a, start + b) for a, b in middle),
        *((start + stop + i, start + halt + i) for i in range(end)),
    ]


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
