"""Sizes that recur: a few small ones, then residues of a step for ever."""

from dataclasses import dataclass

from poolcalc.wording import some

MOST_TERMS = 8
"""Sizes and residues to write out."""


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

    def usual(self, size: int, *, larger: bool) -> int | None:
        """Return a member above or below a size, as people would choose it; None where there is none.

        It is the nearest, or one close behind that a larger power of two divides, as sizes of data sets, tiles and
        published networks mostly are: strides multiply to powers of two. Close are so many sizes as the largest power
        of two in an eighth of the nearest, at most 32, the stride of most networks; or one step, if that is not more
        than a quarter.

        >>> every = Progression(1, (0,))
        >>> every.usual(440, larger=True), every.usual(62, larger=True), Progression(4, (0,)).usual(62, larger=False)
        (448, 64, 60)
        >>> alexnet = Progression(32, (0, 1, 31), 63)
        >>> alexnet.usual(230, larger=False), alexnet.usual(230, larger=True)
        (224, 256)
        """
        nearest = self.above(size) if larger else self.below(size)
        if nearest is None:
            return None
        close = max(min(32, 1 << max(1, nearest // 8).bit_length() - 1), self.step if self.step <= nearest // 4 else 1)
        window = range(nearest, nearest + close) if larger else range(nearest, nearest - close, -1)
        return max((n for n in window if n in self), key=lambda n: n & -n)

    def __str__(self) -> str:
        early = some(self.early, MOST_TERMS)
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
        multiples = [f"{self.step}n"] if self.offsets[0] == 0 else []
        if texts:
            multiples.append(f"{self.step}n + {some(texts, MOST_TERMS)}")
        return ", ".join(multiples)
