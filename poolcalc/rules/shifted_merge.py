"""A merge of maps that have equal sizes but look at different places.

Units of both branches that are combined look at different input pixels: one branch was padded or cropped on one side
more than the other. The sizes hide it. Reported where what they see, and the middle of where an untrained gradient
goes, are shifted by more than half a cell, the distance between neighbouring units; smaller shifts come with every
enlargement and every even kernel. Causal networks, which never look beyond the end, shift on purpose and are not
reported.

Bad:

```yaml
input: [3, 16, 16]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: [[0, 2], [0, 2]], name: one_sided}
  - conv: {out_channels: 8, kernel_size: 1, from: input, name: shortcut}
  - add: [one_sided, shortcut]
```

Good:

```yaml
input: [3, 16, 16]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1, name: two_sided}
  - conv: {out_channels: 8, kernel_size: 1, from: input, name: shortcut}
  - add: [two_sided, shortcut]
```
"""

from collections.abc import Iterator
from fractions import Fraction

from poolcalc.analysis.branches import fork
from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding
from poolcalc.geometry.field import PIXELS, Strand
from poolcalc.network.edit import with_window
from poolcalc.network.graph import INPUT
from poolcalc.rule.facts import Facts
from poolcalc.rule.last_maps import last_maps
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import notation

ROUNDING = 1e-6
"""Pixels that floats may be off by."""


class ShiftedMerge(Rule, code="PC103", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield merges, on the first axis where two of their branches are shifted."""
        for layer in facts.sized.values():
            if layer.node.op.merges and len(layer.shape) > 1:
                shifts = (shift for axis in range(len(facts.axes)) for shift in _shifts(facts, layer, axis))
                if found := next(shifts, None):
                    word, one, other, shift = found
                    amount = f"{abs(shift):.3g} input {word}{'' if abs(shift) == 1 else 's'}"
                    message = f"{other} looks {amount} {'behind' if shift > 0 else 'before'} {one}"
                    yield self.found(layer, message, "measured between the middles of where their gradients go")

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield even padding in a layer on either path that pads one side more."""
        first, *others = layer.node.inputs
        ways = [way for other in others for way in fork(facts.graph, facts.layers, (first, other)).paths]
        for node in dict.fromkeys(step.node for way in ways for step in way):
            window = node.op.window
            if window and (pairs := window.pairs):
                padding = tuple((sum(pair) // 2, sum(pair) - sum(pair) // 2) for pair in pairs)
                if padding != pairs:
                    changed = with_window(facts.graph, node.name, padding=padding)
                    yield Remedy(f"`padding: {notation(padding)}` in {node.name}", changed)
            elif window and isinstance(window.padding, str):
                padding = tuple(((window.span(axis) - 1) // 2,) * 2 for axis in range(len(facts.axes)))
                changed = with_window(facts.graph, node.name, padding=padding)
                yield Remedy(f"`padding: {notation(padding)}` in {node.name}", changed)


def _shifts(facts: Facts, layer: Layer, axis: int) -> Iterator[tuple[str, str, str, float]]:
    """Yield by how far other branches are shifted against the first, where their units are equally far apart.

    Hulls tell quickly where there is none; of branches that are merges themselves, they may hang over to one side by
    paths of little weight, so that where the gradients go decides.
    """
    names = [read.source for read in layer.reads if not read.is_global]
    fields = [PIXELS if name == INPUT else facts.layers[name].fields[axis] for name in names]
    strands = {strand.jump: strand for field in fields[:1] for strand in field.local}
    for name, field in zip(names[1:], fields[1:], strict=True):
        for strand in field.local:
            other = strands.get(strand.jump, strand)
            if other is strand or None in (*other.phases, *strand.phases):
                continue
            shift = _offset(strand) - _offset(other)
            # Enlarging repeats units: their centres are off by up to half of what is repeated.
            cell = max(strand.advance, other.advance)
            if 2 * abs(shift) <= cell or (_ends(strand) == _ends(other) and _is_causal(facts, axis)):
                continue
            weighted = _between(facts, names[0], name, axis)
            if weighted is not None and 2 * abs(weighted) > cell + ROUNDING and weighted * shift > 0:
                yield facts.axes[axis], names[0], name, weighted


def _between(facts: Facts, name: str, other: str, axis: int) -> float | None:
    """Return how far the gradients of one branch go behind those of another, None where that is not known."""
    known = [facts.shared.get(each) for each in (name, other)]
    first, second = (shared[axis].offset if shared else None for shared in known)
    return None if first is None or second is None else second - first


def _offset(strand: Strand) -> Fraction:
    """Return the centre of what unit 0 sees; the mean over a period where units differ."""
    spans = [span for span in strand.phases if span]
    centres = (Fraction(span[0] + span[1], 2) - unit * strand.jump for unit, span in enumerate(spans))
    return sum(centres, Fraction(0)) / len(spans)


def _ends(strand: Strand) -> set[Fraction]:
    return {span[1] - unit * strand.jump for unit, span in enumerate(strand.phases) if span}


def _is_causal(facts: Facts, axis: int) -> bool:
    """Return whether no result looks beyond the end of the input: what is padded there is cut off again."""
    results = [last.layer for last in last_maps(facts)]
    seen = (layer.fields[axis].span(layer.shape[1 + axis] - 1 if layer.spatial else 0) for layer in results)
    return all(span is None or span[1] < facts.graph.input[1 + axis] for span in seen)
