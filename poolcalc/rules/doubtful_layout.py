"""An input that reads as channels and sizes, and was probably meant in another order.

The input is channels, then one to three spatial axes. With the batch in front, as other tools have it, an image turns
into a volume of one channel; with channels last, or without any, a side of the image counts as its channels. The
network may run all the same, and all that is said of it is wrong; other warnings are left out until this one is settled
or ignored. Reported where the sizes suggest it, kernels treat all axes alike, and every layer runs on the other
reading. An input from outside with other channels than the file's is reported, too.

Bad:

```yaml
input: [1, 3, 64, 64]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
```

Good:

```yaml
input: [3, 64, 64]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
```
"""

from collections.abc import Iterator

from poolcalc.analysis.layer import Layer, Sized
from poolcalc.finding import Finding
from poolcalc.network.edit import reshaped
from poolcalc.network.graph import INPUT, Graph
from poolcalc.network.op import Shape
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Rule
from poolcalc.wording import AXES, counted, times

COLOURS = (1, 3, 4)
"""The channels of a picture: grey, colour, or colour with transparency."""

LEAST_SIDE, LEAST_LENGTH = 16, 1000
"""The smallest side of a picture, and the shortest signal, that sizes are taken for."""


class DoubtfulLayout(Rule, code="PC108", severity="warning"):
    def check(self, facts: Facts) -> Iterator[Finding]:
        """Yield what is found: it names no layer, and the other reading has been tried."""
        yield from self.look(facts)

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the first reading that is more likely, or that the channels are not those of the file."""
        given, own = facts.graph.input, facts.design.own_input
        for what, other in _readings(facts):
            if _treats_axes_alike(facts.graph) and not facts.of(reshaped(facts.graph, other)).impossible:
                message = f"{INPUT}: {times(given)} is read as {_read(given)}"
                note = f"{what}, it is {_read(other)}, and every layer runs on that"
                remedy = f"use an input of {times(other)}, if that is meant"
                yield Finding(self.id, message, INPUT, (note,), remedy, explains=True)
                return
        if own and own[0] != given[0]:
            message = f"{INPUT}: {counted(given[0], 'channel')}, where the file's {times(own)} has {own[0]}"
            yield Finding(self.id, message, INPUT)


def _read(shape: Shape) -> str:
    channels, *sizes = shape
    return f"{counted(channels, 'channel')} of {' × '.join(map(counted, sizes, AXES[len(sizes)]))}"


def _readings(facts: Facts) -> Iterator[tuple[str, Shape]]:
    """Yield what else the sizes may mean, in words and as channels and sizes."""
    first, *_, last = shape = facts.graph.input
    if shape[1] in COLOURS and first != 3 and _are_large(shape[2:]):  # 3: frames of a film in colour
        yield "with the batch first", shape[1:]
    if last in COLOURS and _are_large(shape[:-1]):
        yield "with channels last", (last, *shape[:-1])
    if last in COLOURS and len(shape) == 4 and _are_large(shape[1:-1]):
        yield "with the batch first and channels last", (last, *shape[1:-1])
    if len(shape) == 2 and first == last >= LEAST_SIDE and any(map(_narrows, facts.readers[INPUT])):
        yield "with channels left out, say 3", (3, *shape)


def _are_large(sizes: Shape) -> bool:
    """Return whether sizes are those of a picture, or of a signal."""
    return bool(sizes) and min(sizes) >= (LEAST_SIDE if len(sizes) > 1 else LEAST_LENGTH)


def _narrows(layer: Layer) -> bool:
    """Return whether weights make fewer channels of the input's, as hardly any do that look at pixels."""
    if not isinstance(layer, Sized) or layer.node.op.gradient != "learned":
        return False
    return layer.shape[0] < layer.input_shapes[0][0]


def _treats_axes_alike(graph: Graph) -> bool:
    """Return whether kernels slide over the input, and alike on every axis: whoever tells axes apart means them."""
    axes = (0,) * (len(graph.input) - 1)
    slides = any(node.op.window and max(node.op.window.kernel_size) > 1 for node in graph.nodes)
    return slides and all(node.op.on_axes(axes) == node.op for node in graph.nodes)
