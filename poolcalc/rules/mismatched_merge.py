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

from poolcalc.analysis.branches import extremes, mismatched_axis, parting, path, resizing, size_before, written
from poolcalc.analysis.layers import Layer
from poolcalc.finding import Finding
from poolcalc.network.graph import INPUT
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule, clean_inputs


class MismatchedMerge(Rule, code="PC101", severity="error"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield merges with the layers on both paths that change the size."""
        for layer in facts.analysis.layers:
            axis = mismatched_axis(layer)
            if axis is not None and layer.problem:
                yield self.found(layer, layer.problem.message, *layer.problem.notes, *_story(facts, layer, axis))

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield other inputs, then changes of this merge and of those after it that need the same."""
        from poolcalc.rule.remedies import mended

        yield from clean_inputs(facts)
        yield from (Remedy(text, changed) for text, changed in mended(facts.graph, layer.node.name))


def _story(facts: Facts, layer: Layer, axis: int) -> Iterator[str]:
    """Tell where the two branches part, and how their sizes come about from there on and up to there."""
    small, large = (layer.node.inputs[place] for place in extremes(layer, axis))
    what = f"{facts.axes[axis]}s"
    parted = parting(facts.graph, facts.layers, (small, large))
    common = parted.common
    size = facts.graph.input[1 + axis] if common == INPUT else (facts.layers[common].shape or ())[1 + axis]
    yield f"the paths part after {common}, which has {size} {what}"
    for name, layers in zip((small, large), parted.paths, strict=True):
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
    lost = layer.dropped[axis][1]
    return f"{text} ({size} is no multiple of {window.stride[axis]}{f'; {lost} left over' if lost else ''})"
