"""A global pool before a prediction that needs places.

Detection and segmentation say where something is. Behind a global pool every unit sees the whole map, so that nothing
is left of where. Global branches beside local ones, such as gates and image-level features, are fine.

Bad:

```yaml
input: [3, 32, 32]
task: segmentation
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - global_avg_pool
  - conv: {out_channels: 2, kernel_size: 1}
```

Good:

```yaml
input: [3, 32, 32]
task: segmentation
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - conv: {out_channels: 2, kernel_size: 1}
```
"""

from collections.abc import Iterator
from math import prod

from poolcalc.analysis.layer import Layer, Sized
from poolcalc.finding import Finding
from poolcalc.network.edit import without
from poolcalc.rule.facts import Facts
from poolcalc.rule.last_maps import last_maps
from poolcalc.rule.rule import Remedy, Rule


class PooledPrediction(Rule, code="PC302", severity="warning"):
    resizes = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield global pools that everything predicted goes through."""
        for last in last_maps(facts) if facts.design.task in ("detection", "segmentation") else ():
            layer = last.gathers
            if not isinstance(layer, Sized) or not layer.node.op.pools or layer.node.op.window:
                continue
            if prod(layer.shape[1:]) == 1:
                message = f"leaves nothing of the places that {facts.design.task} is about"
                yield self.found(layer, message, f"what comes after sees all of {last.layer.node.name} alike")

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the network without it."""
        yield Remedy("the network without it", without(facts.graph, layer.node.name))
