"""All sizes of a network along one axis, followed until they repeat."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from math import gcd, lcm
from typing import Any, NamedTuple

from poolcalc.analysis.remainder import lost
from poolcalc.analysis.sizes.law import MOST_SIZES, SizeLaw, SizeRule, parameter_values
from poolcalc.analysis.unread import origins
from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.op import Op
from poolcalc.network.walk import walk


class Mismatch(NamedTuple):
    """A layer that cannot run, and the sizes of its inputs."""

    layer: str
    merges: bool
    sizes: tuple[int, ...]


class Verdict(NamedTuple):
    """What one input size comes to, along one axis.

    outputs: sizes of the layers of `Sizes.watched`, None where they do not come to be.
    lost: layers whose floor loses rows of their input, and how many; empty where the size is not legal.
    mismatches: layers that cannot run.
    """

    size: int
    outputs: tuple[int | None, ...]
    lost: tuple[tuple[str, int], ...] = ()
    mismatches: tuple[Mismatch, ...] = ()

    @property
    def legal(self) -> bool:
        """Whether every layer can run."""
        return not self.mismatches

    @property
    def rows(self) -> int | None:
        """How many rows are lost in all, each counted in its own tensor; None where the size is not legal."""
        return None if self.mismatches else sum(rows for _, rows in self.lost)

    @property
    def clean(self) -> bool:
        """Whether the size is legal and loses nothing."""
        return not self.mismatches and not self.lost


class Tensor:
    """The input, or what a layer puts out.

    rule: None for the input, and where the layer keeps the size of the layer before.
    flat, channels: features stand for the size of a flat vector, which has no channels.
    period, gain: so many input pixels more come to so many units more; once settled, all tensors share the period.
    known: whether period and gain are.
    root: the first tensor with these very rows; layers that work on each position alone pass them on.
    sizes: for the input sizes 1, 2, …
    """

    def __init__(self, name: str, sources: Sequence["Tensor"] = ()) -> None:
        self.name, self.sources, self.merges = name, tuple(sources), False
        self.rule: SizeRule | None = None
        self.law: SizeLaw | None = None
        self.flat, self.channels = False, 1
        self.known = True
        self.period, self.gain = 1, 1
        self.root = self
        self.sizes: list[int | None] = []

    @property
    def reads_all(self) -> bool:
        """Whether the layer leaves nothing at the end of its input, whatever the size is."""
        return self.rule is None or self.merges or (self.law is not None and self.law.reads_all)


class AxisSizes:
    """All tensors of a network along one axis, followed until their sizes repeat.

    period: None where that takes too long. settled: the input size from which on everything repeats. lost: rows lost at
    the input sizes 1, 2, …, None where the size is not legal.
    """

    def __init__(self, graph: Graph, axis: int, factors: dict[str, int]) -> None:
        self.graph, axes = graph, len(graph.input) - 1
        self.image = Tensor(INPUT)
        self.image.channels = graph.input[0]
        self.tensors = {INPUT: self.image}
        origin = origins(graph)
        operators: dict[Op, Op] = {}
        laws: dict[Any, SizeLaw] = {}
        for node in graph.nodes:
            tensor = Tensor(node.name, [self.tensors[name] for name in node.inputs])
            self.tensors[node.name] = tensor
            op, first = node.op, tensor.sources[0]
            tensor.merges = op.merges
            tensor.root = self.tensors[origin[node.name]]
            if op.keeps_shape and (op.takes == "either" or not first.flat):
                tensor.flat, tensor.channels, tensor.known = first.flat, first.channels, first.known
                tensor.period, tensor.gain = first.period, first.gain
                continue
            if op not in operators:
                operators[op] = op.on_axes([i if i == axis else None for i in range(axes)])
            channels = [None if source.flat else source.channels for source in tensor.sources]
            tensor.rule = SizeRule(operators[op], axis, axes, channels, factors.get(node.name, 1))
            self._prepare(tensor, tensor.rule, laws)
        self.outputs = frozenset(self.tensors[name].root for name in graph.outputs)
        self.losers = self._losers()
        self.period: int | None = None
        self.settled = 1
        self.lost: list[int | None] = []

    @staticmethod
    def _prepare(tensor: Tensor, rule: SizeRule, laws: dict[Any, SizeLaw]) -> None:
        """Find out what does not depend on sizes: channels, and how the sizes go on."""
        op = rule.op
        maps = [source for source in tensor.sources if not source.flat]
        tensor.flat = not maps or op.flattens
        if not op.merges:
            flat = tensor.sources[0].flat
            width = (rule.channels[0], rule.factor) if op.flattens else None
            key = (type(op), flat, width, *parameter_values(op, rule.axis))
            tensor.law = laws.get(key) or rule.law()
            if tensor.law and tensor.law.gain:  # none may also mean that the channels are wrong, here alone
                laws[key] = tensor.law
        law = tensor.law
        if maps:  # any size will do that is large enough
            size = law.since + law.step if law else MOST_SIZES
            shape = rule.shape((size,) * len(tensor.sources))
            tensor.channels = shape[0] if shape else 1
        tensor.known = all(source.known for source in tensor.sources) and (law is not None or op.merges)
        tensor.period = lcm(*(source.period for source in tensor.sources))
        tensor.gain = max(source.gain * (tensor.period // source.period) for source in tensor.sources)
        if law and tensor.gain:
            turns = law.step // gcd(law.step, tensor.gain)
            tensor.period, tensor.gain = tensor.period * turns, law.gain * (tensor.gain * turns // law.step)
        if not tensor.gain:
            tensor.period = 1

    def _losers(self) -> list[tuple[Tensor, list[Tensor]]]:
        """Return the tensors of which a floor may lose rows, with all of their readers."""
        readers: dict[Tensor, list[Tensor]] = {}
        for tensor in self.tensors.values():
            for source in tensor.sources:
                if tensor.root is tensor:
                    readers.setdefault(source.root, []).append(tensor)
        return [
            (root, found)
            for root, found in readers.items()
            if root not in self.outputs and not root.flat and not any(tensor.reads_all for tensor in found)
        ]

    def columns(self, sizes: Sequence[int]) -> dict[Tensor, list[int | None]]:
        """Return the sizes of all tensors on several sizes of the input."""

        def step(node: Node, inputs: Sequence[list[int | None]]) -> list[int | None]:
            rule = self.tensors[node.name].rule
            if rule is None:
                return inputs[0]
            return list(map(rule.__getitem__, zip(*inputs, strict=True) if node.op.merges else inputs[0]))

        found: dict[Tensor, list[int | None]] = {self.image: list(sizes)}
        for node, column in walk(self.graph, {INPUT: found[self.image]}, step):
            found[self.tensors[node.name]] = column or []
        return found

    def settle(self) -> None:
        """Follow the sizes until one whole period lies behind every layer's irregular beginning."""
        period = 1
        for tensor in self.tensors.values():
            period = lcm(period, tensor.period) if tensor.known and period <= MOST_SIZES else MOST_SIZES + 1
        if period > MOST_SIZES:
            return
        for tensor in self.tensors.values():
            tensor.gain *= period // tensor.period
        reached, goal = 0, max(2 * period, 32)
        while goal <= 2 * MOST_SIZES:
            for tensor, sizes in self.columns(range(reached + 1, goal + 1)).items():
                tensor.sizes += sizes
            reached = goal
            self.settled = 1 + max(map(self._last_irregular, self.tensors.values()))
            if self.settled + period - 1 <= reached:
                self.period = period
                impossible = {
                    size
                    for tensor in self.tensors.values()
                    if None in tensor.sizes
                    for size, units in enumerate(tensor.sizes, start=1)
                    if units is None
                }
                followed = range(1, self.settled + period)
                self.lost = [None if size in impossible else self._rows(size) for size in followed]
                return
            goal = max(2 * reached, self.settled + period - 1)

    @staticmethod
    def _last_irregular(tensor: Tensor) -> int:
        """Return the last input size at which this layer does not yet do what it will do for ever, 0 if none."""
        if tensor.law:
            (source,) = tensor.sources
            since = tensor.law.since
            return _last(size is not None and size < since for size in source.sizes) if source.gain and since > 1 else 0
        return max(
            (
                _last(_unsteady(*sizes, a.gain, b.gain) for sizes in zip(a.sizes, b.sizes, strict=True))
                for a, b in combinations(tensor.sources, 2)
                if a.root is not b.root
            ),
            default=0,
        )

    def folded(self, size: int) -> tuple[int, int]:
        """Return an input size that was followed and behaves alike, and the periods between the two."""
        if self.period is None or size < self.settled + self.period:
            return size, 0
        turns = (size - self.settled) // self.period
        return size - turns * self.period, turns

    def size_of(self, tensor: Tensor, size: int) -> int | None:
        """Return a tensor's size on an input size."""
        base, turns = self.folded(size)
        units = tensor.sizes[base - 1]
        return None if units is None else units + turns * tensor.gain

    def _rows(self, size: int) -> int:
        """Return how many rows are lost on a legal size that was followed."""
        return sum(rows for _, rows in self._lost(lambda tensor: tensor.sizes[size - 1]))

    def _lost(self, size_of: Callable[[Tensor], int | None]) -> list[tuple[str, int]]:
        found = []
        for root, readers in self.losers:
            if size := size_of(root):
                place, rows = lost([tensor.rule.remainder(size) for tensor in readers if tensor.rule])
                if rows:
                    found.append((readers[place].name, len(rows)))
        return found

    def verdict(self, size: int, watched: Sequence[Tensor]) -> Verdict:
        """Return what an input size comes to."""
        if size <= len(self.image.sizes):
            sizes = {tensor: tensor.sizes[size - 1] for tensor in self.tensors.values()}
        else:
            sizes = {tensor: column[0] for tensor, column in self.columns([size]).items()}
        mismatches = tuple(
            Mismatch(tensor.name, tensor.merges, tuple(units for units in inputs if units is not None))
            for tensor, units in sizes.items()
            if units is None
            for inputs in [[sizes[source] for source in tensor.sources]]
            if None not in inputs
        )
        rows = () if mismatches else tuple(self._lost(sizes.__getitem__))
        return Verdict(size, tuple(sizes[tensor] for tensor in watched), rows, mismatches)

    @staticmethod
    def last_map(tensor: Tensor) -> Tensor:
        """Return the tensor, or the last before it that is a map and grows with the input."""
        found = tensor
        while found.sources and (found.flat or not found.gain):
            found = max(found.sources, key=lambda source: source.gain)
        return found if found.sources or tensor.flat else tensor


