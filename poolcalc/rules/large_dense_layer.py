"""A flatten before a linear layer that holds a large part of all parameters.

Every place of the map has weights of its own. Global average pooling keeps one value per channel instead, works at any
input size, and mostly does not cost accuracy (Lin, Chen and Yan 2013); it does give up the places. Reported from
100,000 weights and a quarter of the network on.

Bad:

```yaml
input: [3, 64, 64]
layers:
  - conv: {out_channels: 64, kernel_size: 3, stride: 2, padding: 1}
  - flatten
  - linear: 10
```

Good:

```yaml
input: [3, 64, 64]
layers:
  - conv: {out_channels: 64, kernel_size: 3, stride: 2, padding: 1}
  - global_avg_pool
  - flatten
  - linear: 10
```
"""

from collections.abc import Iterator
from math import prod

from poolcalc.analysis.layer import Layer, Sized
from poolcalc.finding import Finding
from poolcalc.network.edit import inserted
from poolcalc.rule.facts import Facts
from poolcalc.rule.insertions import average_of_all
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import times

LEAST, LEAST_SHARE = 100_000, 4
"""Parameters that must be saved for a finding: as many, and one in so many."""


class LargeDenseLayer(Rule, code="PC400", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield linear layers with what pooling before their flatten would save."""
        whole = facts.analysis.total("params")
        total = whole.value
        for layer in facts.sized.values() if whole.complete else ():
            if flatten := _flatten(facts, layer):
                before = channels, *spatial = flatten.input_shapes[0]
                saved = (prod(spatial) - 1) * channels * layer.shape[0]
                if saved >= LEAST and saved * LEAST_SHARE >= total:
                    yield self.found(
                        layer,
                        f"has {layer.params:,} parameters, {100 * layer.params / total:.0f} % of the network's",
                        f"{flatten.node.name} makes {prod(before):,} values of {times(before)}",
                        f"global average pooling before {flatten.node.name} would save {saved:,} parameters, "
                        f"{100 * saved / total:.0f} %",
                    )

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield global average pooling in front of the flatten."""
        flatten = _flatten(facts, layer)
        if flatten:
            pool = average_of_all(len(facts.axes))
            changed = inserted(facts.graph, flatten.node.name, 0, pool.op)
            yield Remedy(f"`{pool.text}` in front of {flatten.node.name}", changed)


def _flatten(facts: Facts, layer: Layer) -> Sized | None:
    """Return the flatten of a map before a linear layer, with nothing but functions of single values between them."""
    if not layer.node.op.is_dense:
        return None
    before = facts.sized.get(layer.node.inputs[0])
    while before and before.node.op.neutral:
        before = facts.sized.get(before.node.inputs[0])
    return before if before and before.node.op.flattens else None
