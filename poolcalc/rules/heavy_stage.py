"""A stage that holds most of the memory.

Training keeps the output of every layer until the backward pass, and the maps before the first strides are the largest
by far. Reported where the layers of one resolution hold more than two thirds of all values, twice as many each as those
of other resolutions, and these alone take more than 256 MiB as float32 for one image: fewer channels there, an earlier
stride, or smaller tiles save most.

Bad:

```yaml
input: [3, 1024, 1024]
layers:
  - conv: {out_channels: 64, kernel_size: 3, padding: 1}
  - relu
  - conv: {out_channels: 64, kernel_size: 3, stride: 2, padding: 1}
```

Good:

```yaml
input: [3, 1024, 1024]
layers:
  - conv: {out_channels: 16, kernel_size: 3, padding: 1}
  - relu
  - conv: {out_channels: 64, kernel_size: 3, stride: 2, padding: 1}
```
"""

from collections.abc import Iterator
from fractions import Fraction

from poolcalc.analysis.layer import Layer, Sized
from poolcalc.finding import Finding
from poolcalc.rule.facts import Facts
from poolcalc.rule.last_maps import last_maps
from poolcalc.rule.rule import Remedy, Rule, clean_input
from poolcalc.wording import counted, times

BYTES = 4
LEAST = 256 << 20
"""Bytes of one value, and of a stage that is worth a warning."""


class HeavyStage(Rule, code="PC401", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the largest layer of a stage that is too large."""
        total, _, _ = whole = facts.analysis.total("activations")
        if not whole.complete or total * BYTES < LEAST:
            return
        stages: dict[Fraction, list[Sized]] = {}
        for name, layer in facts.sized.items():
            if jump := facts.largest_jump(name):
                stages.setdefault(jump, []).append(layer)
        for jump, layers in stages.items():
            values = sum(layer.activations for layer in layers)
            others = [layer.activations for stage in stages.values() if stage is not layers for layer in stage]
            outweighs = values * len(others) > 2 * sum(others) * len(layers)  # not just more layers
            if outweighs and 3 * values > 2 * total and values * BYTES >= LEAST:
                largest = max(layers, key=lambda layer: layer.activations)
                yield self.found(
                    largest,
                    f"its stage holds {100 * values / total:.0f} % of all activations, {values * BYTES >> 20:,} MiB",
                    f"{values:,} of {total:,} values in {counted(len(layers), 'layer')}, "
                    f"units {counted(jump, 'pixel')} apart",
                    "counted as float32 for one image",
                )

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield a clean input of at most half the size; what takes all places together gains nothing from tiles."""
        if smaller := clean_input(facts, [size // 2 for size in facts.graph.input[1:]], larger=False):
            what = "an input" if any(last.gathers for last in last_maps(facts)) else "tiles"
            yield Remedy(f"{what} of {times(smaller.input)}", smaller)
