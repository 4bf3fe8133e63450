"""All sizes of a network along one axis, followed until they repeat."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from math import gcd, lcm

from poolcalc.analysis.remainder import lost
from poolcalc.analysis.sizes.law import LAWS, MOST_SIZES, SizeRule, parameter_values
from poolcalc.analysis.sizes.restored import Enlargement, Restoration, enlargements, restorations
from poolcalc.analysis.sizes.tensor import Tensor
from poolcalc.analysis.sizes.verdict import Mismatch, Unrestored, Verdict
from poolcalc.analysis.unread import origins
from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.op import Op
from poolcalc.network.walk import walk


class AxisSizes:
    """All tensors of a network along one axis, followed until their sizes repeat.

    period: None where that takes too long. settled: the input size from which on everything repeats. lost: rows lost at
    the input sizes 1, 2, …, None where the size is not legal. restorations: which maps are to be of one size.
    """

    def __init__(self, graph: Graph, axis: int, factors: dict[str, int]) -> None:
        self.graph, self.present, axes = graph, graph.input[1 + axis], len(graph.input) - 1
        self.image = Tensor(INPUT)
        self.image.channels = graph.input[0]
        self.tensors = {INPUT: self.image}
        origin = origins(graph)
        operators: dict[Op, Op] = {}
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
            self._prepare(tensor, tensor.rule)
        self.outputs = frozenset(self.tensors[name].root for name in graph.outputs)
        self.losers = self._losers()
        self.period: int | None = None
        self.settled = 1
        self.lost: list[int | None] = []
        self.restorations: list[Restoration] = []

    @staticmethod
    def _prepare(tensor: Tensor, rule: SizeRule) -> None:
        """Find out what does not depend on sizes: channels, and how the sizes go on."""
        op = rule.op
        maps = [source for source in tensor.sources if not source.flat]
        tensor.flat = not maps or op.flattens
        if not op.merges:
            flat = tensor.sources[0].flat
            width = (rule.channels[0], rule.factor) if op.flattens else None
            key = (type(op), flat, width, *parameter_values(op, rule.axis))
            tensor.law = LAWS.get(key) or rule.law()
            if tensor.law and tensor.law.gain:  # none may also mean that the channels are wrong, here alone
                LAWS[key] = tensor.law
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
        enlarged = list(
            enlargements(self.graph, {name: tensor.gain for name, tensor in self.tensors.items() if not tensor.flat})
        )
        reached, goal = 0, max(2 * period, 32)
        while goal <= 2 * MOST_SIZES:
            for tensor, sizes in self.columns(range(reached + 1, goal + 1)).items():
                tensor.sizes += sizes
            reached = goal
            self.settled = 1 + max(
                *map(self._last_irregular, self.tensors.values()),
                *(_last_read(*each) for each in self.losers),
                *map(self._last_within, enlarged),
            )
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
                self.restorations = self._restorations(enlarged) if enlarged else []
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

    def _last_within(self, enlarged: Enlargement) -> int:
        """Return the last input size at which a finer map is no larger than an enlarged one of constant size."""
        constant = self.tensors[enlarged.later[0]]
        finer = [self.tensors[name] for name, _ in enlarged.earlier if not constant.gain]
        return max((_last(map(_reaches, constant.sizes, tensor.sizes)) for tensor in finer), default=0)

    def _restorations(self, enlarged: Sequence[Enlargement]) -> list[Restoration]:
        native = {tensor.name: column[0] for tensor, column in self.columns([self.present]).items()}
        sizes = {name: tensor.sizes for name, tensor in self.tensors.items()}
        legal = {place: rows for place, rows in enumerate(self.lost) if rows is not None}
        lasting = {place: rows for place, rows in legal.items() if place + 1 >= self.settled}
        return restorations(enlarged, sizes, native, lasting or legal)

    def restores(self, size: int) -> bool:
        """Return whether an input size that was followed restores what is to be restored."""
        return not any(self._unrestored(lambda tensor: tensor.sizes[size - 1]))

    def _unrestored(self, size_of: Callable[[Tensor], int | None]) -> Iterator[Unrestored]:
        for later, earlier, before in self.restorations:
            size, wanted = size_of(self.tensors[later]), size_of(self.tensors[earlier])
            if size is not None and wanted is not None and size != wanted:
                yield Unrestored(later, size, before, wanted)

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
        unrestored = () if mismatches else tuple(self._unrestored(sizes.__getitem__))
        return Verdict(size, tuple(sizes[tensor] for tensor in watched), rows, mismatches, unrestored)

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


def _last_read(root: Tensor, readers: Sequence[Tensor]) -> int:
    """Return the last input size at which a reader of constant size may still read what the others leave, 0 if none.

    The larger its input, the more it leaves itself.
    """

    def left(those: Sequence[Tensor], size: int) -> int:
        return min(tensor.rule.remainder(size).after for tensor in those if tensor.rule)

    growing = [tensor for tensor in readers if tensor.law and tensor.law.leaves_more]
    steady = [tensor for tensor in readers if tensor not in growing]
    if not growing or not steady:
        return 0
    most = max((left(steady, size) for size in set(root.sizes) if size), default=0)
    return _last(size is not None and left(growing, size) < most for size in root.sizes)


def _reaches(a: int | None, b: int | None) -> bool:
    return a is not None and b is not None and a >= b


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
