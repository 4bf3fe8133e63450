"""What is left unread of a tensor, and why: the one definition that all commands, rules and expectations go by.

*Row* stands for row, column or frame. Of the rows of one tensor along one axis that nothing reads, each is one of

* **lost**: behind the last row that anything reads, where a unit that would follow reads it: a size was rounded down;
* **cut**: another at either end, where a layer leaves rows out because the file says so (`Op.cuts`), as `crop` does;
* **skipped**: any other, mostly between the windows of a kernel smaller than its stride, or between dilated taps.

Whoever works on each position alone (`Op.neutral`) is no reader: it hands the rows on to those that read it. A result
of the network is read whole. A remainder that consists of padding loses nothing. Lost rows are counted once, in their
tensor, at the first of the layers that round most of them away.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count, pairwise
from typing import TYPE_CHECKING, NamedTuple

from poolcalc.geometry.taps import IDENTITY, Taps
from poolcalc.network.graph import Graph

if TYPE_CHECKING:
    from poolcalc.analysis.layers import Analysis, Sized


class Remainder(NamedTuple):
    """What one layer leaves at the ends of its input, along one axis.

    before, after: rows at either end that none of its units reads; all, where it reads none.
    rounded: those behind the last that units read which would follow, by how far they are from the end: 1 is the last.
    """

    before: int = 0
    after: int = 0
    rounded: tuple[int, ...] = ()


NOTHING = Remainder()


class Unread(NamedTuple):
    """The rows of one tensor along one axis that nothing reads, by the cause. layer: where lost rows are counted."""

    layer: str
    lost: tuple[int, ...] = ()
    skipped: tuple[int, ...] = ()
    cut: tuple[int, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(sorted(self.lost + self.skipped + self.cut))


def remainder(taps: Taps, size: int, units: int, *, cuts: bool) -> Remainder:
    """Return what `units` units leave of an input of `size` rows; cuts: whether that is on purpose.

    >>> from poolcalc.geometry.taps import windows
    >>> remainder(windows(2, 2, 0), 7, 3, cuts=False), remainder(windows(1, 3, 0), 9, 3, cuts=False)
    (Remainder(before=0, after=1, rounded=(1,)), Remainder(before=0, after=2, rounded=()))
    """
    if taps is IDENTITY:
        return NOTHING
    if taps.beyond != "nothing":  # a border row that is repeated is not read once more
        taps = replace(taps, beyond="nothing")
    ends = [*_outermost(taps, size, range(units)), *_outermost(taps, size, reversed(range(units)))]
    first = min((reads[0] for reads in ends), default=size)
    end = 1 + max((reads[-1] for reads in ends), default=-1)
    # Where units are as far apart as rows, there is nothing to round.
    rounds = end < size and not cuts and taps.step != len(taps.phases)
    behind = {size - row for row in _following(taps, units, end, size)} if rounds else ()
    return Remainder(first, size - end, tuple(sorted(behind)))


def _outermost(taps: Taps, size: int, units: Iterable[int]) -> Iterator[Sequence[int]]:
    """Yield what units read of the input, up to the first that touches no padding: none behind it reads farther out.

    In a dilated transposed convolution units overtake each other, so that there it takes one of every phase.
    """
    period = 1 if taps.in_order else len(taps.phases)
    settled = set()
    for unit in units:
        reads = taps.inside(unit, size)
        if reads:
            yield reads
        if len(reads) == len(taps[unit]) and (reads or not taps.in_order):
            settled.add(unit % period)
            if len(settled) == period:
                return


def _following(taps: Taps, units: int, end: int, size: int) -> Iterator[int]:
    """Yield the rows from `end` on that the units behind the last would read."""
    period = 1 if taps.in_order else len(taps.phases)
    outside = 0
    for unit in count(units) if taps.step else ():
        reads = taps[unit]
        outside = outside + 1 if not reads or reads[0] >= size else 0
        if outside == period:
            return
        yield from (row for row in reads if end <= row < size)


def lost(remainders: Sequence[Remainder]) -> tuple[int, tuple[int, ...]]:
    """Return what is lost of a tensor by what its readers leave: the place of the first that rounds most, and the rows.

    Rows are given by how far they are from the end.
    """
    behind = min(each.after for each in remainders)
    if not behind:
        return 0, ()
    rounded = [tuple(row for row in each.rounded if row <= behind) for each in remainders]
    return rounded.index(max(rounded, key=len)), tuple(sorted(set().union(*rounded)))


def origins(graph: Graph) -> dict[str, str]:
    """Return for every tensor the one whose rows it hands on, mostly itself."""
    found: dict[str, str] = {}
    for node in graph.nodes:
        source = node.inputs[0]
        found[node.name] = found.get(source, source) if node.op.neutral else node.name
    return found


def unread(analysis: "Analysis") -> dict[str, tuple[Unread, ...]]:
    """Return, for every tensor of which rows are left unread, those rows along every axis."""
    graph, found = analysis.graph, origins(analysis.graph)
    results = {found.get(name, name) for name in graph.outputs}
    readers: dict[str, list[_Reader]] = {}
    for layer in analysis.sized.values():
        for place, source in enumerate(layer.node.inputs if not layer.node.op.neutral else ()):
            readers.setdefault(found.get(source, source), []).append(_Reader(layer, place))
    left = {
        name: tuple(_unread(those, axis, size) for axis, size in enumerate(analysis.shapes[name][1:]))
        for name, those in readers.items()
        if name not in results
    }
    return {name: axes for name, axes in left.items() if any(axis.rows for axis in axes)}


class _Reader(NamedTuple):
    """A layer, and which of its inputs is meant."""

    layer: "Sized"
    place: int

    def leaves(self, axis: int) -> Remainder:
        left = self.layer.remainders[self.place]
        return left[axis] if left else NOTHING

    def rows(self, axis: int, size: int) -> range | set[int]:
        """Return the rows that it reads."""
        (before, after, _), shape, source = self.leaves(axis), self.layer.shape, self.layer.node.inputs[self.place]
        taps = [read.taps[axis] for read in self.layer.reads if read.source == source and read.taps]
        units = shape[1 + axis] if len(shape) > 1 else 1
        if all(_is_dense(each, units) for each in taps):
            return range(before, size - after)
        return {row for each in taps for run in _runs(each, units) for row in run if 0 <= row < size}


def _runs(taps: Taps, units: int) -> Iterator[range]:
    """Yield what the units read: by every tap of every phase, rows that are `step` apart."""
    for phase, reads in enumerate(taps.phases):
        turns = len(range(phase, units, len(taps.phases)))
        for row in reads if turns else ():
            yield range(row, row + turns * taps.step, taps.step) if taps.step else range(row, row + 1)


def _is_dense(taps: Taps, units: int) -> bool:
    """Whether what the units read is one run of rows, as in most layers."""
    if taps.step <= 1:  # at stride 1, neighbours fill the holes of a dilated kernel
        return taps.in_order and taps[0].step <= (units if taps.step == len(taps.phases) else 1)
    turn = range(min(units, len(taps.phases)) + 1)
    return taps.in_order and all(a.step == 1 and b.start <= a.stop for a, b in pairwise(map(taps.__getitem__, turn)))


def _unread(readers: Sequence[_Reader], axis: int, size: int) -> Unread:
    place, behind = lost([reader.leaves(axis) for reader in readers])
    name = readers[place].layer.node.name
    read = [reader.rows(axis, size) for reader in readers]
    if range(size) in read:
        return Unread(name)
    rest = set(range(size)).difference(*read)
    rounded = {size - row for row in behind}
    ends: set[int] = set()
    if any(reader.layer.node.op.cuts for reader in readers):
        first, last = min(map(min, filter(None, read)), default=size), max(map(max, filter(None, read)), default=size)
        ends = {row for row in rest - rounded if not first < row < last}
    return Unread(name, *(tuple(sorted(rows)) for rows in (rounded, rest - rounded - ends, ends)))


def lost_rows(left: Mapping[str, Sequence[Unread]]) -> dict[str, tuple[tuple[int, ...], ...]]:
    """Return, for the layers that lost rows are counted at, those of their input along every axis (see `unread`)."""
    found: dict[str, list[tuple[int, ...]]] = {}
    for axes in left.values():
        for number, axis in enumerate(axes):
            if axis.lost:
                found.setdefault(axis.layer, [()] * len(axes))[number] = axis.lost
    return {name: tuple(rows) for name, rows in found.items()}
