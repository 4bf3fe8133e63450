"""Input sizes that suit a network: the clean ones, the legal ones, and how to cut a large image into tiles.

A size is *legal* where every layer can run and all merges fit. It is *clean* where, besides, no floor loses a row: a
real row at the end of a tensor that one more window would have reached and that nothing else reads. A remainder made of
padding loses nothing, a row that another reader of the same tensor reads is not lost, and rows between the windows of a
kernel smaller than its stride are the kernel's doing, not the floor's. (*Row* stands for row, column or frame.)

Axes are independent of each other, so each is studied alone, with one pixel on the others. Every operator's size rule
repeats from some size on: s rows more come to d units more. Followed through the graph, this gives a period for the
whole network, and the size from which on no layer is in its irregular beginning any more (see `_Axis.settle`). What
holds there over one period holds for ever, by induction; the sizes below are tried one by one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import ceil, floor, gcd, lcm
from typing import Any, NamedTuple

from poolcalc.analysis import Analysis
from poolcalc.families.pointwise import Pointwise
from poolcalc.field import Strand
from poolcalc.graph import INPUT, Graph
from poolcalc.op import Impossible, Op, Shape
from poolcalc.ops.conv_transpose import ConvTranspose
from poolcalc.ops.crop import Crop
from poolcalc.ops.flatten import Flatten
from poolcalc.ops.linear import Linear
from poolcalc.ops.pad import Pad
from poolcalc.parameter import Amounts, PerAxis

MOST_SIZES = 16_384
"""Odd resizings in a row multiply the period; networks that need more sizes than this are not given a progression."""

MOST_RUNS = 128
"""Fields with more phases than this have their overhang taken from runs that start with unit 0."""

CUTTERS = (ConvTranspose, Crop, Pad)
"""Operators that leave rows out because the file says so, whatever the size is."""

_WIDTHS = ("out_channels", "out_features", "groups")
"""Parameters that do not enter into sizes."""


@dataclass(frozen=True, slots=True)
class Progression:
    """The sizes n ≥ since with n mod step among the offsets, and those of `early`, all below `since`.

    >>> clean = Progression(32, (0,))
    >>> str(clean), clean.smallest, 224 in clean, clean.below(224), clean.above(224)
    ('32n', 32, True, 192, 256)
    >>> str(Progression(16, (12,), 173)), str(Progression(1, (0,))), str(Progression(4, (0, 1, 3), 6, (2,)))
    ('16n + 12 from 188 on', 'every size', '4n, 4n + 1, 3 from 7 on, and 2')
    """

    step: int
    offsets: tuple[int, ...]
    since: int = 1
    early: tuple[int, ...] = ()

    def __contains__(self, size: int) -> bool:
        return size % self.step in self.offsets if size >= self.since else size in self.early

    def __bool__(self) -> bool:
        return bool(self.offsets or self.early)

    @property
    def smallest(self) -> int | None:
        """The smallest size, None where there is none."""
        return self.above(0)

    def above(self, size: int) -> int | None:
        """Return the smallest member above a size, None where there is none."""
        first = max(size + 1, self.since)
        later = (first + (offset - first) % self.step for offset in self.offsets)
        return min((*(n for n in self.early if n > size), *later), default=None)

    def below(self, size: int) -> int | None:
        """Return the largest member below a size, None where there is none."""
        earlier = (size - 1 - (size - 1 - offset) % self.step for offset in self.offsets)
        return max((*(n for n in self.early if n < size), *(n for n in earlier if n >= self.since)), default=None)

    def __str__(self) -> str:
        early = _some(self.early)
        if not self.offsets:
            return f"only {early}" if early else "none"
        start = self.above(self.since - 1) if self.since > 1 else None
        terms = "every size" if self.step == 1 else self._terms()
        return terms + (f" from {start} on" if start else "") + (f", and {early}" if early else "")

    def _terms(self) -> str:
        runs: list[list[int]] = []
        for offset in self.offsets:
            if runs and offset == runs[-1][-1] + 1 and runs[-1][0]:
                runs[-1].append(offset)
            else:
                runs.append([offset])
        texts = [f"{run[0]}" if len(run) == 1 else f"{run[0]}…{run[-1]}" for run in runs if run[0]]
        multiples = [f"{self.step}n"] * (self.offsets[0] == 0)
        return ", ".join(multiples + [f"{self.step}n + {_some(texts)}"] * bool(texts))


def _some(items: Sequence[Any], most: int = 8) -> str:
    more = len(items) - most
    return ", ".join(map(str, items[:most])) + (f" and {more} more" if more > 0 else "")


class Misfit(NamedTuple):
    """A layer that cannot run, and the sizes of its inputs."""

    layer: str
    merges: bool
    sizes: tuple[int, ...]


class Verdict(NamedTuple):
    """What one input size comes to, along one axis.

    outputs: sizes of the layers of `Sizes.watched`, None where they do not come to be.
    lost: layers whose floor loses rows of their input, and how many; empty where the size is not legal.
    misfits: layers that cannot run.
    """

    size: int
    outputs: tuple[int | None, ...]
    lost: tuple[tuple[str, int], ...] = ()
    misfits: tuple[Misfit, ...] = ()

    @property
    def legal(self) -> bool:
        """Whether every layer can run."""
        return not self.misfits

    @property
    def rows(self) -> int | None:
        """How many rows are lost in all, each counted in its own tensor; None where the size is not legal."""
        return None if self.misfits else sum(rows for _, rows in self.lost)

    @property
    def clean(self) -> bool:
        """Whether the size is legal and loses nothing."""
        return not self.misfits and not self.lost


class Nearest(NamedTuple):
    """The present size along an axis, whether it is clean, and the next clean ones; None where there are none."""

    below: int | None
    present: int
    clean: bool
    above: int | None


class Tiling(NamedTuple):
    """How a sliding window goes over an image without changing the result, along one axis, in input pixels.

    step: tiles may start at its multiples, where all strides of the network fall alike.
    jump: input pixels between neighbouring output units. halo: what a run of outputs depends on before and after the
    pixels that are its own, where the output map lies in the middle of the input.
    """

    step: int
    jump: Fraction
    halo: tuple[int, int]


def clean_sizes(graph: Graph, axis: int) -> Progression | None:
    """Return the clean input sizes along an axis, None where the network is too irregular for a progression."""
    return Sizes(graph, axis).clean


def nearest_clean(graph: Graph) -> tuple[Nearest, ...]:
    """Return, for every axis, the clean sizes around the present one."""
    return tuple(Sizes(graph, axis).nearest for axis in range(len(graph.input) - 1))


def smallest_legal(graph: Graph) -> tuple[int | None, ...]:
    """Return, for every axis, the smallest input size on which all layers can run; None where there is none."""
    legal = (Sizes(graph, axis).legal for axis in range(len(graph.input) - 1))
    return tuple(sizes.smallest if sizes else None for sizes in legal)


class Sizes:
    """What the sizes of a network's input come to, along one axis (0 = rows)."""

    def __init__(self, graph: Graph, axis: int) -> None:
        """Study one axis; flat vectors have the lengths that the other axes' present sizes give them."""
        self.graph, self.axis = graph, axis
        self._axis = _Axis(graph, axis, _factors(graph, axis))
        self._axis.settle()
        self._verdicts: dict[int, Verdict] = {}

    @property
    def period(self) -> int | None:
        """Input pixels after which everything repeats: the product of the strides on a plain chain."""
        return self._axis.period

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """The layers whose sizes are told: the outputs, or the last map before one that is flat or of constant size."""
        names = (self._axis.last_map(self._axis.tensors[name]).name for name in self.graph.outputs)
        return tuple(dict.fromkeys(names))

    @cached_property
    def _watched(self) -> list["_Tensor"]:
        return [self._axis.tensors[name] for name in self.watched]

    @cached_property
    def _gains(self) -> list[int]:
        return [tensor.gain for tensor in self._watched]

    def verdict(self, size: int) -> Verdict:
        """Return what an input of that size comes to."""
        base, turns = self._axis.folded(size)
        known = self._verdicts.get(base)
        if known is None:
            known = self._verdicts[base] = self._axis.verdict(base, self._watched)
        return known if not turns else self._later(known, size, turns)

    def _later(self, known: Verdict, size: int, turns: int) -> Verdict:
        """Return a verdict some periods further on."""
        outputs = tuple(
            [
                None if units is None else units + turns * gain
                for units, gain in zip(known.outputs, self._gains, strict=True)
            ]
        )
        if not known.misfits:
            return Verdict(size, outputs, known.lost)
        tensors = self._axis.tensors
        misfits = (
            misfit._replace(
                sizes=tuple(
                    units + turns * source.gain
                    for units, source in zip(misfit.sizes, tensors[misfit.layer].sources, strict=True)
                )
            )
            for misfit in known.misfits
        )
        return Verdict(size, outputs, known.lost, tuple(misfits))

    @cached_property
    def clean(self) -> Progression | None:
        """The sizes that are legal and lose nothing; None where the network is too irregular."""
        return self._progression(lambda rows: rows == 0)

    @cached_property
    def legal(self) -> Progression | None:
        """The sizes on which all layers can run; None where the network is too irregular."""
        return self._progression(lambda rows: rows is not None)

    @cached_property
    def fewest(self) -> tuple[int, Progression] | None:
        """The fewest rows that a legal size loses, and the sizes that lose no more; None where there are none."""
        least = min((rows for rows in self._axis.lost if rows is not None), default=None)
        sizes = self._progression(lambda rows: rows == least)
        return None if least is None or sizes is None else (least, sizes)

    @property
    def present(self) -> Verdict:
        """What the size in the file, or that of --input, comes to."""
        return self.verdict(self.graph.input[1 + self.axis])

    @property
    def nearest(self) -> Nearest:
        """The clean sizes around the present one."""
        present = self.present
        clean = self.clean or Progression(1, ())
        return Nearest(clean.below(present.size), present.size, present.clean, clean.above(present.size))

    def _progression(self, suits: Callable[[int | None], bool]) -> Progression | None:
        if self.period is None:
            return None
        period, settled, lost = self.period, self._axis.settled, self._axis.lost
        members = {n % period for n in range(settled, settled + period) if suits(lost[n - 1])}
        step = next(
            q
            for q in range(1, period + 1)
            if period % q == 0 and len({n % q for n in members}) * period == len(members) * q
        )
        offsets = {n % step for n in members}
        since = settled
        while since > 1 and suits(lost[since - 2]) == ((since - 1) % step in offsets):
            since -= 1
        early = tuple(n for n in range(1, since) if suits(lost[n - 1]))
        return Progression(step, tuple(sorted(offsets)), since, early)

    def tiling(self, analysis: Analysis) -> Tiling | None:
        """Return how to cut an image into tiles; None unless every output has one local field (see `Field`).

        analysis: of the same graph, or of the same network on a legal input.
        """
        layers = {layer.node.name: layer for layer in analysis.layers}
        fitting = self.clean or self.legal
        if self.period is None or not fitting or not fitting.offsets:
            return None
        jumps, halos = [], []
        for name in self.graph.outputs:
            output, found = self._axis.tensors[name], layers[name].fields
            field = found[self.axis] if found else None
            if field is None or field.sees_everything or len(field.strands) != 1 or output.flat or not output.gain:
                return None
            (strand,) = field.strands
            overhang = _overhang(strand)
            if overhang is None:
                return None
            margin = self._margin(output, strand.jump, fitting)
            jumps.append(strand.jump)
            halos.append((max(0, ceil(overhang[0] + margin)), max(0, ceil(overhang[1] - margin))))
        return Tiling(self.period, min(jumps), (max(b for b, _ in halos), max(a for _, a in halos)))

    def _margin(self, output: "_Tensor", jump: Fraction, fitting: Progression) -> int:
        """Return the input pixels before the output map: half of what it leaves uncovered, at its tightest."""
        first = max(self._axis.settled, fitting.since)
        sizes = [n for n in range(first, first + (self.period or 1)) if n in fitting]
        over = [size - (self._axis.size_of(output, size) or 0) * jump for size in sizes]
        return floor(min(over, key=abs) / 2)


