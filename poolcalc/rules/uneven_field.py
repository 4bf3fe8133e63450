"""Neighbouring units that read different numbers of units, so that the field varies by position.

Where a transposed convolution's stride does not divide its kernel, some of its outputs sum more inputs than others, or
none at all, and images come out with a checkerboard pattern (Odena et al. 2016). Where an adaptive pool's output size
does not divide its input, its windows differ in size and overlap.

Bad:

```yaml
input: [3, 16, 16]
layers:
  - conv_transpose: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1, output_padding: 1}
```

Good:

```yaml
input: [3, 16, 16]
layers:
  - conv_transpose: {out_channels: 8, kernel_size: 4, stride: 2, padding: 1}
```
"""

from collections.abc import Iterator

from poolcalc.analysis.layers import Layer, Sized
from poolcalc.families.adaptive import AdaptivePooling
from poolcalc.finding import Finding
from poolcalc.network.edit import with_parameters
from poolcalc.ops.conv_transpose import ConvTranspose
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.wording import notation


class UnevenField(Rule, code="PC213", severity="warning"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield transposed convolutions and adaptive pools whose units read unequal numbers of units."""
        for layer in facts.sized.values():
            if isinstance(layer.node.op, (ConvTranspose, AdaptivePooling)):
                for axis, taps in enumerate(layer.reads[0].taps or ()):
                    counts = sorted({len(reads) for reads in taps.phases})
                    if len(counts) > 1:
                        yield self.found(
                            layer,
                            f"its units read {counts[0]} to {counts[-1]} {facts.axes[axis]}s, by their position",
                            _reason(layer, axis),
                        )
                        break

    def remedies(self, facts: Facts, layer: Layer) -> Iterator[Remedy]:
        """Yield the next kernel that the stride divides, at the same size, or output sizes that divide the input."""
        op, name = layer.node.op, layer.node.name
        if isinstance(op, ConvTranspose):
            kernel = tuple(-(-k // s) * s for k, s in zip(op.kernel_size, op.stride, strict=True))
            for extra in range(max(op.stride)):
                padding = tuple(
                    ((cut := sum(pair) + wide - k + extra - more) // 2, cut - cut // 2)
                    for pair, k, wide, more in zip(op.padding, op.kernel_size, kernel, op.output_padding, strict=True)
                )
                if min(map(min, padding)) >= 0 and all(before == after for before, after in padding):
                    output_padding = (extra,) * len(kernel)
                    text = f"`kernel_size: {notation(kernel)}` with `padding: {notation(padding)}`"
                    text += f" and `output_padding: {notation(output_padding)}`"
                    changed = with_parameters(
                        facts.graph, name, kernel_size=kernel, padding=padding, output_padding=output_padding
                    )
                    yield Remedy(text, changed)
        if isinstance(op, AdaptivePooling):
            sizes = facts.sized[name].input_shapes[0][1:]
            for output in zip(
                *(_divisors(size, given or size) for size, given in zip(sizes, op.output_size, strict=True)),
                strict=True,
            ):
                yield Remedy(
                    f"`output_size: {notation(output)}`", with_parameters(facts.graph, name, output_size=output)
                )


def _divisors(size: int, wanted: int) -> tuple[int, int]:
    """Return the divisors of a size on both sides of the wanted one, or that itself where none is near."""
    near = [n for n in range(1, size + 1) if size % n == 0 and wanted < 2 * n < 4 * wanted]
    below, above = (n for n in near if n <= wanted), (n for n in near if n >= wanted)
    return max(below, default=wanted), min(above, default=wanted)


def _reason(layer: Sized, axis: int) -> str:
    op = layer.node.op
    if isinstance(op, ConvTranspose):
        return f"kernel_size {op.kernel_size[axis]} is no multiple of stride {op.stride[axis]}"
    return f"{layer.input_shapes[0][1 + axis]} is no multiple of {layer.shape[1 + axis]}"
