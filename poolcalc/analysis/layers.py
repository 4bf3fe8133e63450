"""What the formulas say about every layer: shapes, cost and theoretical receptive fields. Integers and fractions only.

A layer that cannot run does not stop the analysis: it is marked with the reason, what depends on it stays unknown, and
everything else is computed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import cycle
from math import prod
from typing import Literal, NamedTuple

from poolcalc.analysis.branches import ancestors
from poolcalc.analysis.certain import certain_params
from poolcalc.analysis.layer import Layer, Read, Sized, Stopped, T, by_axis
from poolcalc.analysis.outcome import Outcome, outcome
from poolcalc.analysis.unread import Unread, lost_rows, unread
from poolcalc.geometry.field import PIXELS, Field, hull
from poolcalc.geometry.taps import IDENTITY, Taps
from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.op import Impossible, Op, Shape
from poolcalc.network.walk import walk
from poolcalc.wording import times

Figure = Literal["params", "macs", "activations"]
"""What is counted of every layer."""


class Total(NamedTuple):
    """A sum over `layers` of a network's `of` layers: of the others, the figure is not known."""

    value: int
    layers: int
    of: int

    @property
    def complete(self) -> bool:
        """Whether it is the network's."""
        return self.layers == self.of


@dataclass(frozen=True)
class Analysis:
    """A graph and its layers, in the graph's order.

    origin: the tensor in whose units receptive fields are given, mostly the network's input.
    gates: whether branches count that see the whole map beside a local one, as squeeze-and-excite gates do.
    outcomes: what operators make of their inputs: networks repeat their layers, and remedies repeat their networks.
    """

    graph: Graph
    layers: tuple[Layer, ...]
    origin: str = INPUT
    gates: bool = True
    outcomes: dict[tuple[Op, tuple[Shape, ...]], Outcome] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def sized(self) -> dict[str, Sized]:
        """The layers that can run, by name."""
        return {layer.node.name: layer for layer in self.layers if isinstance(layer, Sized)}

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """The shape of the input and of every layer that can run, by name."""
        return {INPUT: self.graph.input} | {name: layer.shape for name, layer in self.sized.items()}

    @property
    def origin_shape(self) -> Shape:
        """The shape of the tensor in whose units receptive fields are given; none where it does not come to be."""
        return self.shapes.get(self.origin, ())

    @cached_property
    def unread(self) -> dict[str, tuple[Unread, ...]]:
        """The rows of every tensor that nothing reads, along every axis; nothing where all are read."""
        return unread(self.graph, self.layers)

    @cached_property
    def lost(self) -> dict[str, tuple[tuple[int, ...], ...]]:
        """For layers that round down, the rows of their input along every axis that are lost by that."""
        return lost_rows(self.unread)

    @cached_property
    def unused(self) -> tuple[Layer, ...]:
        """The layers that no output depends on."""
        needed = ancestors(self.graph, *self.graph.outputs)
        return tuple(layer for layer in self.layers if layer.node.name not in needed)

    def total(self, figure: Figure, layers: Sequence[Layer] | None = None) -> Total:
        """Return the sum of a figure over those layers, all by default, of which it is known."""
        layers = self.layers if layers is None else layers
        known = [value for value in (getattr(layer, figure) for layer in layers) if value is not None]
        return Total(sum(known), len(known), len(layers))

    @property
    def peak_activations(self) -> int:
        """Most values alive at once, input included, when every tensor is freed after its last reader.

        Of layers that can run alone: it may be more where others cannot.
        """
        values = {name: prod(shape) for name, shape in self.shapes.items()}
        total = peak = values[INPUT]
        for layer, expiring in zip(self.layers, self.graph.expiring, strict=True):
            total += values.get(layer.node.name, 0)
            peak = max(peak, total)
            total -= sum(values.get(name, 0) for name in expiring)
        return peak

    def spread(
        self,
        start: T,
        step: Callable[[Sized, Sequence[tuple[Read, T]]], T | None],
        *,
        reads: Callable[[Sized], Iterable[Read]] = lambda layer: layer.reads,
    ) -> dict[str, T | None]:
        """Return what spreads from the origin by the reads of every layer that sees it, in order.

        start: at the origin. step: from what a layer reads. None where that is unknown, or rests on what is unknown.
        reads: those by which it spreads, all by default.
        """
        found: dict[str, T | None] = {self.origin: start}
        for name, layer in self.sized.items():
            sources = [(read, found[read.source]) for read in reads(layer) if read.source in found]
            if sources and name not in found:
                known = [(read, value) for read, value in sources if value is not None]
                found[name] = step(layer, known) if len(known) == len(sources) else None
        return found