def _overhang(strand: Strand) -> tuple[Fraction, Fraction] | None:
    """Return how far a run of units sees beyond the pixels that are its own, before and after.

    Of all runs the one that sees least beyond counts: it is what remains of a tile whose size fits.
    """
    period, jump = len(strand.phases), strand.jump
    best = None
    for start in range(period if period <= MOST_RUNS else 1):
        first = last = None
        for unit in range(start, start + period):
            span = strand[unit]
            if span:
                first = span[0] if first is None else min(first, span[0])
                last = span[1] if last is None else max(last, span[1])
            if first is not None and last is not None:
                overhang = start * jump - first, last + 1 - (unit + 1) * jump
                best = overhang if best is None or sum(overhang) < sum(best) else best
    return best


class _Regime(NamedTuple):
    """How an operator's size rule goes on: from size `since` on, `step` rows more come to `gain` units more.

    reads_all: whether no row at the end is ever left out.
    """

    step: int
    gain: int
    since: int
    reads_all: bool


class _Rule(dict[Any, int | None]):
    """The size rule of an operator on one axis, with every answer remembered; None is what cannot run.

    Keys are sizes, tuples of them for a merge. Flat vectors count by their features.
    """

    def __init__(self, op: Op, axis: int, axes: int, channels: Sequence[int | None], factor: int) -> None:
        super().__init__({None: None})
        self.op, self.axis, self.axes, self.channels, self.factor = op, axis, axes, channels, factor

    def __missing__(self, key: Any) -> int | None:
        sizes = key if self.op.merges else (key,)
        if None in sizes:
            return None
        shape = self.shape(sizes)
        units = None if shape is None else shape[0] if len(shape) == 1 else shape[1 + self.axis]
        self[key] = units
        return units

    def shape(self, sizes: Sequence[int]) -> Shape | None:
        """Return what comes out, None where that is impossible."""
        op = self.op
        inputs = [
            (size,) if channels is None else (channels, *(size if i == self.axis else 1 for i in range(self.axes)))
            for size, channels in zip(sizes, self.channels, strict=True)
        ]
        if op.takes != "either" and any((len(shape) > 1) != (op.takes == "maps") for shape in inputs):
            return None
        try:
            shape = op.output_shape(inputs)
        except Impossible:
            return None
        return (shape[0] * self.factor,) if isinstance(op, Flatten) and len(inputs[0]) > 1 else shape

    def tail(self, size: int) -> tuple[int, int]:
        """Return the rows at the end that nothing reads, and those of them that one more window would have reached."""
        units = self[size]
        if not units or None in self.channels or self.op.reads_whole_map:
            return 0, 0
        (taps,) = self.op.taps(self.axis, (size,))
        end = 0
        for unit in reversed(range(units)):
            reads = taps.inside(unit, size)
            end = max(end, reads[-1] + 1) if reads else end
            # Units before one that ends inside do not read farther, unless phases overtake each other.
            if unit <= units - len(taps.phases) and taps[unit].stop <= size:
                break
        if isinstance(self.op, CUTTERS) or not taps.step:
            return size - end, 0
        return size - end, size - min((row for row in taps.inside(units, size) if row >= end), default=size)

    def regime(self) -> _Regime | None:
        """Return how the rule goes on, None where that takes too many sizes to see."""
        # No rule looks further than its numbers and the span of its kernel reach.
        values = _values(self.op, self.axis, others=None in self.channels)
        numbers = [abs(number) for value in values for number in _integers(value)]
        span = max(getattr(self.op, "dilation", (1,))) * max(getattr(self.op, "kernel_size", (1,)))
        far = 1 + sum(numbers) + span
        for step in range(1, far + 1) if far <= MOST_SIZES else ():
            gains: set[int] = set()
            if all(self._goes_on(size, step, gains) for size in range(far, 2 * far)):
                since = far
                while since > 1 and self._goes_on(since - 1, step, gains):
                    since -= 1
                reads_all = all(self.tail(size) == (0, 0) for size in range(1, far + step))
                return _Regime(step, max(gains, default=0), since, reads_all)
        return None

    def _goes_on(self, size: int, step: int, gains: set[int]) -> bool:
        """Return whether `step` rows more come to the one gain so far, and leave the same rows out at the end."""
        units, later = self[size], self[size + step]
        if units is None or later is None:
            return units is later
        gains.add(later - units)
        if len(gains) > 1:
            gains.discard(later - units)
            return False
        return self.tail(size) == self.tail(size + step)


