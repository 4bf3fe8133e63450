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
from itertools import islice

from poolcalc.analysis.branches import written
from poolcalc.analysis.layer import Layer, Sized
from poolcalc.finding import Finding
from poolcalc.network.edit import with_window
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import notation


class HangingWindow(Rule, code="PC106", severity="warning"):
    guards = resizes = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield layers with what their last window holds."""
        for layer in facts.sized.values():
            for axis, real, window in islice(_hanging(layer), 1):
                message = f"only {real} of {window} {facts.axes[axis]}s of the last window lie on the map"
                yield self.found(layer, message, written(layer, axis))

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield padding on both sides, which moves the windows."""
        op, (axis, _, _) = layer.node.op, next(_hanging(facts.sized[layer.node.name]))
        if (window := op.window) and (pairs := window.pairs):
            for more in range(1, max(window.kernel_size)):
                padding = tuple(
                    (before + more, after + more) if (before, after) == pairs[axis] else (before, after)
                    for before, after in pairs
                )
                changed = with_window(facts.graph, layer.node.name, padding=padding)
                yield Remedy(f"`padding: {notation(padding)}`", changed)


def _hanging(layer: Sized) -> Iterator[tuple[int, int, int]]:
    """Yield axes on which ceil mode adds a window that is mostly padding, its real pixels and its size."""
    moving = layer.node.op.window
    if moving is None or not moving.ceil_mode:
        return
    for axis, taps in enumerate(layer.reads[0].taps or ()):
        size, last = layer.input_shapes[0][1 + axis], layer.shape[1 + axis] - 1
        real, window = len(taps.inside(last, size)), taps[last]
        behind = 0 if isinstance(moving.padding, str) else moving.padding[axis][1]
        if window[-1] >= size + behind and 2 * real < len(window):
            yield axis, real, len(window)
