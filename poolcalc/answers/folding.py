"""Layers that change nothing spatial can share the row of the layer that they follow."""

from collections import Counter
from collections.abc import Iterable, Sequence

from poolcalc.analysis.layer import Layer
from poolcalc.renderers.answer import Note
from poolcalc.wish import Wish
from poolcalc.wording import counted


def rows_above(layers: Iterable[Layer]) -> list[int]:
    """Return for every layer how many rows above stands the one that it can share, 0 where there is none.

    Neutral layers share the row of the layer that they read, where they follow on it.
    """
    above: list[int] = []
    before: Layer | None = None
    for layer in layers:
        follows = before and layer.node.inputs == (before.node.name,)
        shares = follows and layer.node.op.neutral and layer.shape and before and layer.shape == before.shape
        above.append(above[-1] + 1 if shares else 0)
        before = layer
    return above


def what_is_folded(layers: Sequence[Layer], above: Sequence[int]) -> list[Note]:
    """Say how many layers of which operator share a row, if any."""
    counts = Counter(layer.node.op.keyword for layer, rows in zip(layers, above, strict=True) if rows)
    if not counts:
        return []
    parts = ", ".join(f"{count} {keyword}" for keyword, count in counts.most_common())
    return [Note(f"{counted(sum(counts.values()), 'layer')} folded into the row above ({parts})", Wish.UNFOLD)]
