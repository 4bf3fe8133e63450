"""An object that shrinks to less than two cells before anything is predicted.

`objects` in the file lists the sizes that matter, in pixels. Every stride makes them smaller: after three halvings an
8×8 object is one cell, and what lay in it cannot be told from its surroundings. The finding stands at the layer after
which the object is smaller than two cells, on the way to the finest map that predictions are made from. In this order:
downsample later; predict from a finer map as well, as feature pyramids do; let a convolution with stride learn what to
keep, in place of a pool.

Bad:

```yaml
input: [3, 64, 64]
task: detection
objects: [8]
layers:
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}
```

Good:

```yaml
input: [3, 64, 64]
task: detection
objects: [8]
layers:
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
```
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

from poolcalc.analysis.branches import path
from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding
from poolcalc.network.edit import with_op, with_output
from poolcalc.network.graph import INPUT
from poolcalc.rule.facts import Facts
from poolcalc.rule.finer import finer
from poolcalc.rule.insertions import conv
from poolcalc.rule.last_maps import finest
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import counted


class VanishingObject(Rule, code="PC300", severity="warning"):
    about_whole = resizes = True

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the layer at which each object becomes too small, where no finer map is left."""
        found = finest(facts) if facts.design.objects else None
        if found is None:
            return
        last, final = found
        jumps = [
            (step, facts.largest_jump(step.node.name))
            for step in path(facts.graph, facts.layers, INPUT, last.node.name)
        ]
        for size in sorted(facts.design.objects):
            if size < 2 * final:
                layer, jump = next((step, jump) for step, jump in jumps if jump and size < 2 * jump)
                cells = f"{size}/{final} = {float(size / final):.2g} cells"
                vanishes = "vanishes" if size <= jump else "shrinks below two cells"
                yield self.found(
                    layer,
                    f"an object of {counted(size, 'pixel')} {vanishes}: "
                    f"units are {counted(jump, 'pixel')} apart from here on",
                    f"{last.node.name}, the finest map that is used, shows it on {cells}",
                    *_alternative(facts, layer),
                )

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield less downsampling, as early as possible, a finer map among the outputs, then other strides less."""
        apart = facts.largest_jump(layer.node.name) or 0
        object_size = min(size for size in facts.design.objects if size < 2 * apart)
        strides = finer(facts, Fraction(object_size, 2))
        yield from islice(strides, 1)
        source = layer.node.inputs[0]
        jump = facts.largest_jump(source)
        if facts.design.task in ("detection", "segmentation") and source != INPUT and jump:
            where = f"{source} (units {counted(jump, 'pixel')} apart)"
            yield Remedy(f"{where} as one more output, as a feature pyramid does", with_output(facts.graph, source))
        yield from strides


def _alternative(facts: Facts, layer: Layer) -> Iterator[str]:
    """Say that a convolution could take a pool's place; it does not keep the object larger, so it is no remedy."""
    op, shape = layer.node.op, layer.input_shapes[0]
    if shape and op.pools and (window := op.window) and not window.ceil_mode:
        kernel_size, stride, padding, *_ = window
        instead = conv(len(shape) - 1, shape[0], kernel_size=kernel_size, stride=stride).op.with_window(padding=padding)
        if instead and not facts.of(with_op(facts.graph, layer.node.name, instead)).impossible:
            yield f"if the size must go down here: a conv with stride {stride[0]} learns what to keep"
