"""A layer that cannot add context, since its units' inputs all see more than the whole image already.

Once the smallest receptive field among the paths that lead to a layer exceeds the input, its kernel looks at nothing
new: such layers cost like others and hardly improve the result (Richter et al. 2021, "Should You Go Deeper?"). A larger
input makes them useful; so does less downsampling before them. Reported where they hold a hundredth of the parameters.

Bad:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out_channels: 8, kernel_size: 5, padding: 2}
  - conv: {out_channels: 8, kernel_size: 5, padding: 2}
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
```

Good:

```yaml
input: [3, 16, 16]
layers:
  - conv: {out_channels: 8, kernel_size: 5, padding: 2}
  - conv: {out_channels: 8, kernel_size: 5, padding: 2}
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
```
"""

from collections.abc import Iterator
from fractions import Fraction

from poolcalc.analysis.layers import Layer
from poolcalc.analysis.sizes import clean_sizes
from poolcalc.finding import Finding
from poolcalc.geometry.taps import IDENTITY, Taps
from poolcalc.network.edit import with_input, without
from poolcalc.network.graph import INPUT
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import counted, times

LEAST = Fraction(1, 100)
"""The share of the parameters that such layers must hold for a finding."""

MOST_NAMED = 6
"""Layers to list by name."""


class ContextlessLayer(Rule, code="PC211", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the first such layer, and how many there are."""
        idle = list(_idle(facts))
        params, total = (
            sum(each.params or 0 for each in layers) for layers in ([i for i, _ in idle], facts.analysis.layers)
        )
        if idle and params >= LEAST * total:
            layer, size = idle[0]
            names = ", ".join(each.node.name for each, _ in idle[:MOST_NAMED]) + (
                ", …" if len(idle) > MOST_NAMED else ""
            )
            yield self.found(
                layer,
                f"adds no context: everything it reads already sees {size} of {times(facts.graph.input[1:])} pixels",
                f"{counted(len(idle), 'layer')} with {100 * params / total:.0f} % of the parameters: {names}",
            )

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the network without these layers, and an input as large as the fields."""
        idle = [each for each, _ in _idle(facts)]
        graph, largest = facts.graph, max(size for _, size in _idle(facts))
        for name in (each.node.name for each in idle):
            graph = without(graph, name)
        if graph.nodes:
            yield Remedy(f"the network without {'it' if len(idle) == 1 else 'them'}", graph)
        wider = [clean_sizes(facts.graph, axis) for axis in range(len(facts.axes))]
        spatial = tuple(sizes.above(largest - 1) if sizes else None for sizes in wider)
        if None not in spatial:
            changed = with_input(facts.graph, spatial)  # type: ignore[arg-type]
            yield Remedy(f"an input of {times(changed.input)}", changed)


Reach = tuple[tuple[int, Fraction], ...]
"""Smallest field among all paths, and jump, on every axis."""


def _idle(facts: Facts) -> Iterator[tuple[Layer, int]]:
    """Yield convolutions that look around, where all that they read already sees more than the input."""
    sizes = facts.graph.input[1:]
    known: dict[str, Reach] = {INPUT: ((1, Fraction(1)),) * len(sizes)}
    for layer in facts.analysis.layers:
        ways = [
            tuple(map(_through, known[read.source], read.taps))
            for read in layer.reads
            if read.source in known and read.taps is not None and not read.is_global
        ]
        if not ways:
            continue
        known[layer.node.name] = tuple(map(min, zip(*ways, strict=True)))
        op = layer.node.op
        if (window := op.window) and op.gradient == "learned" and set(window.stride) == {1}:
            incoming = known[layer.node.inputs[0]]
            looks = [axis for axis, kernel in enumerate(window.kernel_size) if kernel > 1]
            if looks and all(incoming[axis][0] > sizes[axis] for axis in looks):
                yield layer, min(incoming[axis][0] for axis in looks)


def _through(reach: tuple[int, Fraction], taps: Taps) -> tuple[int, Fraction]:
    if taps is IDENTITY:
        return reach
    size, jump = reach
    span = max((reads[-1] - reads[0] for reads in taps.phases if reads), default=0)
    return size + int(span * jump), jump * taps.step / len(taps.phases)
