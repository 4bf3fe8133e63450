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
from poolcalc.analysis.sizes import clean_sizes
from poolcalc.finding import Finding
from poolcalc.geometry.field import PIXELS, Strand
from poolcalc.network.edit import with_input, without
from poolcalc.network.graph import Graph
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
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
        wider = [clean_sizes(facts.graph, axis) for axis in range(len(facts.axes))]
        spatial = tuple(sizes.above(largest - 1) if sizes else None for sizes in wider)
        if None not in spatial:
            changed = with_input(facts.graph, spatial)  # type: ignore[arg-type]
            yield Remedy(f"an input of {times(changed.input)}", changed)


def _idle(facts: Facts) -> list[tuple[Sized, int]]:
    """Return convolutions that look around, where all that they read sees the whole input, and the smallest field."""
    analysis, found = facts.analysis, []
    start = PIXELS.strands * len(facts.axes)
    smallest = analysis.spread(start, _smallest, reads=lambda layer: filter(_is_local, layer.reads))
    for layer in facts.sized.values():
        op, incoming = layer.node.op, smallest.get(layer.node.inputs[0])
        if incoming and (window := op.window) and op.gradient == "learned" and set(window.stride) == {1}:
            looks = [axis for axis, kernel in enumerate(window.kernel_size) if kernel > 1]
            if looks and all(_size(incoming[axis]) > facts.graph.input[1 + axis] for axis in looks):
                field = facts.actual.get(layer.node.inputs[0])
                if field and all(map(field.sees_all, looks)) and not _has_other_duties(facts, layer):
                    found.append((layer, min(_size(incoming[axis]) for axis in looks)))
    return found


def _has_other_duties(facts: Facts, layer: Sized) -> bool:
    return layer.spatial != layer.input_shapes[0][1:] or facts.is_result(layer)


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
