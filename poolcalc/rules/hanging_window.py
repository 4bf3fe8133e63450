"""A last window that ceil mode adds and that is mostly padding.

Rounding up saves rows from being lost, but where less than half of the last window lies on the map, its units see
fewer pixels than all others: their maximum is lower, and their average is of a few values only.

Bad:

```yaml
input: [3, 10, 10]
layers:
  - max_pool: {kernel_size: 3, ceil_mode: true}
```

Good:

```yaml
input: [3, 9, 9]
layers:
  - max_pool: {kernel_size: 3, ceil_mode: true}
```
"""

from collections.abc import Iterator

from poolcalc.analysis.branches import written
from poolcalc.analysis.layers import Layer
from poolcalc.finding import Finding
from poolcalc.network.edit import padding_of, with_parameters
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import notation


class HangingWindow(Rule, code="PC106", severity="warning"):
    guards = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield layers with what their last window holds."""
        for name, (axis, real, window) in facts.hanging.items():
            layer, word = facts.sized[name], facts.axes[axis]
            message = f"only {real} of {window} {word}s of the last window lie on the map"
            yield self.found(layer, message, written(layer, axis))

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield padding on both sides, which moves the windows."""
        op = layer.node.op
        if (window := op.window) and (pairs := padding_of(op)):
            for more in range(1, max(window.kernel_size)):
                axis = facts.hanging[layer.node.name][0]
                padding = tuple(
                    (before + more, after + more) if (before, after) == pairs[axis] else (before, after)
                    for before, after in pairs
                )
                changed = with_parameters(facts.graph, layer.node.name, padding=padding)
                yield Remedy(f"`padding: {notation(padding)}`", changed)
