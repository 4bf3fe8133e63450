"""What the formulas say about every layer: shapes, cost and theoretical receptive fields. Integers and fractions only.

A layer that cannot run does not stop the analysis: it is marked with the reason, what depends on it stays unknown, and
everything else is computed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import cycle
from math import prod
from typing import Any, NamedTuple, TypeVar

from poolcalc.geometry.field import PIXELS, Field, Summary, hull
from poolcalc.geometry.taps import IDENTITY, Taps, everything
from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.op import Impossible, Op, Shape
from poolcalc.wording import times

Answer = TypeVar("Answer")

MOST_UNITS = 2**20
"""Larger maps, along one axis, are typing errors, not networks."""


class Read(NamedTuple):
    """One way in which a layer reads one of its inputs.

    taps: for every spatial axis, which input units feed which output unit; None where both are flat vectors, whose
    every value is taken to depend on every value.
    """

    source: str
    taps: tuple[Taps, ...] | None

    @property
    def is_global(self) -> bool:
        """Whether every unit reads the same."""
        return self.taps is not None and all(taps.step == 0 for taps in self.taps)


@dataclass(frozen=True)
class Layer:
    """One node and what is known of it.

    shape: what comes out; None where this layer, or one before it, cannot run.
    problem: why this layer cannot run; None where it can, or where the reason lies before it.
    params: learned values (weights, biases, the two vectors of a normalisation), None without a shape.
    macs: multiply-accumulates per image; one is two floating-point operations.
    reads: how it reads its inputs.
    fields: the receptive field along every axis of the network's input; empty where it does not see the origin.
    dropped: input rows at both ends of every axis that no window reaches; empty for flat vectors.
    """

    node: Node
    input_shapes: tuple[Shape | None, ...]
    shape: Shape | None = None
    problem: Impossible | None = None
    params: int | None = None
    macs: int | None = None
    reads: tuple[Read, ...] = ()
    fields: tuple[Field, ...] = ()
    dropped: tuple[tuple[int, int], ...] = ()

    @property
    def activations(self) -> int | None:
        """Values that come out, per image."""
        return prod(self.shape) if self.shape else None

    @cached_property
    def receptive_field(self) -> tuple[Summary | None, ...]:
        """The figures to report, for every axis of the input; None where a field is too irregular to tell."""
        if not self.fields:
            return ()
        units = self.shape[1:] if self.shape and len(self.shape) > 1 else (1,) * len(self.fields)
        return by_axis(Field.summary, zip(self.fields, units, strict=True))

    @property
    def sees_everything(self) -> bool:
        """Whether every unit depends on the whole map, through global pooling or the like."""
        return any(field.sees_everything for field in self.fields)


@dataclass(frozen=True)
class Analysis:
    """A graph and its layers, in the graph's order.

    origin: the tensor in whose units receptive fields are given, mostly the network's input.
    gates: whether branches count that see the whole map beside a local one, as squeeze-and-excite gates do.
    """

    graph: Graph
    layers: tuple[Layer, ...]
    origin: str = INPUT
    gates: bool = True

    @cached_property
    def origin_shape(self) -> Shape:
        """The shape of the tensor in whose units receptive fields are given."""
        shapes = {layer.node.name: layer.shape for layer in self.layers} | {INPUT: self.graph.input}
        return shapes[self.origin] or ()

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


def last_local(start: Layer, layers: Mapping[str, Layer]) -> Layer | None:
    """Return the last layer, back from `start`, whose units see different places; None where there is none."""
    layer: Layer | None = start
    while layer and not any(field.local for field in layer.fields):
        layer = layers.get(layer.node.inputs[0])
    return layer


def analyse(graph: Graph, *, origin: str = INPUT, gates: bool = True) -> Analysis:
    """Compute every layer's shape, cost and receptive field (see `Analysis` for `origin` and `gates`)."""
    shapes: dict[str, Shape | None] = {INPUT: graph.input}
    fields: dict[str, tuple[Field, ...]] = {origin: (PIXELS,) * (len(graph.input) - 1)}
    outcomes: dict[tuple[Op, Sequence[Shape]], _Outcome] = {}
    layers = []
    for node in graph.nodes:
        layer = _layer(node, tuple(shapes[name] for name in node.inputs), fields, outcomes, gates=gates)
        if node.name == origin:
            layer = replace(layer, fields=fields[origin])
        # Whoever reads a size is handed the number alone: how it was worked out is this layer's.
        shapes[node.name] = layer.shape and tuple(map(int, layer.shape))
        if layer.fields:
            fields.setdefault(node.name, layer.fields)
        layers.append(layer)
    return Analysis(graph, tuple(layers), origin, gates)


