"""What the formulas say about every layer: shapes, cost and theoretical receptive fields. Integers and fractions only.

A layer that cannot run does not stop the analysis: it is marked with the reason, what depends on it stays unknown, and
everything else is computed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

from poolcalc.field import PIXELS, Field, Summary, hull
from poolcalc.graph import INPUT, Graph, Node
from poolcalc.op import Impossible, Op, Shape, times
from poolcalc.taps import IDENTITY, Taps, everything


@dataclass(frozen=True)
class Layer:
    """One node and what is known of it.

    shape: what comes out; None where this layer, or one before it, cannot run.
    problem: why this layer cannot run; None where it can, or where the reason lies before it.
    params: learned values (weights, biases, the two vectors of a normalisation), None without a shape.
    macs: multiply-accumulates per image; one is two floating-point operations.
    fields: the receptive field along every axis of the network's input.
    dropped: input rows at both ends of every axis that no window reaches; empty for flat vectors.
    """

    node: Node
    input_shapes: tuple[Shape | None, ...]
    shape: Shape | None = None
    problem: Impossible | None = None
    params: int | None = None
    macs: int | None = None
    fields: tuple[Field, ...] = ()
    dropped: tuple[tuple[int, int], ...] = ()

    @property
    def activations(self) -> int | None:
        """Values that come out, per image."""
        return prod(self.shape) if self.shape else None

    @cached_property
    def receptive_field(self) -> tuple[Summary | None, ...]:
        """The figures to report, for every axis of the input; None where a field is too irregular to tell."""
        units = self.shape[1:] if self.shape and len(self.shape) > 1 else (1,) * len(self.fields)
        return tuple(field.summary(count) for field, count in zip(self.fields, units, strict=True))

    @property
    def sees_everything(self) -> bool:
        """Whether every unit depends on the whole map, through global pooling or the like."""
        return any(field.sees_everything for field in self.fields)


@dataclass(frozen=True)
class Analysis:
    """A graph and its layers, in the graph's order."""

    graph: Graph
    layers: tuple[Layer, ...]

    @property
    def peak_activations(self) -> int:
        """Most values alive at once, input included, when every tensor is freed after its last reader."""
        alive = {INPUT: prod(self.graph.input)}
        total = peak = alive[INPUT]
        for layer, expiring in zip(self.layers, self.graph.expiring, strict=True):
            alive[layer.node.name] = layer.activations or 0
            total += alive[layer.node.name]
            peak = max(peak, total)
            total -= sum(map(alive.pop, expiring))
        return peak


def analyse(graph: Graph) -> Analysis:
    """Compute every layer's shape, cost and receptive field."""
    axes = len(graph.input) - 1
    shapes: dict[str, Shape | None] = {INPUT: graph.input}
    fields: dict[str, tuple[Field, ...]] = {INPUT: (PIXELS,) * axes}
    layers = []
    for node in graph.nodes:
        layer = _layer(node, [shapes[name] for name in node.inputs], [fields[name] for name in node.inputs])
        shapes[node.name], fields[node.name] = layer.shape, layer.fields
        layers.append(layer)
    return Analysis(graph, tuple(layers))


def _layer(node: Node, inputs: Sequence[Shape | None], fields: Sequence[tuple[Field, ...]]) -> Layer:
    known = [shape for shape in inputs if shape is not None]
    if len(known) < len(inputs):
        return Layer(node, tuple(inputs))
    op = node.op
    try:
        _require_accepted(op, known)
        shape = op.output_shape(known)
    except Impossible as problem:
        if op.merges:
            problem.notes += (
                ", ".join(f"{name} gives {times(s)}" for name, s in zip(node.inputs, known, strict=True)),
            )
        return Layer(node, tuple(known), problem=problem)
    taps = _taps(op, known)
    return Layer(
        node,
        tuple(known),
        shape,
        params=sum(weight.size for weight in op.weights(known).values() if weight.learned),
        macs=op.macs(known, shape),
        fields=_fields(op, known, fields, taps),
        dropped=tuple(
            _dropped(by_input[0], size, units)
            for by_input, size, units in zip(taps, known[0][1:], shape[1:], strict=len(shape) > 1)
        ),
    )


def _require_accepted(op: Op, inputs: Sequence[Shape]) -> None:
    for shape in inputs:
        if op.takes == "maps" and len(shape) == 1:
            raise Impossible(
                f"{op.keyword} needs channels and spatial axes, found a flat vector of {shape[0]}",
                help=f"move {op.keyword} in front of the flatten",
            )
        if op.takes == "vectors" and len(shape) > 1:
            raise Impossible(
                f"{op.keyword} needs a flat vector, found a map of {times(shape)}",
                help=f"put `- flatten` in front of {op.keyword}",
            )


def _taps(op: Op, inputs: Sequence[Shape]) -> list[Sequence[Taps]]:
    """Return the taps into every input, axis by axis; none for flat vectors."""
    return [op.taps(axis, sizes) for axis, sizes in enumerate(zip(*(shape[1:] for shape in inputs), strict=True))]


def _fields(
    op: Op, inputs: Sequence[Shape], fields: Sequence[tuple[Field, ...]], taps: Sequence[Sequence[Taps]]
) -> tuple[Field, ...]:
    if not taps:  # flat vectors, whose every value sees all that the vector sees
        return tuple(hull(by_input) for by_input in zip(*fields, strict=True))
    result = []
    for axis, by_input in enumerate(taps):
        parts = [
            field[axis] if tap is IDENTITY else field[axis].through(tap)
            for field, tap in zip(fields, by_input, strict=True)
        ]
        if op.reads_whole_map:
            parts += [
                field[axis].through(everything(shape[1 + axis])) for field, shape in zip(fields, inputs, strict=True)
            ]
        result.append(parts[0] if len(parts) == 1 else hull(parts))
    return tuple(result)


def _dropped(taps: Taps, size: int, units: int) -> tuple[int, int]:
    """Return the rows before the first window and those after the last."""
    if taps is IDENTITY:
        return 0, 0
    reads = [taps[unit] for unit in (0, units - 1)]
    if not all(reads):  # a transposed convolution may have units that read nothing; look at all of them
        reads = [read for read in map(taps.__getitem__, range(units)) if read]
    if not reads:
        return size, 0
    before = max(0, min(read[0] for read in reads))
    return before, max(0, size - 1 - max(before - 1, *(read[-1] for read in reads)))
