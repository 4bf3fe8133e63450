"""How one operator's size rule goes on along one axis, and what it leaves out at the end."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from fractions import Fraction
from math import prod
from typing import Any, NamedTuple

from poolcalc.analysis.outcome import require_accepted
from poolcalc.analysis.remainder import NOTHING, Remainder, remainder
from poolcalc.network.kind import Amounts, Channels, Groups, PerAxis
from poolcalc.network.op import Impossible, Op, Shape

MOST_SIZES = 16_384
"""Odd resizings in a row multiply the period; networks that need more sizes than this are not given a progression."""


FAR = 8
"""How many times larger an input is tried for what only large ones show: by then, resizing reads one row in four."""


class SizeLaw(NamedTuple):
    """How an operator's size rule goes on: from size `since` on, `step` rows more come to `gain` units more.

    reads_all: whether no row at the end is ever left out. leaves_more: whether more are, the larger the input is, as in
    resizing to a constant size.
    """

    step: int
    gain: int
    since: int
    reads_all: bool
    leaves_more: bool = False


LAWS: dict[Any, SizeLaw] = {}
"""By kinds and numbers of operators: networks have them in common, and so have axes and remedies."""


class SizeRule(dict[Any, int | None]):
    """The size rule of an operator on one axis, with every answer and remainder remembered; None is what cannot run.

    Keys are sizes, tuples of them for a merge. Flat vectors count by their features.
    """

    def __init__(self, op: Op, axis: int, axes: int, channels: Sequence[int | None], factor: int) -> None:
        super().__init__({None: None})
        self.op, self.axis, self.axes, self.channels, self.factor = op, axis, axes, channels, factor
        self.remainders: dict[int, Remainder] = {}

    def __missing__(self, key: Any) -> int | None:
        sizes = key if self.op.merges else (key,)
        if None in sizes:
            return None
        shape = self.shape(sizes)
        units = None if shape is None else int(shape[0] if len(shape) == 1 else shape[1 + self.axis])
        self[key] = units
        return units

    def shape(self, sizes: Sequence[int]) -> Shape | None:
        """Return what comes out, None where that is impossible."""
        op = self.op
        inputs = [
            (size,) if channels is None else (channels, *(size if i == self.axis else 1 for i in range(self.axes)))
            for size, channels in zip(sizes, self.channels, strict=True)
        ]
        try:
            require_accepted(op, inputs)
            shape = op.output_shape(inputs)
        except Impossible:
            return None
        return (shape[0] * self.factor,) if op.flattens and len(inputs[0]) > 1 else shape

    def remainder(self, size: int) -> Remainder:
        """Return what is left at the ends of an input of that size."""
        if size not in self.remainders:
            self.remainders[size] = self._remainder(size)
        return self.remainders[size]

    def _remainder(self, size: int) -> Remainder:
        units = self[size]
        if not units or None in self.channels or self.op.reads_whole_map:
            return NOTHING
        (taps,) = self.op.taps(self.axis, (size,))
        return remainder(taps, size, units, cuts=self.op.cuts)

    def _behind(self, size: int) -> tuple[int, tuple[int, ...]]:
        _, after, rounded = self.remainder(size)
        return after, rounded

    def law(self) -> SizeLaw | None:
        """Return how the rule goes on, None where that takes too many sizes to see."""
        # No rule looks further than its numbers and the span of its kernel reach.
        values = list(parameter_values(self.op, self.axis, others=None in self.channels))
        if any(isinstance(value, Fraction) and _falls_short(value) for value in values):
            return None
        numbers = [abs(number) for value in values for number in _integers(value)]
        window = self.op.window
        far = 1 + sum(numbers) + (window.span(self.axis) if window else 0)
        for step in range(1, far + 1) if far <= MOST_SIZES else ():
            gains: set[int] = set()
            if all(self._goes_on(size, step, gains) for size in range(far, 2 * far)):
                since = far
                while since > 1 and self._goes_on(since - 1, step, gains):
                    since -= 1
                gain = max(gains, default=0)
                leaves_more = not gain and self.remainder(FAR * far).after > 0
                reads_all = not leaves_more and not any(self.remainder(size).after for size in range(1, far + step))
                return SizeLaw(step, gain, since, reads_all, leaves_more)
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
        (after, rounded), (later_after, later_rounded) = self._behind(size), self._behind(size + step)
        return rounded == later_rounded and (after == later_after or gains == {0})


def slope(op: Op, axis: int, shape: Shape) -> Fraction:
    """Return how many units more come to a row more, in the long run; without the search for a law.

    shape: of an input on which the operator can run, but for the size along the axis.
    """
    if op.window:
        return Fraction(1, op.window.stride[axis])
    numbers = [abs(n) for value in parameter_values(op, axis) for n in _integers(value) if n]
    far, step = 1 + sum(numbers), prod(numbers)  # rules repeat by numbers of theirs
    few, many = (op.output_shape([(*shape[: 1 + axis], size, *shape[2 + axis :])]) for size in (far, far + step))
    return Fraction(many[1 + axis] - few[1 + axis], step)


def parameter_values(op: Op, axis: int, *, others: bool = True) -> Iterator[Any]:
    """Yield an operator's parameters on one axis, and the `others`, which have none, if they may enter into sizes."""
    for declared in fields(op):
        value, kind = getattr(op, declared.name), declared.metadata["kind"]
        if isinstance(kind, (PerAxis, Amounts)):
            yield value if value is None or isinstance(value, str) else value[axis]
        elif others and not isinstance(kind, Channels | Groups) and not isinstance(value, Fraction):
            yield value


def _falls_short(factor: Fraction) -> bool:
    """Return whether sizes times a factor, as doubles, come out below a whole number where they should reach it.

    That happens now and then for ever: 2.3 · 10 is 23, but 2.3 · 100 is less than 230.
    """
    double, whole = float(factor), factor.denominator
    return Fraction(double) < factor and any(
        n * double < n // whole * factor.numerator for n in range(whole, MOST_SIZES, whole)
    )


def _integers(value: Any) -> Iterator[int]:
    if isinstance(value, tuple):
        yield from value
    elif isinstance(value, Fraction):
        yield from (value.numerator, value.denominator)
    elif isinstance(value, int):
        yield value