class _Outcome(NamedTuple):
    """What an operator makes of inputs of certain shapes, wherever in the network it stands.

    taps: how it reads every input, then how it reads every input once more, as a whole, if it does.
    """

    shape: Shape
    params: int
    macs: int
    taps: tuple[tuple[Taps, ...] | None, ...]
    dropped: tuple[tuple[int, int], ...]


def _layer(
    node: Node,
    inputs: tuple[Shape | None, ...],
    fields: Mapping[str, tuple[Field, ...]],
    outcomes: dict[tuple[Op, Sequence[Shape]], _Outcome],
    *,
    gates: bool,
) -> Layer:
    known = tuple(shape for shape in inputs if shape is not None)
    if len(known) < len(inputs):
        return Layer(node, inputs)
    op = node.op
    try:
        outcome = outcomes.get((op, known))
        if outcome is None:
            outcome = outcomes[op, known] = _outcome(op, known)
    except Impossible as problem:
        if op.merges:
            given = (f"{name} gives {times(shape)}" for name, shape in zip(node.inputs, known, strict=True))
            problem.notes += (", ".join(given),)
        return Layer(node, known, problem=problem)
    reads = tuple(map(Read, cycle(node.inputs), outcome.taps))
    seen = reads if gates else _without_gates(reads)
    return Layer(
        node,
        known,
        outcome.shape,
        params=outcome.params,
        macs=outcome.macs,
        reads=seen,
        fields=_fields([(read.taps, fields[read.source]) for read in seen if read.source in fields]),
        dropped=outcome.dropped,
    )


def _outcome(op: Op, inputs: Sequence[Shape]) -> _Outcome:
    _require_accepted(op, inputs)
    shape = op.output_shape(inputs)
    _require_sensible(shape)
    taps = _taps(op, inputs)
    return _Outcome(
        shape,
        sum(weight.size for weight in op.weights(inputs).values() if weight.learned),
        op.macs(inputs, shape),
        taps,
        tuple(map(_dropped, taps[0] or (), inputs[0][1:], shape[1:])),
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


def _require_sensible(shape: Shape) -> None:
    if max(shape[1:], default=0) > MOST_UNITS:
        raise Impossible(
            f"a size of {max(shape[1:]):,} comes out", help=f"sizes up to {MOST_UNITS:,} are analysed; enlarge less"
        )


def _taps(op: Op, inputs: Sequence[Shape]) -> tuple[tuple[Taps, ...] | None, ...]:
    """Return how an operator reads its inputs (see `_Outcome`)."""
    if all(len(shape) == 1 for shape in inputs):
        return (None,) * len(inputs)
    by_axis = [op.taps(axis, sizes) for axis, sizes in enumerate(zip(*(shape[1:] for shape in inputs), strict=True))]
    wholes = [tuple(map(everything, shape[1:])) for shape in inputs] if op.reads_whole_map else []
    return (*zip(*by_axis, strict=True), *wholes)


def _without_gates(reads: tuple[Read, ...]) -> tuple[Read, ...]:
    """Leave out what is read as a whole beside what is read locally."""
    return tuple(read for read in reads if not read.is_global) or reads


def _fields(sources: Sequence[tuple[tuple[Taps, ...] | None, tuple[Field, ...]]]) -> tuple[Field, ...]:
    """Return the hull of what all reads see, axis by axis; nothing where none of them sees the origin."""
    seen = [fields if taps is None else by_axis(_through, zip(fields, taps, strict=True)) for taps, fields in sources]
    return seen[0] if len(seen) == 1 else by_axis(lambda *fields: hull(fields), zip(*seen, strict=True))


def _through(field: Field, taps: Taps) -> Field:
    return field if taps is IDENTITY else field.through(taps)


def by_axis(work: Callable[..., Answer], axes: Iterable[tuple[Any, ...]]) -> tuple[Answer, ...]:
    """Return what the work gives for every axis, done once where an axis is like the one before it."""
    found: list[Answer] = []
    last = None
    for axis in axes:
        found.append(found[-1] if axis == last else work(*axis))
        last = axis
    return tuple(found)


def _dropped(taps: Taps, size: int, units: int) -> tuple[int, int]:
    """Return the rows at both ends that no unit reads."""
    if taps is IDENTITY:
        return 0, 0
    taps = replace(taps, beyond="nothing")
    ends = [*_outermost(taps, size, range(units)), *_outermost(taps, size, reversed(range(units)))]
    return (min(reads[0] for reads in ends), size - 1 - max(reads[-1] for reads in ends)) if ends else (size, 0)


def _outermost(taps: Taps, size: int, units: Iterable[int]) -> Iterator[Sequence[int]]:
    """Yield what units read of the input, up to the first that touches no padding: none behind it reads farther out.

    In a dilated transposed convolution units overtake each other, and all are looked at.
    """
    for unit in units:
        reads = taps.inside(unit, size)
        if reads:
            yield reads
        if reads and taps.in_order and len(reads) == len(taps[unit]):
            return
