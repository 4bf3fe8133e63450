"""Neighbouring units that read different numbers of units, so that the field varies by position.

Where a transposed convolution's stride does not divide its kernel, some of its outputs sum more inputs than others, or
none at all, and images come out with a checkerboard pattern (Odena et al. 2016). Where an adaptive pool's output size
does not divide its input, its windows differ in size and overlap.

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

from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding
from poolcalc.network.edit import with_op
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule


class UnevenField(Rule, code="PC213", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield transposed convolutions and adaptive pools whose units read unequal numbers of units."""
        for layer in facts.sized.values():
            for axis, taps in enumerate(layer.reads[0].taps or ()):
                counts = sorted({len(reads) for reads in taps.phases})
                reason = layer.node.op.unevenness(axis, layer.input_shapes[0][1 + axis])
                if len(counts) > 1 and reason:
                    message = f"its units read {counts[0]} to {counts[-1]} {facts.axes[axis]}s, by their position"
                    yield self.found(layer, message, reason)
                    break

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the next kernel that the stride divides, at the same size, or output sizes that divide the input."""
        for change in layer.node.op.evened(facts.sized[layer.node.name].input_shapes[0][1:]):
            yield Remedy(change.words, with_op(facts.graph, layer.node.name, change.op))
