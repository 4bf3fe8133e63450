"""A layer that cannot run on what it is given.

The kernel is larger than the padded input, padding is more than a pool allows, groups do not divide the channels, and
the like; merges whose sizes differ have a rule of their own. What depends on the layer is unknown; everything else is
computed.

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

from poolcalc.analysis.branches import broken_merge
from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding
from poolcalc.network.edit import with_input
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import MOST_CURED, Remedy, Rule
from poolcalc.wording import times


class ImpossibleLayer(Rule, code="PC100", severity="error"):
    guards = stops = resizes = True

    def check(self, facts: Facts) -> Iterator[Finding]:
        """Yield what is found: what would help at the layer itself, and an input that would, where one was found."""
        for number, finding in enumerate(self.look(facts)):
            larger = [f"use {text}" for text in self.cured(facts, finding)] if number < MOST_CURED else []
            yield finding._replace(help="; or ".join(filter(None, [finding.help, *larger])) or None)

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the layers' own reasons."""
        for layer in facts.analysis.layers:
            if (problem := layer.problem) and not broken_merge(layer):
                yield self.found(layer, problem.message, *problem.notes, help=problem.help)

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the smallest input on which everything runs, where that is larger."""
        from poolcalc.analysis.sizes import smallest_legal

        present, legal = facts.graph.input[1:], smallest_legal(facts.graph)
        larger = tuple(max(size, least or size) for size, least in zip(present, legal, strict=True))
        if larger != present:
            changed = with_input(facts.graph, larger)
            yield Remedy(f"an input of {times(changed.input)} to the network", changed)
