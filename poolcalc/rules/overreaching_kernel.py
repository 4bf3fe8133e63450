"""A kernel that reaches so far beyond its map that it reads mostly padding.

Where a dilation nears the size of the map, or the map has shrunk to a few units, taps meet it at few places or at
none. Those that never do are weights for nothing: at rate 36 on 28×28, a 3×3 kernel is a 1×1 kernel of nine times the
parameters (Chen et al. 2017 count these "valid weights" for atrous pyramids). Reported where a tap never meets the map,
or where more than half of the taps, over all places along an axis, meet padding; a plain kernel at the borders of a map
at least half as large does not come near that. What a transposed convolution cuts off counts as padding.

Bad:

```yaml
input: [3, 28, 28]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 36, dilation: 36}
```

Good:

```yaml
input: [3, 28, 28]
layers:
  - conv: {out_channels: 8, kernel_size: 1}
```
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import prod

from poolcalc.analysis.layer import Layer, Sized
from poolcalc.finding import Finding
from poolcalc.geometry.taps import Meetings
from poolcalc.network.edit import with_op
from poolcalc.network.op import Change
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import percent, some, times

LEAST = Fraction(1, 2)
"""The share of what a kernel does along an axis that must be on the map."""

MOST_NAMED = 7
"""Taps, and layers, to list one by one."""


class OverreachingKernel(Rule, code="PC214", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield layers whose kernels meet padding; those together that do so in the same way."""
        for layers in _alike(facts):
            first, *others = layers
            axes = _meetings(first)
            taps, used = (prod(map(count, axes)) for count in (lambda axis: len(axis.met), lambda axis: axis.used))
            weights = sum(layer.node.op.weights(layer.input_shapes)["weight"].size for layer in layers)
            if used < taps:
                idle = f"{weights - weights * used // taps:,} of {weights:,} weights are never used"
                message = f"{taps - used} of {taps} taps never meet the map of {_map(first)}: {idle}"
            else:
                share = percent(float(100 * prod(axis.share for axis in axes)))
                message = f"its taps meet the map of {_map(first)} at {share} of places, and padding at all others"
            alike = [f"{_names(others)}: the same, and counted with it"] if others else []
            yield self.found(first, message, *_told(facts, axes), *alike)

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield kernels that reach less far, in all layers that are alike, where no layer beside these has them yet."""
        layers = next(alike for alike in _alike(facts) if alike[0] is layer)
        for changes in zip(*map(_changes, layers), strict=True):
            graph = facts.graph
            for each, change in zip(layers, changes, strict=True):
                graph = with_op(graph, each.node.name, change.op)
            if not any(_has_twin(facts, each, change) for each, change in zip(layers, changes, strict=True)):
                yield Remedy(f"{changes[0].words} in {_names(layers)}", graph)


def _has_twin(facts: Facts, layer: Sized, change: Change) -> bool:
    """Return whether another layer reads the same by the same operator, as in a pyramid of dilations."""
    beside = facts.readers[layer.node.inputs[0]]
    return any(other.node.op == change.op for other in beside if other is not layer)


def _alike(facts: Facts) -> list[list[Sized]]:
    """Return the layers whose kernels reach too far, those together that do so in the same way."""
    found: dict[object, list[Sized]] = {}
    for layer in facts.sized.values():
        axes = _meetings(layer)
        if any(map(_overreaches, axes)):
            found.setdefault((axes, _map(layer), *(change.words for change in _changes(layer))), []).append(layer)
    return list(found.values())


def _overreaches(axis: Meetings) -> bool:
    return axis.share < LEAST or 0 in axis.met


def _meetings(layer: Sized) -> tuple[Meetings, ...]:
    return layer.node.op.meetings(layer.input_shapes[0][1:], layer.shape[1:])


def _changes(layer: Sized) -> Iterator[Change]:
    return layer.node.op.tightened(layer.input_shapes[0][1:], layer.shape[1:])


def _map(layer: Sized) -> str:
    """Write the sizes of the map that is meant: of what comes out, where padding is cut off that."""
    return times((layer.shape if layer.node.op.enlarges else layer.input_shapes[0])[1:])


def _names(layers: Sequence[Sized]) -> str:
    return some([layer.node.name for layer in layers], MOST_NAMED)


def _told(facts: Facts, axes: Sequence[Meetings]) -> Iterator[str]:
    """Say at how many places every tap meets the map, for the axes that matter, once for those that are alike."""
    words: dict[str, list[str]] = {}
    for axis, word in ((axis, word) for axis, word in zip(axes, facts.axes, strict=True) if _overreaches(axis)):
        few = len(axis.met) <= MOST_NAMED
        met = ", ".join(map(str, axis.met)) if few else f"{min(axis.met)} to {max(axis.met)}"
        words.setdefault(f"each tap meets the map at {met} of {axis.positions} places", []).append(f"{word}s")
    yield from (f"along {' and '.join(along)}, {text}" for text, along in words.items())