def _values(op: Op, axis: int, *, others: bool = True) -> Iterator[Any]:
    """Yield an operator's parameters on one axis, and the `others`, which have none, if they may enter into sizes."""
    for declared in fields(op):  # type: ignore[arg-type]
        value, kind = getattr(op, declared.name), declared.metadata["kind"]
        if isinstance(kind, (PerAxis, Amounts)):
            yield value if value is None or isinstance(value, str) else value[axis]
        elif others and declared.name not in _WIDTHS and not isinstance(value, Fraction):
            yield value


def _integers(value: Any) -> Iterator[int]:
    if isinstance(value, tuple):
        yield from value
    elif isinstance(value, Fraction):
        yield from (value.numerator, value.denominator)
    elif isinstance(value, int):
        yield value


def _on_axis(op: Op, axis: int) -> Op:
    """Return the operator with parameters that do nothing on the other axes, where there is one pixel."""
    changes: dict[str, Any] = {}
    for declared in fields(op):  # type: ignore[arg-type]
        value, kind = getattr(op, declared.name), declared.metadata["kind"]
        if not isinstance(kind, (PerAxis, Amounts)) or not isinstance(value, tuple):
            continue
        idle: Any = (0, 0) if isinstance(kind, Amounts) else int(not kind.each.accepts("0"))
        changes[declared.name] = tuple(value[i] if i == axis else idle for i in range(len(value)))
    return replace(op, **changes) if changes else op  # type: ignore[type-var]


