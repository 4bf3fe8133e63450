"""An even kernel with `same` padding, which shifts the map by half a pixel.

An even kernel has no middle. At stride 1, `same` pads one pixel more at the end than at the beginning, so that every
such layer moves what it sees by half a cell towards the end; several of them add up, and a branch beside them stays
where it was.

Bad:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 4, padding: same}
```

Good:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 5, padding: same}
```
"""

from collections.abc import Iterator

from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding
from poolcalc.geometry.arithmetic import same_padding
from poolcalc.network.edit import with_window
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import notation


class HalfPixelShift(Rule, code="PC105", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield layers with `same` padding, stride 1 and a window without a middle."""
        for layer in facts.sized.values():
            window = layer.node.op.window
            if window and isinstance(window.padding, str):
                for axis, (size, stride) in enumerate(zip(window.kernel_size, window.stride, strict=True)):
                    span = window.span(axis)
                    if stride == 1 and span % 2 == 0:
                        before, after = same_padding(1, span, 1, extra_before=window.padding == "same_lower")
                        yield self.found(
                            layer,
                            f"kernel_size {size} with `{window.padding}` shifts the map by half a pixel",
                            f"it pads {before} {facts.axes[axis]}s before the map and {after} after it",
                        )
                        break

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the next larger and the next smaller odd kernel."""
        if window := layer.node.op.window:
            for change in (1, -1):
                kernel = tuple(size if size % 2 else size + change for size in window.kernel_size)
                changed = with_window(facts.graph, layer.node.name, kernel_size=kernel)
                yield Remedy(f"`kernel_size: {notation(kernel)}`", changed)
