"""Which input units feed which output unit, along one axis: the one rule from which receptive fields follow.

Every operator's rule repeats: where unit u reads the set T, unit u + period reads T shifted by `step`. A convolution
has period 1 and step = stride; a transposed convolution the opposite, period = stride and step 1; resizing n to o has
period o/gcd and step n/gcd. A rule with step 0 reads the same set for every unit, as global pooling does.

Inputs below 0 or at and above the input size are padding: nothing, unless the rule says that it repeats the input.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Literal, NamedTuple

Beyond = Literal["nothing", "edge", "reflect", "wrap"]
"""What lies beyond the borders: nothing, the border pixel again, the mirrored input, or the input again."""


class Phases(ABC):
    """What each unit of one period reads, worked out when it is asked for: an odd ratio has millions of phases."""

    __slots__ = ()

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __getitem__(self, unit: int) -> range: ...

    def __iter__(self) -> Iterator[range]:
        return map(self.__getitem__, range(len(self)))

    @property
    @abstractmethod
    def in_order(self) -> bool:
        """Whether no unit reads farther back than the one before it."""

    def weights(self, unit: int) -> Sequence[float]:
        """Return the share of each of the reads where no weights are learned: equal parts."""
        return equal_parts(self[unit])


@dataclass(frozen=True, slots=True)
class Taps:
    """Input units read by each output unit.

    step: input units between what unit u and unit u + period read.
    phases: for each of the units 0 … period − 1, the input units that it reads, an empty range if none.
    beyond: what a unit reads instead of an input unit that does not exist.
    """

    step: int
    phases: tuple[range, ...] | Phases
    beyond: Beyond = "nothing"

    def __getitem__(self, unit: int) -> range:
        """Return the input units that feed output unit `unit` (any integer, on an endless canvas)."""
        turns, phase = divmod(unit, len(self.phases))
        reads, shift = self.phases[phase], turns * self.step
        return range(reads.start + shift, reads.stop + shift, reads.step)

    @property
    def in_order(self) -> bool:
        """Whether no unit reads farther back than the one before it."""
        return self.phases.in_order if isinstance(self.phases, Phases) else len(self.phases) == 1

    def weights(self, unit: int) -> Sequence[float]:
        """Return how much each of the input units counts that feed `unit`, where no weights are learned."""
        phase = unit % len(self.phases)
        return self.phases.weights(phase) if isinstance(self.phases, Phases) else equal_parts(self.phases[phase])

    def last_reader(self, at: int) -> int:
        """Return the last unit that reads input unit `at` or any before it, where units move on."""
        period = len(self.phases)
        return max(phase + (at - reads[0]) // self.step * period for phase, reads in enumerate(self.phases) if reads)

    def first_reader(self, at: int) -> int:
        """Return the first unit that reads input unit `at` or any behind it, where units move on."""
        period = len(self.phases)
        return min(phase - (reads[-1] - at) // self.step * period for phase, reads in enumerate(self.phases) if reads)

    def inside(self, unit: int, size: int) -> Sequence[int]:
        """Return the units of an input of `size` units that really feed output unit `unit`.

        >>> windows(3, 1, 1).inside(0, 8), Taps(1, (range(-1, 1),), "reflect").inside(0, 8)
        (range(0, 2), [0, 1])
        """
        reads = self[unit]
        if not reads or (reads[0] >= 0 and reads[-1] < size):
            return reads
        match self.beyond:
            case "nothing":
                skipped = max(0, -(reads[0] // reads.step))
                return range(reads[0] + skipped * reads.step, min(reads.stop, size), reads.step)
            case "edge":
                return sorted({min(max(i, 0), size - 1) for i in reads})
            case "reflect":
                return sorted({size - 1 - abs(size - 1 - abs(i)) for i in reads})
            case "wrap":
                return sorted({i % size for i in reads})


def equal_parts(reads: Sequence[int]) -> Sequence[float]:
    """Return the weights of a mean.

    >>> equal_parts(range(4))
    (0.25, 0.25, 0.25, 0.25)
    """
    return (1 / len(reads),) * len(reads) if reads else ()


IDENTITY = Taps(1, (range(1),))


def shifted(before: int, beyond: Beyond = "nothing") -> Taps:
    """Unit u reads input u − before: padding (or cropping, where negative)."""
    return Taps(1, (range(-before, 1 - before),), beyond)


def windows(kernel_size: int, stride: int, before: int, dilation: int = 1) -> Taps:
    """Unit u reads u·stride − before + t·dilation for t in 0 … kernel_size − 1: convolution and pooling."""
    return Taps(stride, (range(-before, -before + dilation * (kernel_size - 1) + 1, dilation),))


class Meetings(NamedTuple):
    """How often the taps of a kernel meet a map along one axis; elsewhere they meet padding.

    met: for every tap, in how many of the kernel's positions it does. positions: how many there are.
    """

    met: tuple[int, ...]
    positions: int

    @property
    def used(self) -> int:
        """How many taps ever meet the map."""
        return sum(map(bool, self.met))

    @property
    def span(self) -> range:
        """The taps from the first to the last that ever meet the map; none where none does."""
        used = [tap for tap, times in enumerate(self.met) if times]
        return range(used[0], used[-1] + 1) if used else range(0)

    @property
    def share(self) -> Fraction:
        """How much of what the kernel does along the axis is on the map."""
        return Fraction(sum(self.met), len(self.met) * self.positions)


def meetings(taps: Taps, size: int, positions: int) -> Meetings:
    """Return how often every tap of `windows` lies on a map of `size` units.

    >>> meetings(windows(3, 1, 36, 36), 28, 28).met, meetings(windows(3, 1, 1), 7, 7).met
    ((0, 28, 0), (6, 7, 6))
    """
    (offsets,) = taps.phases
    ranges = (range(-(at // taps.step), -((at - size) // taps.step)) for at in offsets)
    met = (min(within.stop, positions) - max(within.start, 0) for within in ranges)
    return Meetings(tuple(max(0, times) for times in met), positions)


def transposed(kernel_size: int, stride: int, before: int, dilation: int = 1) -> Taps:
    """Unit u reads every i with u + before = i·stride + t·dilation, 0 ≤ t < kernel_size."""
    return Taps(1, _Scattered(kernel_size, stride, before, dilation))


@dataclass(frozen=True, slots=True)
class _Scattered(Phases):
    kernel_size: int
    stride: int
    before: int
    dilation: int

    def __len__(self) -> int:
        return self.stride

    def __getitem__(self, unit: int) -> range:
        common = gcd(self.stride, self.dilation)
        # The taps that reach a unit are `recur` apart, and what they read is `stagger` apart.
        recur, stagger = self.stride // common, self.dilation // common
        at, rest = divmod(unit + self.before, common)
        # at = i·recur + tap·stagger, so tap·stagger ≡ at (mod recur), and the two have no divisor in common.
        tap = at * pow(stagger, -1, recur) % recur
        if rest:
            return range(0)
        # Where the kernel has no such tap, the range comes out empty.
        last = (at - tap * stagger) // recur
        return range(last - (self.kernel_size - 1 - tap) // recur * stagger, last + 1, stagger)

    @property
    def in_order(self) -> bool:
        return self.dilation == 1


def everything(size: int) -> Taps:
    """Every unit reads the whole input: global pooling, flatten, normalisation over the map."""
    return Taps(0, (range(size),))


def broadcast() -> Taps:
    """Every unit reads input unit 0, the only one there is."""
    return Taps(0, (range(1),))


def divided(size: int, units: int) -> Taps:
    """Unit u reads ⌊u·size/units⌋ up to ⌈(u+1)·size/units⌉: adaptive pooling."""
    if units == 1:
        return everything(size)
    common = gcd(size, units)
    step, period = size // common, units // common
    return Taps(step, _Spread(period, step, 0, step, period))


def nearest(ratio: Fraction) -> Taps:
    """Unit u reads ⌊u·ratio⌋, ratio = input size / output size: nearest-neighbour resizing."""
    step, period = ratio.numerator, ratio.denominator
    return Taps(step, _Spread(period, step, 0, 1, period))


def linear(ratio: Fraction, offset: Fraction = Fraction(0)) -> Taps:
    """Unit u reads the one or two neighbours of the point u·ratio + offset: linear interpolation.

    A point that falls on an input unit reads that one alone; ratio 0 reads unit 0.
    """
    whole = lcm(ratio.denominator, offset.denominator)
    low = int(offset * whole)
    return Taps(ratio.numerator, _Between(ratio.denominator, int(ratio * whole), low, low + whole, whole), "edge")


@dataclass(frozen=True, slots=True)
class _Spread(Phases):
    """Unit u reads ⌊(u·step + low) / whole⌋ up to ⌈(u·step + high) / whole⌉."""

    period: int
    step: int
    low: int
    high: int
    whole: int

    def __len__(self) -> int:
        return self.period

    def __getitem__(self, unit: int) -> range:
        at = unit * self.step
        return range((at + self.low) // self.whole, -(-(at + self.high) // self.whole))

    @property
    def in_order(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class _Between(_Spread):
    """Unit u reads what lies on both sides of a point, the nearer one with more weight."""

    def weights(self, unit: int) -> Sequence[float]:
        beyond = (unit * self.step + self.low) % self.whole / self.whole
        return (1 - beyond, beyond) if beyond else (1.0,)
