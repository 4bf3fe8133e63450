"""Theoretical receptive fields: what every unit of a layer sees of the network's input, on an endless canvas.

Along one axis, a `Strand` says for every unit the first and the last input pixel that it sees. Reading a strand through
an operator's taps gives the next layer's strand; that is the whole recursion, and on a plain chain it is the one of
Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019).

A `Field` is what a merge leaves: the hull of its branches. Branches with the same jump have a hull that is a strand
again. Branches whose jumps differ drift apart, so both are kept, and with them every consumer stays exact. A strand of
jump 0 sees the same pixels from everywhere: global pooling, and the gates built on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from poolcalc.geometry.taps import Taps

Span = tuple[int, int]
"""First and last input pixel, both included; negative ones lie in the padding."""

MOST_PHASES = 16_384
"""Odd resizings in a row multiply the period; beyond this a layer's theoretical field is reported as unknown."""

MOST_STRANDS = 16
"""Likewise for branches whose jumps all differ."""


def _hull(spans: Iterable[Span | None]) -> Span | None:
    seen = [span for span in spans if span is not None]
    return (min(first for first, _ in seen), max(last for _, last in seen)) if seen else None


@dataclass(frozen=True, slots=True)
class Strand:
    """Fields that repeat: unit u + period sees what unit u sees, `advance` pixels further on.

    advance: input pixels per period, an integer.
    phases: what each of the units 0 … period − 1 sees; None where a unit sees no input at all.
    """

    advance: int
    phases: tuple[Span | None, ...]

    @property
    def jump(self) -> Fraction:
        """Input pixels between neighbouring units, the effective stride."""
        return Fraction(self.advance, len(self.phases))

    def __getitem__(self, unit: int) -> Span | None:
        """Return what `unit` sees."""
        turns, phase = divmod(unit, len(self.phases))
        span, shift = self.phases[phase], turns * self.advance
        return span and (span[0] + shift, span[1] + shift)

    def through(self, taps: Taps) -> "Strand | None":
        """Return the fields of the units that read this strand's units by `taps`, None where the period explodes."""
        period = len(self.phases)
        repeats = period // gcd(period, taps.step)
        units = len(taps.phases) * repeats
        if units > MOST_PHASES:
            return None
        spans = tuple(_hull(self[i] for i in _extremes(taps[unit], period)) for unit in range(units))
        return Strand(taps.step * repeats * self.advance // period, spans).reduced()

    def reduced(self) -> "Strand":
        """Return the same fields with the smallest period that tells them."""
        units = len(self.phases)
        for period in range(1, units // 2 + 1):
            advance, rest = divmod(self.advance * period, units)
            if units % period == 0 and rest == 0:
                strand = Strand(advance, self.phases[:period])
                if all(strand[unit] == span for unit, span in enumerate(self.phases)):
                    return strand
        return self


def _extremes(reads: range, period: int) -> Iterable[int]:
    """Return the reads that can decide a hull: where all units are alike, the first and the last."""
    return (reads[0], reads[-1]) if period == 1 and reads else reads


class Field(NamedTuple):
    """What every unit of a layer sees along one axis: strands of pairwise different jump, ascending.

    No strands at all: too irregular to tell (see `MOST_PHASES`).
    """

    strands: tuple[Strand, ...]

    @property
    def local(self) -> tuple[Strand, ...]:
        """The strands that move with the unit."""
        return tuple([strand for strand in self.strands if strand.advance])

    @property
    def sees_everything(self) -> bool:
        """Whether some path to these units goes through the whole map."""
        return 0 in [strand.advance for strand in self.strands]

    def through(self, taps: Taps) -> "Field":
        """Return the field of the units that read this field's units by `taps`."""
        strands = [strand.through(taps) for strand in self.strands]
        told = [strand for strand in strands if strand]
        if len(told) < len(strands):
            return UNKNOWN
        return _joined(told) if len(told) > 1 else Field(tuple(told))

    def span(self, unit: int) -> Span | None:
        """Return what `unit` sees on an endless canvas, by local paths where there are any."""
        return _hull(strand[unit] for strand in self.local or self.strands)

    def summary(self, units: int) -> "Summary | None":
        """Return the figures to report for the units 0 … `units` − 1, None where the field is unknown.

        Phases count as far as there are units for them: a unit that does not exist sees nothing.
        Where a local strand exists, a global one beside it does not count: it would only say "the whole image".
        """
        if not self.strands:
            return None
        strands = self.local or self.strands
        only = strands[0] if len(strands) == 1 else None
        spans = only.phases[:units] if only else [_hull(strand[unit] for strand in strands) for unit in range(units)]
        sizes = [span[1] - span[0] + 1 if span else 0 for span in spans]
        origin = spans[0]
        return Summary(
            size=max(sizes),
            size_min=min(sizes),
            jump=only.jump if only and only.advance else None,
            first=origin and origin[0],
            last=origin and origin[1],
            varies=min(sizes) != max(sizes),
        )


class Summary(NamedTuple):
    """The receptive field of a layer along one axis, in input pixels.

    size, size_min: of the unit that sees most and of the one that sees least.
    jump: None where there is no single one, that is for global fields and merges of different jumps.
    first, last: what unit 0 sees; None where it sees no input at all.
    """

    size: int
    size_min: int
    jump: Fraction | None
    first: int | None
    last: int | None
    varies: bool

    @property
    def center(self) -> Fraction | None:
        """The middle of what unit 0 sees; half a pixel where the size is even."""
        return None if self.first is None or self.last is None else Fraction(self.first + self.last, 2)

    @property
    def effective_padding(self) -> int | None:
        """Pixels by which unit 0 looks beyond the input."""
        return None if self.first is None else -self.first


def _joined(strands: Iterable[Strand]) -> Field:
    """Unite strands of the same jump: their hull, unit by unit, over the common period."""
    by_jump: dict[Fraction, Strand] = {}
    for strand in strands:
        other = by_jump.get(strand.jump)
        if other is None or other == strand:
            by_jump[strand.jump] = strand
            continue
        period = lcm(len(strand.phases), len(other.phases))
        if period > MOST_PHASES:
            return UNKNOWN
        spans = tuple(_hull((strand[unit], other[unit])) for unit in range(period))
        by_jump[strand.jump] = Strand(int(strand.jump * period), spans).reduced()
    return Field(tuple(by_jump[jump] for jump in sorted(by_jump))) if len(by_jump) <= MOST_STRANDS else UNKNOWN


def hull(fields: Iterable[Field]) -> Field:
    """Return what the units of a merge see: all that any of their branches sees."""
    fields = tuple(fields)
    if len(set(fields)) == 1:
        return fields[0]
    return UNKNOWN if UNKNOWN in fields else _joined(strand for field in fields for strand in field.strands)


UNKNOWN = Field(())
PIXELS = Field((Strand(1, ((0, 0),)),))
"""The input sees itself."""
