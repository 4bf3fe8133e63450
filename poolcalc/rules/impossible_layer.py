"""A layer that cannot run on what it is given.

The kernel is larger than the padded input, branches that are merged have different sizes, groups do not divide the
channels, and the like. What depends on the layer is unknown; everything else is computed.

Bad:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out_channels: 4, kernel_size: 9}
```

Good:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out_channels: 4, kernel_size: 9, padding: 1}
```
"""

from collections.abc import Iterator
from typing import ClassVar

from poolcalc.finding import Finding, Severity
from poolcalc.rule import Facts, Rule


class ImpossibleLayer(Rule):
    """A layer that cannot run on what it is given."""

    code: ClassVar[str] = "PC100"
    name: ClassVar[str] = "impossible-layer"
    severity: ClassVar[Severity] = "error"

    def check(self, facts: Facts) -> Iterator[Finding]:
        """Yield the layers' own reasons."""
        for layer in facts.analysis.layers:
            if problem := layer.problem:
                yield self.found(layer, problem.message, *problem.notes, help=problem.help)
