"""Upsampling that does not give back the size before the downsampling.

A stride halved an odd size and rounded, and doubling the result gives a map that is one row larger or smaller than the
one it came from. Where both are merged that is an error; here they are not, so that the result is silently out of
register with the input.

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
from itertools import islice

from poolcalc.analysis.branches import ancestors, path, size_after, size_before, written
from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding
from poolcalc.network.edit import with_input, with_op
from poolcalc.network.graph import INPUT, Graph
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import times

MOST_TRIED = 9
"""Distance of other input sizes to try, from the present one."""


class UnrestoredSize(Rule, code="PC107", severity="warning"):
    resizes = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield enlarging layers after which the size is not what it was at the same jump."""
        stopped = facts.layers.keys() - facts.sized.keys()
        explained = ancestors(facts.graph, *stopped)  # or restored by what would have to be put in there
        for layer in facts.sized.values():
            if layer.node.op.enlarges:
                earlier = _earlier(facts, layer)
                readers = [reader.node.op for reader in facts.readers.get(layer.node.name, ())]
                mended = bool(readers) and all(op.cuts and not op.enlarges for op in readers)
                if earlier and not mended and layer.node.name not in explained:
                    axis, rounding, wanted = earlier
                    yield self.found(
                        layer,
                        f"gives {layer.shape[1 + axis]} {facts.axes[axis]}s where there were {wanted} before "
                        f"{rounding.node.name}",
                        f"{rounding.node.name}: {written(rounding, axis)}",
                        f"{layer.node.name}: {written(layer, axis)}",
                    )

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the size that was meant, and input sizes that every stride divides."""
        found = [_earlier_on(facts, layer, axis) for axis in range(len(facts.axes))]
        sizes = facts.sized[layer.node.name].shape[1:]
        wanted = tuple(each[1] if each else size for each, size in zip(found, sizes, strict=True))
        if change := layer.node.op.resized(sizes, wanted):
            changed = with_op(facts.graph, layer.node.name, change.op)
            yield Remedy(f"{change.words} in {layer.node.name}", changed)
        affected = tuple(map(bool, found))
        for step in (-1, 1):
            moved = _moved(facts.graph, affected, step)
            inputs = (Remedy(f"an input of {times(other.input)}", other) for other in moved)
            yield from islice((remedy for remedy in inputs if self.cures(remedy, facts, layer)), 1)


def _moved(graph: Graph, affected: tuple[bool, ...], step: int) -> Iterator[Graph]:
    """Yield the network on inputs that are larger or smaller on the affected axes, the nearest first."""
    for distance in range(step, step * MOST_TRIED, step):
        sizes = tuple(n + distance * move for n, move in zip(graph.input[1:], affected, strict=True))
        if min(sizes) > 0:
            yield with_input(graph, sizes)


def _earlier(facts: Facts, layer: Layer) -> tuple[int, Layer, int] | None:
    """Return the first axis that is out of register, the layer that rounded, and the size before it."""
    for axis in range(len(facts.axes)):
        found = _earlier_on(facts, layer, axis)
        if found:
            return axis, *found
    return None


def _earlier_on(facts: Facts, layer: Layer, axis: int) -> tuple[Layer, int] | None:
    """Go back to where units were as far apart as they are now; None where sizes agree, or changed on purpose."""
    jump = facts.jump(layer.node.name, axis)
    if jump is None or size_before(layer, axis) == size_after(layer, axis):
        return None
    for step in reversed(path(facts.graph, facts.layers, INPUT, layer.node.name)[:-1]):
        before, source = size_before(step, axis), facts.jump(step.node.inputs[0], axis)
        if before is None or source is None:
            return None
        if source == jump:
            return None if before == size_after(layer, axis) else (step, before)
        if source == facts.jump(step.node.name, axis) and before != size_after(step, axis):
            return None  # cut or padded in between, as in a network without padding
    return None
