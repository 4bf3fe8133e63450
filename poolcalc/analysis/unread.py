"""What is left unread of a tensor, and why: the one definition that all commands, rules and expectations go by.

*Row* stands for row, column or frame. Of the rows of one tensor along one axis that nothing reads, each is one of

* **lost**: behind the last row that anything reads, where a unit that would follow reads it: a size was rounded down;
* **cut**: another at either end, where a layer leaves rows out because the file says so (`Op.cuts`), as `crop` does;
* **skipped**: any other, mostly between the windows of a kernel smaller than its stride, or between dilated taps.

Whoever works on each position alone (`Op.neutral`) is no reader: it hands the rows on to those that read it. A result
of the network is read whole, and of what a layer reads that cannot run, nothing is said. A remainder that consists of
padding loses nothing. Lost rows are counted once, in their tensor, at the first of the layers that round most of them
away.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from poolcalc.analysis.layer import Layer, Sized, Stopped
from poolcalc.analysis.remainder import NOTHING, Remainder, lost
from poolcalc.geometry.taps import Taps
from poolcalc.network.graph import INPUT, Graph


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


def origins(graph: Graph) -> dict[str, str]:
    """Return for every tensor the one whose rows it hands on, mostly itself."""
    found: dict[str, str] = {}
    for node in graph.nodes:
        source = node.inputs[0]
        found[node.name] = found.get(source, source) if node.op.neutral else node.name
    return found


def unread(graph: Graph, layers: Sequence[Layer]) -> dict[str, tuple[Unread, ...]]:
    """Return, for every tensor of which rows are left unread, those rows along every axis."""
    found = origins(graph)
    sized = {layer.node.name: layer for layer in layers if isinstance(layer, Sized)}
    shapes = {INPUT: graph.input} | {name: layer.shape for name, layer in sized.items()}
    unknown = [source for layer in layers if isinstance(layer, Stopped) for source in layer.node.inputs]
    whole = {found.get(name, name) for name in (*graph.outputs, *unknown)}
    readers: dict[str, list[_Reader]] = {}
    for layer in sized.values():
        for place, source in enumerate(layer.node.inputs if not layer.node.op.neutral else ()):
            readers.setdefault(found.get(source, source), []).append(_Reader(layer, place))
    left = {
        name: tuple(_unread(those, axis, size) for axis, size in enumerate(shapes[name][1:]))
        for name, those in readers.items()
        if name not in whole
    }
    return {name: axes for name, axes in left.items() if any(axis.rows for axis in axes)}


class _Reader(NamedTuple):
    """A layer, and which of its inputs is meant."""

    layer: Sized
    place: int

    def leaves(self, axis: int) -> Remainder:
        left = self.layer.remainders[self.place]
        return left[axis] if left else NOTHING

    def rows(self, axis: int, size: int) -> range | set[int]:
        """Return the rows that it reads."""
        before, after, _ = self.leaves(axis)
        source, shape = self.layer.node.inputs[self.place], self.layer.shape
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
            yield range(row, row + turns * taps.step, taps.step)


def _is_dense(taps: Taps, units: int) -> bool:
    """Whether what the units read is one run of rows, as in most layers."""
    if taps.step <= 1:  # at stride 1, neighbours fill the holes of a dilated kernel
        return taps.in_order and taps[0].step <= (units if taps.step == len(taps.phases) else 1)
    turn = range(min(units, len(taps.phases)) + 1)
    return taps.in_order and all(a.step == 1 and b.start <= a.stop for a, b in pairwise(map(taps.__getitem__, turn)))


def _unread(readers: Sequence[_Reader], axis: int, size: int) -> Unread:
    read = [reader.rows(axis, size) for reader in readers]
    if range(size) in read:
        return Unread(readers[0].layer.node.name)
    place, behind = lost([reader.leaves(axis) for reader in readers])
    name = readers[place].layer.node.name
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
