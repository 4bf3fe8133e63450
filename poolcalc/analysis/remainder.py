"""What one layer leaves at the ends of its input along one axis: by size and taps alone, whoever else may read it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import NamedTuple

from poolcalc.geometry.taps import IDENTITY, Taps


class Remainder(NamedTuple):
    """What one layer leaves at the ends of its input, along one axis.

    before, after: rows at either end that none of its units reads; all, where it reads none.
    rounded: those behind the last that units read which would follow, by how far they are from the end: 1 is the last.
    """

    before: int = 0
    after: int = 0
    rounded: tuple[int, ...] = ()


NOTHING = Remainder()


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
