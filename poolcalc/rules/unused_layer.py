"""Layers that no output depends on: nothing reads them, or only others that nothing reads.

A slip in `from:` leaves a layer beside the way; and where `outputs` names no others, only the last layer is a result.
Parameters of such layers are counted and kept in memory for nothing: in training, they get no gradient. Heads that
stand in `outputs` are read.

Bad:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1, name: stem}
  - conv: {out_channels: 4, kernel_size: 1, name: mask}
  - conv: {out_channels: 2, kernel_size: 1, name: edge, from: stem}
```

Good:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1, name: stem}
  - conv: {out_channels: 4, kernel_size: 1, name: mask}
  - conv: {out_channels: 2, kernel_size: 1, name: edge, from: stem}
outputs: [mask, edge]
```
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import Analysis, Figure, Total
from poolcalc.finding import Finding
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import counted, some

MOST_NAMED = 6
"""Layers to list by name."""


class UnusedLayer(Rule, code="PC402", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the layers that nothing reads, and what is spent on them and on what they alone read."""
        if ends := _ends(facts):
            it, is_no = ("it", "it is no output") if len(ends) == 1 else ("them", "they are no outputs")
            yield Finding(
                self.id,
                f"{some(ends, MOST_NAMED)}: nothing reads {it}, and {is_no}",
                ends[0],
                (spent(facts.analysis), *(_passed_by(facts, *ends) if len(ends) == 1 else ())),
            )

    def symptoms(self, facts: Facts) -> set[str]:
        """Return the layers that nothing reads."""
        return set(_ends(facts))

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the network with these as outputs, and without what only they read."""
        graph, ends = facts.graph, _ends(facts)
        outputs = tuple(node.name for node in graph.nodes if node.name in {*ends, *graph.outputs})
        meant = "they are results" if len(ends) > 1 else "it is a result"
        yield Remedy(f"`outputs: [{', '.join(outputs)}]`, if {meant}", replace(graph, outputs=outputs))
        unused = [each.node.name for each in facts.analysis.unused]
        nodes = tuple(node for node in graph.nodes if node.name not in unused)
        yield Remedy(f"the network without {some(unused, MOST_NAMED)}", replace(graph, nodes=nodes))


def spent(analysis: Analysis) -> str:
    """Say how much of a network's totals no output depends on."""
    words: dict[Figure, str] = {"params": "parameters", "macs": "MACs"}
    sums = [(analysis.total(figure, analysis.unused), analysis.total(figure), word) for figure, word in words.items()]
    known = [f"{_least(part)} of {_least(whole)} {word}" for part, whole, word in sums if part.layers]
    return f"no output depends on {counted(len(analysis.unused), 'layer')} with {' and '.join(known)}"


def _least(total: Total) -> str:
    return f"{'' if total.complete else 'at least '}{total.value:,}"


def _ends(facts: Facts) -> list[str]:
    """Return the layers that nothing reads, and that are no outputs."""
    return [layer.node.name for layer in facts.analysis.unused if layer.node.name not in facts.readers]


def _passed_by(facts: Facts, name: str) -> Iterator[str]:
    """Say what the layer behind this one reads, where the two may have been meant to be a chain."""
    for node, following in pairwise(facts.graph.nodes):
        if node.name == name and len(following.inputs) == 1:
            yield f"{following.name}, which follows it, reads {following.inputs[0]}"