def last_local(start: Layer, layers: Mapping[str, Layer]) -> Layer | None:
    """Return the last layer, back from `start`, whose units see different places; None where that is not known."""
    layer: Layer | None = start
    while isinstance(layer, Sized) and not any(field.local for field in layer.fields):
        layer = layers.get(layer.node.inputs[0])
    return layer if isinstance(layer, Sized) else None


def analyse(graph: Graph, *, origin: str = INPUT, gates: bool = True, before: Analysis | None = None) -> Analysis:
    """Compute every layer's shape, cost and receptive field (see `Analysis` for `origin` and `gates`).

    before: the analysis of a network that was changed to this one; what the change does not reach is taken from it.
    """
    pixels = (PIXELS,) * (len(graph.input) - 1)
    outcomes = before.outcomes if before else {}
    problems: dict[str, Impossible] = {}

    def step(node: Node, inputs: Sequence[_Tensor]) -> _Tensor | None:
        shapes = tuple([tensor.shape for tensor in inputs])
        try:
            made = outcomes.get((node.op, shapes))
            if made is None:
                made = outcomes[node.op, shapes] = outcome(node.op, shapes)
        except Impossible as problem:
            if node.op.merges:
                given = (f"{name} gives {times(shape)}" for name, shape in zip(node.inputs, shapes, strict=True))
                problem.notes += (", ".join(given),)
            problems[node.name] = problem
            return None
        seen = zip(map(Read, cycle(node.inputs), made.taps), cycle(inputs), strict=False)
        sources = [(read, tensor.fields) for read, tensor in seen]
        if not gates:
            sources = _without_gates(sources)
        reads = tuple([read for read, _ in sources])
        fields = pixels if node.name == origin else _fields([source for source in sources if source[1]])
        layer = Sized(node, shapes, made.shape, made.params, made.macs, reads, made.remainders, fields)
        return _Tensor(made.sizes, fields, layer)

    known = {INPUT: _Tensor(graph.input, pixels if origin == INPUT else ())}
    if before and (before.origin, before.gates, before.graph.input) == (origin, gates, graph.input):
        known |= _unchanged(graph, before)
    found = {node.name: tensor for node, tensor in walk(graph, known, step)}
    shapes = {INPUT: graph.input} | {name: tensor.shape for name, tensor in found.items() if tensor}
    params = certain_params(graph, shapes) if problems else {}

    def layer(node: Node) -> Layer:
        if (tensor := found[node.name]) and tensor.layer:
            return tensor.layer
        name, inputs = node.name, tuple(map(shapes.get, node.inputs))
        return Stopped(node, inputs, problems.get(name), params.get(name))

    return Analysis(graph, tuple(map(layer, graph.nodes)), origin, gates, outcomes)


_Source = tuple[Read, tuple[Field, ...]]
"""How something is read, and its fields."""


class _Tensor(NamedTuple):
    """What comes out of a layer, or goes into the network. layer: None for the input."""

    shape: Shape
    fields: tuple[Field, ...]
    layer: Sized | None = None


def _unchanged(graph: Graph, before: Analysis) -> dict[str, _Tensor]:
    """Return, by name, what comes out of the layers that a change does not reach."""
    found: dict[str, _Tensor] = {}
    for node in graph.nodes:
        layer = before.sized.get(node.name)
        if layer and layer.node == node and all(source == INPUT or source in found for source in node.inputs):
            found[node.name] = _Tensor(tuple(map(int, layer.shape)), layer.fields, layer)
    return found


def _without_gates(sources: list[_Source]) -> list[_Source]:
    """Leave out what is read as a whole, or comes from there, beside what is read locally."""
    local = [(read, fields) for read, fields in sources if not (read.is_global or _is_global(fields))]
    return local if any(fields for _, fields in local) else sources


def _is_global(fields: tuple[Field, ...]) -> bool:
    """Whether units see the same everywhere: global pooling, also behind an upsampling."""
    return bool(fields) and all(field.strands and not field.local for field in fields)


def _fields(sources: Sequence[_Source]) -> tuple[Field, ...]:
    """Return the hull of what all reads see, axis by axis; nothing where none of them sees the origin."""
    seen = [
        fields if read.taps is None else by_axis(_through, zip(fields, read.taps, strict=True))
        for read, fields in sources
    ]
    return seen[0] if len(seen) == 1 else by_axis(lambda *fields: hull(fields), zip(*seen, strict=True))


def _through(field: Field, taps: Taps) -> Field:
    return field if taps is IDENTITY else field.through(taps)