class _Tensor:
    """The input, or what a layer puts out.

    rule: None for the input, and where the layer keeps the size of the layer before.
    flat, channels: features stand for the size of a flat vector, which has no channels.
    period, gain: so many input pixels more come to so many units more; once settled, all tensors share the period.
    known: whether period and gain are.
    root: the first tensor with these very rows; layers that work on each position alone pass them on.
    sizes: for the input sizes 1, 2, …
    """

    def __init__(self, name: str, sources: Sequence["_Tensor"] = ()) -> None:
        self.name, self.sources, self.merges = name, tuple(sources), False
        self.rule: _Rule | None = None
        self.regime: _Regime | None = None
        self.flat, self.channels = False, 1
        self.known = True
        self.period, self.gain = 1, 1
        self.root = self
        self.sizes: list[int | None] = []


class _Axis:
    """All tensors of a network along one axis, followed until their sizes repeat.

    period: None where that takes too long. settled: the input size from which on everything repeats. lost: rows lost at
    the input sizes 1, 2, …, None where the size is not legal.
    """

    def __init__(self, graph: Graph, axis: int, factors: dict[str, int]) -> None:
        axes = len(graph.input) - 1
        self.image = _Tensor(INPUT)
        self.image.channels = graph.input[0]
        self.tensors = {INPUT: self.image}
        operators: dict[Op, Op] = {}
        regimes: dict[Any, _Regime] = {}
        for node in graph.nodes:
            tensor = _Tensor(node.name, [self.tensors[name] for name in node.inputs])
            self.tensors[node.name] = tensor
            op, first = node.op, tensor.sources[0]
            tensor.merges = op.merges
            if op.neutral and not first.flat:
                tensor.root = first.root
            if _keeps_shape(op) and (op.takes == "either" or not first.flat):
                tensor.flat, tensor.channels, tensor.known = first.flat, first.channels, first.known
                tensor.period, tensor.gain = first.period, first.gain
                continue
            if op not in operators:
                operators[op] = _on_axis(op, axis)
            channels = [None if source.flat else source.channels for source in tensor.sources]
            tensor.rule = _Rule(operators[op], axis, axes, channels, factors.get(node.name, 1))
            self._prepare(tensor, tensor.rule, regimes)
        self.outputs = frozenset(self.tensors[name].root for name in graph.outputs)
        self.losers = self._losers()
        self.period: int | None = None
        self.settled = 1
        self.lost: list[int | None] = []

    @staticmethod
    def _prepare(tensor: _Tensor, rule: _Rule, regimes: dict[Any, _Regime]) -> None:
        """Find out what does not depend on sizes: channels, and how the sizes go on."""
        op = rule.op
        maps = [source for source in tensor.sources if not source.flat]
        tensor.flat = not maps or isinstance(op, Flatten)
        if not op.merges:
            flat = tensor.sources[0].flat
            width = (rule.channels[0], rule.factor) if isinstance(op, Flatten) else None
            key = (type(op), flat, width, *_values(op, rule.axis))
            tensor.regime = regimes.get(key) or rule.regime()
            if tensor.regime and tensor.regime.gain:  # none may also mean that the channels are wrong, here alone
                regimes[key] = tensor.regime
        regime = tensor.regime
        if maps:  # any size will do that is large enough
            size = regime.since + regime.step if regime else 1
            shape = rule.shape((size,) * len(tensor.sources))
            tensor.channels = shape[0] if shape else 1
        tensor.known = all(source.known for source in tensor.sources) and (regime is not None or op.merges)
        tensor.period = lcm(*(source.period for source in tensor.sources))
        tensor.gain = max(source.gain * (tensor.period // source.period) for source in tensor.sources)
        if regime and tensor.gain:
            turns = regime.step // gcd(regime.step, tensor.gain)
            tensor.period, tensor.gain = tensor.period * turns, regime.gain * (tensor.gain * turns // regime.step)
        if not tensor.gain:
            tensor.period = 1

    def _losers(self) -> list[tuple[_Tensor, list[_Tensor]]]:
        """Return the tensors of which a floor may lose rows, with all of their readers."""
        readers: dict[_Tensor, list[_Tensor]] = {}
        for tensor in self.tensors.values():
            for source in tensor.sources:
                if tensor.root is tensor:
                    readers.setdefault(source.root, []).append(tensor)
        return [
            (root, found)
            for root, found in readers.items()
            if root not in self.outputs
            and not root.flat
            and all(tensor.regime and not tensor.regime.reads_all for tensor in found)
        ]

    def columns(self, sizes: Sequence[int]) -> dict[_Tensor, list[int | None]]:
        """Return the sizes of all tensors on several sizes of the input."""
        found: dict[_Tensor, list[int | None]] = {}
        for tensor in self.tensors.values():
            inputs = [found[source] for source in tensor.sources]
            if not inputs:
                found[tensor] = list(sizes)
            elif tensor.rule is None:
                found[tensor] = inputs[0]
            else:
                keys = zip(*inputs, strict=True) if tensor.rule.op.merges else inputs[0]
                found[tensor] = list(map(tensor.rule.__getitem__, keys))
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
    def _last_irregular(tensor: _Tensor) -> int:
        """Return the last input size at which this layer does not yet do what it will do for ever, 0 if none."""
        if tensor.regime:
            (source,) = tensor.sources
            since = tensor.regime.since
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

    def size_of(self, tensor: _Tensor, size: int) -> int | None:
        """Return a tensor's size on an input size."""
        base, turns = self.folded(size)
        units = tensor.sizes[base - 1]
        return None if units is None else units + turns * tensor.gain

    def _rows(self, size: int) -> int:
        """Return how many rows are lost on a legal size that was followed."""
        return sum(rows for _, rows in self._lost(lambda tensor: tensor.sizes[size - 1]))

    def _lost(self, size_of: Callable[[_Tensor], int | None]) -> list[tuple[str, int]]:
        lost = []
        for root, readers in self.losers:
            size = size_of(root)
            tails = [tensor.rule.tail(size) for tensor in readers if tensor.rule and size]
            rows = min(*(unread for unread, _ in tails), max(floored for _, floored in tails)) if tails else 0
            if rows:
                lost.append((readers[0].name, rows))
        return lost

    def verdict(self, size: int, watched: Sequence[_Tensor]) -> Verdict:
        """Return what an input size comes to."""
        if size <= len(self.image.sizes):
            sizes = {tensor: tensor.sizes[size - 1] for tensor in self.tensors.values()}
        else:
            sizes = {tensor: column[0] for tensor, column in self.columns([size]).items()}
        misfits = tuple(
            Misfit(tensor.name, tensor.merges, tuple(units for units in inputs if units is not None))
            for tensor, units in sizes.items()
            if units is None
            for inputs in [[sizes[source] for source in tensor.sources]]
            if None not in inputs
        )
        lost = () if misfits else tuple(self._lost(sizes.__getitem__))
        return Verdict(size, tuple(sizes[tensor] for tensor in watched), lost, misfits)

    @staticmethod
    def last_map(tensor: _Tensor) -> _Tensor:
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


def _keeps_shape(op: Op) -> bool:
    return type(op).output_shape is Pointwise.output_shape


def _factors(graph: Graph, axis: int) -> dict[str, int]:
    """Return, for every flatten, the positions that one step along the axis has on the other axes at present.

    Nothing, where no layer minds how long a flat vector is.
    """
    flat: set[str] = set()
    minded = False
    for node in graph.nodes:
        if flat.issuperset(node.inputs):
            minded = minded or not (isinstance(node.op, (Flatten, Linear)) or _keeps_shape(node.op))
            flat.add(node.name)
        elif isinstance(node.op, Flatten):
            flat.add(node.name)
    factors: dict[str, int] = {}
    for other, size in enumerate(graph.input[1:]) if minded else ():
        if other != axis:
            sizes = {tensor.name: column[0] for tensor, column in _Axis(graph, other, {}).columns([size]).items()}
            for node in graph.nodes:
                if isinstance(node.op, Flatten):
                    factors[node.name] = factors.get(node.name, 1) * (sizes[node.inputs[0]] or 1)
    return factors
