"""Neighbouring units that read different numbers of units, so that the field varies by position.

Where a transposed convolution's stride does not divide its kernel, some of its outputs sum more inputs than others, or
none at all, and images come out with a checkerboard pattern (Odena et al. 2016). Where an adaptive pool's output size
does not divide its input, its windows differ in size and overlap. Reported where it is more than a fifth.

Bad:

```yaml
input: [3, 16, 16]
layers:
  - conv_transpose: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1, output_padding: 1}
```

Good:

```yaml
input: [3, 16, 16]
layers:
  - conv_transpose: {out_channels: 8, kernel_size: 4, stride: 2, padding: 1}
```
"""

from collections.abc import Iterator
from fractions import Fraction

from poolcalc.analysis.layer import Layer, Sized
from poolcalc.finding import Finding
from poolcalc.network.edit import with_op
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import some

LEAST = Fraction(6, 5)
"""Units that read more than so many times as much as others are worth a finding."""

MOST_NAMED = 6
"""Layers to list by name."""


class UnevenField(Rule, code="PC213", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the first layer of every operator whose units read unequal numbers of units, and what is like it."""
        for first, *others in _alike(facts):
            axis, counts, reason = next(_uneven(first))
            message = f"its units read {counts[0]} to {counts[-1]} {facts.axes[axis]}s, by their position"
            names = [layer.node.name for layer in others]
            yield self.found(first, message, reason, *([f"as in {some(names, MOST_NAMED)}"] if names else []))

    def symptoms(self, facts: Facts) -> set[str]:
        """Return all such layers."""
        return {layer.node.name for layers in _alike(facts) for layer in layers}

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the next kernels that the strides divide, at the same size, or output sizes that divide the inputs."""
        layers = next(layers for layers in _alike(facts) if layers[0] is layer)
        for changes in zip(*(each.node.op.evened(each.input_shapes[0][1:]) for each in layers), strict=False):
            graph, places = facts.graph, dict[str, list[str]]()
            for each, change in zip(layers, changes, strict=True):
                graph = with_op(graph, each.node.name, change.op)
                places.setdefault(change.words, []).append(each.node.name)
            yield Remedy(", ".join(f"{words} in {some(names, len(names))}" for words, names in places.items()), graph)


def _alike(facts: Facts) -> list[list[Sized]]:
    """Return the uneven layers of every operator."""
    found: dict[str, list[Sized]] = {}
    for layer in facts.sized.values():
        if next(_uneven(layer), None):
            found.setdefault(layer.node.op.keyword, []).append(layer)
    return list(found.values())


def _uneven(layer: Sized) -> Iterator[tuple[int, list[int], str]]:
    """Yield the axes along which a layer is uneven, how many units are read there, and why."""
    for axis, taps in enumerate(layer.reads[0].taps or ()):
        counts = sorted({len(reads) for reads in taps.phases})
        uneven = counts[-1] > LEAST * counts[0]
        reason = layer.node.op.unevenness(axis, layer.input_shapes[0][1 + axis]) if uneven else None
        if reason:
            yield axis, counts, reason
