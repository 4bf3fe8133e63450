"""A merge of maps whose sizes differ.

One branch was halved where its size was odd, or was cut by a convolution without padding, and doubling it again does
not give the other branch's size. The notes name the layer after which the branches part and what happens to the size
on either path. What helps: an input size that every stride divides, or a branch that is brought to the other's size.

Bad:

```yaml
input: [3, 9, 9]
layers:
  - conv: {out_channels: 4, kernel_size: 3, padding: 1, name: fine}
  - max_pool: {kernel_size: 3, stride: 2, padding: 1}
  - upsample: {scale_factor: 2, name: enlarged}
  - add: [fine, enlarged]
```

Good:

```yaml
input: [3, 9, 9]
layers:
  - conv: {out_channels: 4, kernel_size: 3, padding: 1, name: fine}
  - max_pool: {kernel_size: 3, stride: 2, padding: 1}
  - upsample: {size: 9, name: enlarged}
  - add: [fine, enlarged]
```
"""

from collections.abc import Iterator

from poolcalc.analysis.branches import BrokenMerge, broken_merge, fork, path, resizing, size_before, written
from poolcalc.analysis.layer import Layer, Sized
from poolcalc.finding import Finding
from poolcalc.network.graph import INPUT
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule, clean_inputs


class MismatchedMerge(Rule, code="PC101", severity="error"):
    guards = stops = resizes = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield merges with the layers on both paths that change the size."""
        for layer in facts.analysis.layers:
            if merge := broken_merge(layer):
                yield self.found(layer, merge.problem.message, *merge.problem.notes, *_story(facts, merge))

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield other inputs, then changes of this merge and of those after it that need the same."""
        from poolcalc.rule.remedies import mended

        yield from clean_inputs(facts)
        yield from (Remedy(text, changed) for text, changed in mended(facts.graph, layer.node.name))


def _story(facts: Facts, merge: BrokenMerge) -> Iterator[str]:
    """Tell where the two branches part, and how their sizes come about from there on and up to there."""
    axis, (small, large) = merge.axis, (merge.node.inputs[place] for place in merge.extremes)
    what = f"{facts.axes[axis]}s"
    common, paths = fork(facts.graph, facts.layers, (small, large))
    size = facts.analysis.shapes[common][1 + axis]
    yield f"the paths part after {common}, which has {size} {what}"
    for name, layers in zip((small, large), paths, strict=True):
        steps = ", ".join(_told(step, axis) for step in resizing(layers, axis))
        yield f"to {name}: {steps or f'nothing changes the {what}'}"
    before = [] if common == INPUT else path(facts.graph, facts.layers, INPUT, common)
    strides = [_told(step, axis) for step in before if _strides(step, axis)]
    if strides:
        yield f"{size} come from the input's {facts.graph.input[1 + axis]}: {', '.join(strides)}"


def _strides(layer: Layer, axis: int) -> bool:
    window = layer.node.op.window
    return window is not None and window.stride[axis] > 1


def _told(layer: Layer, axis: int) -> str:
    """Return how a layer comes to its size, and whether its stride does not divide what it gets."""
    window, size = layer.node.op.window, size_before(layer, axis) or 0
    text = f"{layer.node.name} {written(layer, axis)}"
    if not window or size % window.stride[axis] == 0:
        return text
    lost = len(layer.remainders[0][axis].rounded) if isinstance(layer, Sized) else 0
    return f"{text} ({size} is no multiple of {window.stride[axis]}{f'; {lost} left over' if lost else ''})"
