"""A prediction on a map that is too coarse for its task.

Segmentation labels pixels: where units of the result are more than 8 pixels apart, borders are lost, whatever the
features are worth. Detection finds objects about as large as its cells: more than 32 pixels between units leave the
usual ones out.

Bad:

```yaml
input: [3, 64, 64]
task: segmentation
layers:
  - conv: {out_channels: 8, kernel_size: 7, stride: 4, padding: 3}
  - conv: {out_channels: 8, kernel_size: 7, stride: 4, padding: 3}
```

Good:

```yaml
input: [3, 64, 64]
task: segmentation
layers:
  - conv: {out_channels: 8, kernel_size: 7, stride: 4, padding: 3}
  - conv: {out_channels: 8, kernel_size: 7, stride: 4, padding: 3}
  - upsample: {scale_factor: 16, mode: bilinear}
```
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding
from poolcalc.network.edit import appended
from poolcalc.rule.facts import Facts
from poolcalc.rule.finer import finer
from poolcalc.rule.insertions import upsample
from poolcalc.rule.last_maps import finest
from poolcalc.rule.rule import Remedy, Rule

LIMITS = {"segmentation": 8, "detection": 32}
"""Largest distance in pixels between the units of a result, by the task."""


class CoarseOutput(Rule, code="PC301", severity="warning"):
    about_whole = resizes = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the finest map that predictions are made from, where it is too coarse."""
        limit = LIMITS.get(facts.design.task or "")
        if limit and (found := finest(facts)) and found[1] > limit:
            layer, jump = found
            yield self.found(
                layer,
                f"its units are {jump} pixels apart, too coarse for {facts.design.task}",
                f"up to {limit} are usual; the network's other outputs, if any, are coarser still",
            )

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield less downsampling, as early as possible, enlarging the result, then other strides less."""
        limit = LIMITS[facts.design.task or ""]
        strides = finer(facts, Fraction(limit))
        yield from islice(strides, 1)
        jump = facts.largest_jump(layer.node.name)
        if facts.design.task == "segmentation" and jump and jump.denominator == 1:
            larger = upsample(len(facts.axes), jump)
            yield Remedy(f"`{larger.text}` at the end", appended(facts.graph, layer.node.name, larger.op))
        yield from strides
