"""Upsampling that does not give back the size before the downsampling.

A stride halved an odd size and rounded, and doubling the result gives a map that is one row larger or smaller than the
one it came from. Where both are merged that is an error; here they are not, so that the result is silently out of
register with the input. Padding, and convolutions without it, may lie between. Reported where some other input would be
restored, at the first layer: what follows is off for the same reason.

Bad:

```yaml
input: [3, 33, 33]
layers:
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}
  - upsample: 2
```

Good:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}
  - upsample: 2
```
"""

from collections.abc import Iterator

from poolcalc.analysis.branches import ancestors, written
from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding
from poolcalc.network.edit import with_op
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule, clean_inputs


class UnrestoredSize(Rule, code="PC107", severity="warning"):
    resizes = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the first enlarging layers behind which sizes are not what they were; others follow from them."""
        found = {each.layer: (each, axis) for axis, axes in reversed([*enumerate(facts.unrestored)]) for each in axes}
        for name, (each, axis) in found.items():
            if ancestors(facts.graph, name).isdisjoint(found.keys() - {name}):
                layer = facts.sized[name]
                yield self.found(
                    layer,
                    f"gives {each.size} {facts.axes[axis]}s where there were {each.wanted} before {each.before}",
                    f"{each.before}: {written(facts.sized[each.before], axis)}",
                    f"{name}: {written(layer, axis)}",
                )

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the size that was meant, and clean inputs."""
        sizes = facts.sized[layer.node.name].spatial
        found = [{each.layer: each.wanted for each in axis} for axis in facts.unrestored]
        wanted = [axis.get(layer.node.name, size) for axis, size in zip(found, sizes, strict=True)]
        if change := layer.node.op.resized(sizes, wanted):
            changed = with_op(facts.graph, layer.node.name, change.op)
            yield Remedy(f"{change.words} in {layer.node.name}", changed)
        yield from clean_inputs(facts)
