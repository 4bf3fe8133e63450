"""A layer that cannot add context, since every unit that it reads sees the whole input already.

Once the smallest receptive field among the paths that lead to a layer exceeds the input, its kernel looks at nothing
new: such layers cost like others and hardly improve the result (Richter et al. 2021, "Should You Go Deeper?"). A larger
input makes them useful; so does less downsampling before them. Reported where units at the borders see everything, too,
and where such layers hold a hundredth of the parameters; results, and layers that change the size, have other duties.

Bad:

```yaml
input: [3, 4, 4]
layers:
  - conv: {out_channels: 8, kernel_size: 5, padding: 2}
  - conv: {out_channels: 8, kernel_size: 5, padding: 2}
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - gap
```

Good:

```yaml
input: [3, 16, 16]
layers:
  - conv: {out_channels: 8, kernel_size: 5, padding: 2}
  - conv: {out_channels: 8, kernel_size: 5, padding: 2}
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - gap
```
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from poolcalc.analysis.layer import Layer, Read, Sized, by_axis
from poolcalc.finding import Finding
from poolcalc.geometry.field import PIXELS, Strand
from poolcalc.network.edit import without
from poolcalc.network.graph import Graph
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule, clean_input
from poolcalc.wording import counted, times

LEAST = Fraction(1, 100)
"""The share of the parameters that such layers must hold for a finding."""

MOST_NAMED = 6
"""Layers to list by name."""


class ContextlessLayer(Rule, code="PC211", severity="warning"):
    about_whole = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the first such layer, and how many there are."""
        idle = _idle(facts)
        params, total = sum(each.params for each, _ in idle), facts.analysis.total("params")
        if idle and total.complete and params >= LEAST * total.value:
            layer, _ = idle[0]
            names = ", ".join(each.node.name for each, _ in idle[:MOST_NAMED]) + (
                ", …" if len(idle) > MOST_NAMED else ""
            )
            yield self.found(
                layer,
                f"adds no context: every unit that it reads sees all of the {times(facts.graph.input[1:])} pixels",
                f"{counted(len(idle), 'layer')} with {100 * params / total.value:.0f} % of the parameters: {names}",
            )

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the network without these layers, and an input as large as the fields."""
        idle = _idle(facts)
        graph: Graph | None = facts.graph
        for each, _ in idle:
            graph = graph and without(graph, each.node.name)
        yield Remedy(f"the network without {'it' if len(idle) == 1 else 'them'}", graph)
        largest = max(size for _, size in idle)
        if wider := clean_input(facts, (largest,) * len(facts.axes), larger=True):
            yield Remedy(f"an input of {times(wider.input)}", wider)


def _idle(facts: Facts) -> list[tuple[Sized, int]]:
    """Return convolutions that look around, where all that they read sees the whole input, and the smallest field."""
    candidates = [(layer, axes) for layer in facts.sized.values() if (axes := _looks_far(facts, layer))]
    if not candidates:
        return []
    start = PIXELS.strands * len(facts.axes)
    smallest = facts.analysis.spread(start, _smallest, reads=lambda layer: filter(_is_local, layer.reads))
    found = []
    for layer, axes in candidates:
        strands, field = smallest.get(layer.node.inputs[0]), facts.actual.get(layer.node.inputs[0])
        sizes = {axis: _size(strands[axis]) for axis in axes} if strands and field else {}
        beyond = bool(sizes) and all(size > facts.graph.input[1 + axis] for axis, size in sizes.items())
        if beyond and field and all(map(field.sees_all, axes)):
            found.append((layer, min(sizes.values())))
    return found


def _looks_far(facts: Facts, layer: Sized) -> list[int]:
    """Return the axes along which a convolution that has no other duties looks around, beyond the whole input."""
    before, window = facts.sized.get(layer.node.inputs[0]), layer.node.op.window
    if not before or not window or layer.node.op.gradient != "learned" or set(window.stride) != {1}:
        return []
    if layer.spatial != before.spatial or facts.is_result(layer):
        return []
    axes = [axis for axis, kernel in enumerate(window.kernel_size) if kernel > 1]
    seen = [(before.receptive_field[axis], facts.graph.input[1 + axis]) for axis in axes]
    return axes if all(summary and summary.size > pixels for summary, pixels in seen) else []


def _is_local(read: Read) -> bool:
    return read.taps is not None and not read.is_global


def _smallest(_: Sized, sources: Sequence[tuple[Read, tuple[Strand, ...]]]) -> tuple[Strand, ...] | None:
    """Return, for every axis, the smallest of the fields that paths through a layer give, not their hull."""
    ways = [by_axis(Strand.through, zip(strands, read.taps or (), strict=True)) for read, strands in sources]
    found = []
    for strands in zip(*ways, strict=True):
        known = [strand for strand in strands if strand]
        if len(known) < len(strands):
            return None
        found.append(min(known, key=lambda strand: (_size(strand), strand.jump)))
    return tuple(found)


def _size(strand: Strand) -> int:
    """Return how much the unit that sees most sees."""
    return max((last - first + 1 for first, last in filter(None, strand.phases)), default=0)
