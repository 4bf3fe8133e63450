"""Rows at the end of a map that no window reaches and nothing else reads.

The stride does not divide what is left after the first window, or a factor below one leaves a part of a row, and
rounding down leaves rows or columns out that further units would read. A remainder that consists of padding loses
nothing and is not reported, and neither is a row that another branch reads. `sizes`, the tables and `dropped` in
`expect` count the same rows; where several layers round the same ones away, they count at the one that does most.

Bad:

```yaml
input: [3, 15, 15]
layers:
  - max_pool: 2
```

Good:

```yaml
input: [3, 16, 16]
layers:
  - max_pool: 2
```
"""

from collections.abc import Iterator
from functools import reduce
from math import prod
from operator import and_, or_

from poolcalc.analysis.branches import written
from poolcalc.analysis.layer import Layer, Sized
from poolcalc.finding import Finding
from poolcalc.network.edit import with_window
from poolcalc.network.graph import Graph
from poolcalc.network.window import Window
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule, clean_inputs
from poolcalc.wording import counted, notation, spots

Masks = tuple[int, ...]
"""For every axis of the input, a bit for every pixel along it."""


class LostRows(Rule, code="PC102", severity="warning"):
    guards = resizes = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield layers that round down, with the arithmetic; the first also with what nothing sees for all that."""
        unseen = _unseen(facts) if facts.lost else {}
        for name, lost in facts.lost.items():
            layer = facts.sized[name]
            sizes = layer.input_shapes[0][1:]
            parts = [
                f"{len(rows)} of {counted(size, axis)}"
                for rows, size, axis in zip(lost, sizes, facts.axes, strict=True)
                if rows
            ]
            sums = dict.fromkeys(written(layer, axis) for axis, rows in enumerate(lost) if rows)
            notes = filter(None, (", ".join(sums), unseen.get(name)))
            yield self.found(layer, f"loses {' and '.join(parts)} at the end", *notes)

    def symptoms(self, facts: Facts) -> set[str]:
        """Return the layers that round down."""
        return set(facts.lost)

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield less padding, ceil mode for pools, more padding, other inputs.

        No padding moves patches, and none makes windows that lie on it for the most part.
        """
        yield from () if facts.impossible else self._local(facts.graph, facts.sized[layer.node.name])
        yield from clean_inputs(facts)

    @staticmethod
    def _local(graph: Graph, layer: Sized) -> Iterator[Remedy]:
        op, name = layer.node.op, layer.node.name
        if not (window := op.window):
            return

        def padded(padding: tuple[tuple[int, int], ...]) -> Remedy:
            return Remedy(f"`padding: {notation(padding)}` in {name}", with_window(graph, name, padding=padding))

        pairs = list(enumerate(window.pairs or ()))
        yield from [padded(tuple(_less(layer, window, *pair) for pair in pairs))] if pairs else []
        yield Remedy(f"`ceil_mode: true` in {name}", with_window(graph, name, ceil_mode=True))
        for both in (True, False) if pairs and not op.cuts_patches else ():
            padding = tuple(_padded(layer, window, *pair, both=both) for pair in pairs)
            if all(2 * max(pair) <= window.span(axis) for axis, pair in enumerate(padding)):
                yield padded(padding)


def _less(layer: Sized, window: Window, axis: int, pair: tuple[int, int]) -> tuple[int, int]:
    """Leave the padding out that moves the windows away from rows at the end, and makes room for none."""
    size, padding = layer.input_shapes[0][1 + axis], sum(pair)
    left_over = (size + padding - window.span(axis)) % window.stride[axis]
    if not layer.dropped[axis][1] or left_over > padding:
        return pair
    less = padding - left_over
    return less // 2, less - less // 2


def _padded(layer: Sized, window: Window, axis: int, pair: tuple[int, int], *, both: bool) -> tuple[int, int]:
    """Add the least padding that makes up for what is lost, at both ends or at the end."""
    lost, (before, after) = layer.dropped[axis][1], pair
    if not lost:
        return before, after
    size, stride = layer.input_shapes[0][1 + axis], window.stride[axis]
    if not both:
        return before, stride - lost
    left_over = before + size + after - window.span(axis)
    more = next(n for n in range(1, stride + 1) if (left_over + 2 * n) % stride <= after + n)
    return before + more, after + more


def _unseen(facts: Facts) -> dict[str, str]:
    """Say of layers that round down which input pixels no output sees for want of these rows, of all layers at once."""
    unread = _never_read(facts)
    if unread is None:
        return {}
    missed: dict[str, Masks] = {}
    for name, lost in facts.lost.items():
        if source := facts.local.get(facts.sized[name].node.inputs[0]):
            along = enumerate(zip(lost, unread, strict=True))
            missed[name] = tuple(source.seen(axis, rows) & mask for axis, (rows, mask) in along)
    notes = dict.fromkeys(missed, "what they see still reaches the output, through other units")
    if guilty := [name for name, masks in missed.items() if any(masks)]:
        whole = tuple(reduce(or_, axis) for axis in zip(*map(missed.__getitem__, guilty), strict=True))
        notes = {name: note for name, note in notes.items() if name not in guilty}
        notes[guilty[0]] = _never(facts, whole, unread)
    return notes


def _never(facts: Facts, missed: Masks, unread: Masks) -> str:
    sizes = facts.graph.input[1:]
    where = " and ".join(spots(mask, word) for mask, word in zip(missed, facts.axes, strict=True) if mask)
    if missed != unread:  # for other reasons, others are not read either
        return f"of the input, nothing reads {where} for want of rows that are lost"
    count = prod(sizes) - prod(size - mask.bit_count() for size, mask in zip(sizes, missed, strict=True))
    return f"{count:,} of {prod(sizes):,} input pixels are never read: {where}"


def _never_read(facts: Facts) -> Masks | None:
    """Return a mask for every axis of the input pixels that no result sees, None where that is not known."""
    fields = [facts.local.get(name) for name in facts.graph.outputs]
    if None in fields:
        return None
    masks = [field.unread() for field in fields if field]
    return tuple(reduce(and_, axis) for axis in zip(*masks, strict=True))
