"""Pixels between the windows that nothing reads.

The kernel is smaller than the stride, or all its taps fall on the same positions between two strides, so that whole
rows and columns of the map are computed and never used. A layer whose skipped pixels another branch reads, as the 1×1
shortcut of a residual block beside a 3×3 convolution, is not reported.

Bad:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 1, stride: 2}
```

Good:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}
```
"""

from collections.abc import Iterator
from math import prod

from poolcalc.analysis.layer import Layer, Sized
from poolcalc.analysis.remainder import Remainder
from poolcalc.finding import Finding
from poolcalc.network.edit import inserted, with_window
from poolcalc.rule.facts import Facts
from poolcalc.rule.insertions import average
from poolcalc.rule.rule import Remedy, Rule, less_dilated
from poolcalc.wording import evenly, notation, spots, times


class SkippedPixels(Rule, code="PC104", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield layers that step over pixels, with the share that is read."""
        for layer in facts.sized.values():
            if _may_skip(layer):
                sizes = layer.input_shapes[0][1:]
                unread = facts.unread_rows(layer.node.inputs[0])
                if any(map(_skips, unread, layer.remainders[0], sizes)):
                    read = [size - len(rows) for size, rows in zip(sizes, unread, strict=True)]
                    share = f"{100 * prod(read) / prod(sizes):.0f} %"
                    masks = [sum(1 << row for row in rows) for rows in unread]
                    where = [spots(mask, word) for mask, word in zip(masks, facts.axes, strict=True) if mask]
                    yield self.found(
                        layer,
                        f"reads only {times(read)} of the {times(sizes)} positions of {layer.node.inputs[0]}, {share}",
                        f"nothing reads {' and '.join(where)}",
                        *_reason(layer),
                    )

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield kernels that reach from window to window, and averaging before the stride."""
        op, graph, name = layer.node.op, facts.graph, layer.node.name
        if not (window := op.window):
            return
        ones = (1,) * len(window.stride)
        if window.dilation != ones:
            yield from less_dilated(graph, name, 1)
        kernel = tuple(max(k, s + 1 - s % 2) for k, s in zip(window.kernel_size, window.stride, strict=True))
        padding = tuple(((k - 1) // 2, (k - 1) // 2) for k in kernel)
        if kernel != window.kernel_size and window.pairs:
            changed = with_window(graph, name, kernel_size=kernel, padding=padding)
            yield Remedy(f"`kernel_size: {notation(kernel)}` with `padding: {notation(padding)}` in {name}", changed)
        kernel = tuple(map(max, window.kernel_size, window.stride))
        if kernel != window.kernel_size:
            yield Remedy(f"`kernel_size: {notation(kernel)}` in {name}", with_window(graph, name, kernel_size=kernel))
        if op.gradient == "learned" and window.kernel_size == ones:
            still, pool = with_window(graph, name, stride=ones), average(window.stride)
            text = f"`{pool.text}` in front of {name}, and `stride: 1` there"
            yield Remedy(text, still and inserted(still, name, 0, pool.op))


def _may_skip(layer: Sized) -> bool:
    """Return whether neighbouring windows leave a gap on some axis: cheap, and true of few layers."""
    taps = layer.reads[0].taps
    return any(
        each.step > 1 and len({i % each.step for reads in each.phases for i in reads}) < each.step
        for each in taps or ()
    )


def _skips(unread: tuple[int, ...], left: Remainder, size: int) -> bool:
    """Return whether a row between the first and the last that a layer reads is read by none."""
    return any(left.before <= row < size - left.after for row in unread)


def _reason(layer: Sized) -> Iterator[str]:
    if window := layer.node.op.window:
        dilation = f", dilation {evenly(window.dilation)}" if set(window.dilation) != {1} else ""
        yield f"kernel_size {evenly(window.kernel_size)}{dilation} at stride {evenly(window.stride)}"
    if (op := layer.node.op).enlarges and (meant := op.elsewhere()):
        gives = times(meant.op.output_shape(layer.input_shapes))
        yield f"{op.keyword} makes the map smaller; {meant.words}, which gives {gives}"