def _last(irregular: Iterable[bool]) -> int:
    """Return the last input size, counted from 1, at which something is irregular; 0 if it never is."""
    return max((size for size, found in enumerate(irregular, start=1) if found), default=0)


def _unsteady(a: int | None, b: int | None, a_gain: int, b_gain: int) -> bool:
    """Return whether two inputs of a merge may fit or not by chance: one may catch up, or not be of size 1 for long."""
    if a is None or b is None:
        return False
    if a_gain < b_gain:
        a, b, a_gain, b_gain = b, a, b_gain, a_gain
    return (a_gain > b_gain and a <= b) or (b_gain > 0 and (a == 1) != (b == 1))


def flat_factors(graph: Graph, axis: int) -> dict[str, int]:
    """Return, for every flatten, the positions that one step along the axis has on the other axes at present.

    Nothing, where no layer minds how long a flat vector is.
    """
    flat: set[str] = set()
    minded = False
    for node in graph.nodes:
        if flat.issuperset(node.inputs):
            minded = minded or not (node.op.flattens or node.op.gradient == "learned" or node.op.keeps_shape)
            flat.add(node.name)
        elif node.op.flattens:
            flat.add(node.name)
    factors: dict[str, int] = {}
    for other, size in enumerate(graph.input[1:]) if minded else ():
        if other != axis:
            sizes = {tensor.name: column[0] for tensor, column in AxisSizes(graph, other, {}).columns([size]).items()}
            for node in graph.nodes:
                if node.op.flattens:
                    factors[node.name] = factors.get(node.name, 1) * (sizes[node.inputs[0]] or 1)
    return factors
