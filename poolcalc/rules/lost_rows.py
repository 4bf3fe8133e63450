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
from operator import and_

from poolcalc.analysis.branches import written
from poolcalc.analysis.layer import Layer, Sized
from poolcalc.finding import Finding
from poolcalc.network.edit import with_window
from poolcalc.network.graph import Graph
from poolcalc.network.window import Window
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule, clean_inputs
from poolcalc.wording import counted, notation, spots


class LostRows(Rule, code="PC102", severity="warning"):
    guards = resizes = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield layers that round down, with the arithmetic and the pixels that nothing sees for it."""
        for name, lost in facts.lost.items():
            layer = facts.sized[name]
            sizes = layer.input_shapes[0][1:]
            parts = [
                f"{len(rows)} of {counted(size, axis)}"
                for rows, size, axis in zip(lost, sizes, facts.axes, strict=True)
                if rows
            ]
            sums = dict.fromkeys(written(layer, axis) for axis, rows in enumerate(lost) if rows)
            unseen = _unseen(facts, layer, lost)
            yield self.found(layer, f"loses {' and '.join(parts)} at the end", ", ".join(sums), *filter(None, [unseen]))

    def symptoms(self, facts: Facts) -> set[str]:
        """Return the layers that round down."""
        return set(facts.lost)

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield less padding, ceil mode for pools, more padding, other inputs."""
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
        for both in (True, False) if pairs else ():
            yield padded(tuple(_padded(layer, window, *pair, both=both) for pair in pairs))


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


def _unseen(facts: Facts, layer: Layer, lost: tuple[tuple[int, ...], ...]) -> str | None:
    """Say which input pixels no output sees and would see by the lost rows."""
    source, unread = facts.actual.get(layer.node.inputs[0]), _never_read(facts)
    if source is None or unread is None:
        return None
    missed = tuple(source.seen(axis, rows) & mask for axis, (rows, mask) in enumerate(zip(lost, unread, strict=True)))
    if not any(missed):
        return "every input pixel still reaches the output, through other units"
    where = " and ".join(spots(mask, word) for mask, word in zip(missed, facts.axes, strict=True) if mask)
    if missed != unread:  # for other reasons, others are not read either
        return f"of the input, nothing reads {where} for want of these"
    sizes = source.pixels
    count = prod(sizes) - prod(size - mask.bit_count() for size, mask in zip(sizes, missed, strict=True))
    return f"{count:,} of {prod(sizes):,} input pixels are never read: {where}"


def _never_read(facts: Facts) -> tuple[int, ...] | None:
    """Return a mask for every axis of the input pixels that no result sees, None where that is not known."""
    fields = [facts.actual.get(name) for name in facts.graph.outputs]
    if None in fields:
        return None
    masks = [field.unread() for field in fields if field]
    return tuple(reduce(and_, axis) for axis in zip(*masks, strict=True))
