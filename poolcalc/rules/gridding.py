"""Holes in the receptive field, from dilation.

Layers whose dilations have a common divisor read only every other, or every third, pixel: neighbouring units then see
disjoint grids, and fine structures fall through (Wang et al. 2018, "Understanding Convolution for Semantic
Segmentation"). Reported where the central unit of the last map has holes; holes that later layers fill do no harm.

Bad:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 3, dilation: 2, padding: 2}
  - conv: {out_channels: 8, kernel_size: 3, dilation: 2, padding: 2}
```

Good:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 3, dilation: 1, padding: 1}
  - conv: {out_channels: 8, kernel_size: 3, dilation: 2, padding: 2}
```
"""

from collections.abc import Iterator
from math import gcd

from poolcalc.analysis.actual import extent, holes, projected
from poolcalc.analysis.branches import path
from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding
from poolcalc.network.graph import INPUT
from poolcalc.rule.facts import Facts
from poolcalc.rule.last_maps import last_maps
from poolcalc.rule.rule import Remedy, Rule, less_dilated


class Gridding(Rule, code="PC212", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the first dilated layer on the way to a map whose central unit has holes."""
        dilated = {name for name, layer in facts.layers.items() if _is_dilated(layer)}
        reported = set()
        for last in last_maps(facts) if dilated else ():
            if _holes(facts, last.layer.node.name):
                way = path(facts.graph, facts.layers, INPUT, last.layer.node.name)
                guilty = next(
                    (step for step in way if step.node.name in dilated and _holes(facts, step.node.name)), None
                )
                if guilty and guilty.node.name not in reported:
                    reported.add(guilty.node.name)
                    yield self._finding(facts, guilty, last.layer)

    def _finding(self, facts: Facts, guilty: Layer, last: Layer) -> Finding:
        masks = _central(facts, last.node.name)
        spans = [last - first + 1 for first, last in map(extent, masks)]
        word, seen, span = max(
            zip(facts.axes, (mask.bit_count() for mask in masks), spans, strict=True),
            key=lambda axis: axis[2] - axis[1],
        )
        note = f"the central unit of {last.node.name} sees {seen} of the {span} {word}s that its field spans"
        return self.found(guilty, f"dilation leaves holes in what {last.node.name} sees", note)

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield a smaller dilation here, then steps 1, 2, 3 in this layer and those after it."""
        if window := layer.node.op.window:
            for dilation in reversed(range(1, max(window.dilation))):
                yield from less_dilated(facts.graph, layer.node.name, dilation)


def _is_dilated(layer: Layer) -> bool:
    window = layer.node.op.window
    return window is not None and any(
        d > 1 < k and gcd(d, s) == 1  # else the stride steps over pixels whatever the taps are
        for d, k, s in zip(window.dilation, window.kernel_size, window.stride, strict=True)
    )


def _central(facts: Facts, name: str) -> tuple[int, ...]:
    field = facts.actual.get(name)
    seen = field.of(field.central_unit) if field else ()
    return projected(seen) if seen else ()


def _holes(facts: Facts, name: str) -> bool:
    return any(map(holes, _central(facts, name)))
