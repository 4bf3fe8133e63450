"""A receptive field smaller than what must be recognised.

Where a classifier averages over the last map, no unit has seen the whole image: what is larger than the field is never
seen in one piece, only as a bag of patches (Brendel and Bethge 2019). The same holds for any object that the file
declares in `objects`. Few things fill an image, so a classifier passes whose field covers three quarters of the input.
A flatten before a linear layer can tell the places apart and puts the patches together, so networks that end so are
not reported, and neither are those that end in a map: what becomes of it stands elsewhere.

Bad:

```yaml
input: [3, 28, 28]
task: classification
layers:
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - gap
  - flatten
```

Good:

```yaml
input: [3, 28, 28]
task: classification
layers:
  - conv: {out_channels: 8, kernel_size: 7, stride: 4, padding: 3}
  - conv: {out_channels: 8, kernel_size: 7, padding: 3}
  - gap
  - flatten
```
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from poolcalc.analysis.branches import path
from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding
from poolcalc.network.edit import appended
from poolcalc.network.graph import INPUT
from poolcalc.rule.facts import Facts
from poolcalc.rule.insertions import conv
from poolcalc.rule.last_maps import last_maps
from poolcalc.rule.rule import Remedy, Rule

ENOUGH = Fraction(3, 4)
"""The share of the input that a classifier's units must see."""

MOST_CONVOLUTIONS = 8
"""More of them to make a field wide enough are no advice."""


class NarrowField(Rule, code="PC210", severity="warning"):
    about_whole = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the head with the widest field where even that is too small."""
        axes = range(len(facts.axes))
        found = last_maps(facts) if facts.knows_results else ()
        lasts = [last for last in found if last.gathers or facts.design.objects]
        if not lasts or any(last.is_dense or not all(_size(last.layer, axis) for axis in axes) for last in lasts):
            return
        layer, gathers, _ = max(lasts, key=lambda last: _size(last.layer, 0))
        enough = 1 if facts.design.objects else ENOUGH
        short = [axis for axis in axes if _size(layer, axis) < enough * _needed(facts, axis)]
        if short:
            word, size, needed = facts.axes[short[0]], _size(layer, short[0]), _needed(facts, short[0])
            whole = needed == facts.graph.input[1 + short[0]]
            what = f"the input has {needed}" if whole else f"objects have up to {needed}"
            yield self.found(
                layer,
                f"its units see {size} {word}s, {what}",
                *([f"{gathers.node.name} takes all of its places together"] if gathers else []),
            )

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield a dilated convolution behind the layer, where it leaves no holes, or several plain ones.

        Nothing behind a result, and nothing where the last to look around cuts patches: what follows is no convolution.
        """
        found = next(last for last in last_maps(facts) if last.layer is layer)
        if found.gathers is None or _ends_in_patches(facts, layer):
            return
        axes = range(len(facts.axes))
        jumps = [facts.jump(layer.node.name, axis) for axis in axes]
        missing = max(
            ceil((_needed(facts, axis) - _size(layer, axis)) / (2 * jump)) for axis, jump in enumerate(jumps) if jump
        )
        channels = facts.sized[layer.node.name].shape[0]
        if missing > 1 and all(jump and missing * jump <= _size(layer, axis) for axis, jump in enumerate(jumps)):
            dilated = conv(len(axes), channels, kernel_size=3, padding=missing, dilation=missing)
            changed = appended(facts.graph, layer.node.name, dilated.op)
            yield Remedy(f"one more `{dilated.text[2:]}` after {layer.node.name}", changed)
        if missing <= MOST_CONVOLUTIONS:
            plain, changed = conv(len(axes), channels, kernel_size=3, padding=1), facts.graph
            for _ in range(missing):
                changed = appended(changed, layer.node.name, plain.op)
            number = missing if missing > 1 else "one"
            yield Remedy(f"{number} more `{plain.text[2:]}` after {layer.node.name}", changed)


def _ends_in_patches(facts: Facts, layer: Layer) -> bool:
    """Return whether the last layer up to here that looks around is a convolution of windows side by side."""
    way = path(facts.graph, facts.layers, INPUT, layer.node.name)
    ops = (step.node.op for step in reversed(way))
    return next((op.cuts_patches for op in ops if op.window and max(op.window.kernel_size) > 1), False)


def _size(layer: Layer, axis: int) -> int:
    """Return the largest field, 0 where that is not known."""
    summary = layer.receptive_field[axis]
    return summary.size if summary else 0


def _needed(facts: Facts, axis: int) -> int:
    """Return how much must be seen: the whole input, to classify it, or the largest object."""
    size = facts.graph.input[1 + axis]
    if facts.design.objects and len(facts.axes) - axis <= 2:  # objects have rows and columns, no frames
        return min(size, max(facts.design.objects))
    return size if facts.design.task == "classification" and not facts.design.objects else 0
