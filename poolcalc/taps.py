"""Which input units feed which output unit, along one axis: the one rule from which receptive fields follow.

Every operator's rule repeats: where unit u reads the set T, unit u + period reads T shifted by `step`. A convolution
has period 1 and step = stride; a transposed convolution the opposite, period = stride and step 1; resizing n to o has
period o/gcd and step n/gcd. A rule with step 0 reads the same set for every unit, as global pooling does.

Inputs below 0 or at and above the input size are padding: nothing, unless the rule says that it repeats the input.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Literal

Beyond = Literal["nothing", "edge", "reflect", "wrap"]
"""What lies beyond the borders: nothing, the border pixel again, the mirrored input, or the input again."""


@dataclass(frozen=True, slots=True)
class Taps:
    """Input units read by each output unit.

    step: input units between what unit u and unit u + period read.
    phases: for each of the units 0 … period − 1, the input units that it reads, an empty range if none.
    beyond: what a unit reads instead of an input unit that does not exist.
    """

    step: int
    phases: tuple[range, ...]
    beyond: Beyond = "nothing"

    def __getitem__(self, unit: int) -> range:
        """Return the input units that feed output unit `unit` (any integer, on an endless canvas)."""
        turns, phase = divmod(unit, len(self.phases))
        reads, shift = self.phases[phase], turns * self.step
        return range(reads.start + shift, reads.stop + shift, reads.step)

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


IDENTITY = Taps(1, (range(1),))


def shifted(before: int, beyond: Beyond = "nothing") -> Taps:
    """Unit u reads input u − before: padding (or cropping, where negative)."""
    return Taps(1, (range(-before, 1 - before),), beyond)


def windows(kernel_size: int, stride: int, before: int, dilation: int = 1) -> Taps:
    """Unit u reads u·stride − before + t·dilation for t in 0 … kernel_size − 1: convolution and pooling."""
    return Taps(stride, (range(-before, -before + dilation * (kernel_size - 1) + 1, dilation),))


def transposed(kernel_size: int, stride: int, before: int, dilation: int = 1) -> Taps:
    """Unit u reads every i with u + before = i·stride + t·dilation, 0 ≤ t < kernel_size."""
    # Along t, a multiple of the stride recurs after stride/gcd taps and moves i by dilation/gcd.
    stagger = dilation // gcd(stride, dilation)
    phases = []
    for unit in range(stride):
        reads = [
            (unit + before - tap * dilation) // stride
            for tap in reversed(range(kernel_size))
            if (unit + before - tap * dilation) % stride == 0
        ]
        phases.append(range(reads[0], reads[-1] + 1, stagger) if reads else range(0))
    return Taps(1, tuple(phases))


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
    return Taps(step, tuple(range(u * step // period, -(-(u + 1) * step // period)) for u in range(period)))


def nearest(ratio: Fraction) -> Taps:
    """Unit u reads ⌊u·ratio⌋, ratio = input size / output size: nearest-neighbour resizing."""
    step, period = ratio.numerator, ratio.denominator
    return Taps(step, tuple(range(u * step // period, u * step // period + 1) for u in range(period)))


def linear(ratio: Fraction, offset: Fraction = Fraction(0)) -> Taps:
    """Unit u reads the one or two neighbours of the point u·ratio + offset: linear interpolation.

    A point that falls on an input unit reads that one alone; ratio 0 reads unit 0.
    """
    points = (u * ratio + offset for u in range(ratio.denominator))
    return Taps(ratio.numerator, tuple(range(point.__floor__(), point.__ceil__() + 1) for point in points), "edge")
