"""Kinds of values that parameters may have: each checks plain values and describes itself as JSON Schema."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, isfinite
from typing import Any, ClassVar

LARGEST = 2**31 - 1
"""Larger integers are typing errors, not networks."""

Schema = dict[str, Any]


class Wrong(Exception):  # noqa: N818 - a fact about a value, for whoever gave it to report
    """A value is not of a kind; `expected` says what would be."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


class Kind(ABC):
    """A kind of value. has_axes: whether operators hold an entry for every spatial axis."""

    __slots__ = ()

    has_axes: ClassVar[bool] = False

    @abstractmethod
    def check(self, value: Any, rank: int) -> Any:
        """Return a plain value as operators hold it, or raise `Wrong`.

        rank: spatial axes of the network; the kinds that have axes repeat a single value on all of them.
        """

    @abstractmethod
    def holds(self, value: Any, rank: int) -> bool:
        """Return whether operators may hold the value as it is; asked of each that is made, so without detours."""

    @abstractmethod
    def schema(self) -> Schema:
        """Return the JSON Schema of the values that a file may give."""

    def on_axes(self, value: Any, axes: Sequence[int | None]) -> Any:
        """Return the value for a copy with other axes: entries of the old ones, None for one that is left alone."""
        return value

    def few(self, value: Any, given: int, most: int) -> Any:
        """Return the value for a copy that is given fewer channels, and of which at most so many come out."""
        return value


@dataclass(frozen=True, slots=True)
class Whole(Kind):
    """An integer from `least` to `most`."""

    least: int = -LARGEST
    most: int = LARGEST

    def check(self, value: Any, rank: int) -> int:
        """Return the integer."""
        if not self.holds(value, rank):
            is_number = isinstance(value, int) and not isinstance(value, bool)
            raise Wrong(_within(self, value) if is_number else str(self))
        return int(value)

    def holds(self, value: Any, rank: int) -> bool:
        """Whether it is an integer within bounds; a truth value is none."""
        return isinstance(value, int) and self.least <= value <= self.most and not isinstance(value, bool)

    def schema(self) -> Schema:
        """An integer with its bounds."""
        bounds = {"minimum": self.least, "maximum": self.most}
        return {"type": "integer"} | {key: bound for key, bound in bounds.items() if abs(bound) != LARGEST}

    def __str__(self) -> str:
        """For "expected …".

        >>> str(Whole()), str(Whole(1)), str(Whole(1, 3))
        ('an integer', 'an integer of at least 1', 'an integer from 1 to 3')
        """
        if self.most != LARGEST:
            return f"an integer from {self.least} to {self.most}"
        return "an integer" if self.least == -LARGEST else f"an integer of at least {self.least}"


class Channels(Whole):
    """How many channels, or values of a vector, come out."""

    __slots__ = ()

    def few(self, value: int, given: int, most: int) -> int:
        """Return no more than come out."""
        return min(value, most)


class Groups(Whole):
    """A number that divides the channels that come in, and those that come out."""

    __slots__ = ()

    def few(self, value: int, given: int, most: int) -> int:
        """Return a number that divides both."""
        return gcd(value, given, most)


@dataclass(frozen=True, slots=True)
class Number(Kind):
    """A decimal number from `least` to `most`, kept exactly; `above` excludes `least` itself."""

    least: float = 0
    most: float = LARGEST
    above: bool = False

    def check(self, value: Any, rank: int) -> Fraction:
        """Return the number as a fraction, a float as the decimal number that is printed for it."""
        if not isinstance(value, int | float | Fraction) or isinstance(value, bool) or not isfinite(value):
            raise Wrong(str(self))
        number = Fraction(str(value))
        if not self.holds(number, rank):
            raise Wrong(_within(self, number))
        return number

    def holds(self, value: Any, rank: int) -> bool:
        """Whether it is a fraction within bounds."""
        within = isinstance(value, Fraction) and self.least <= value <= self.most
        return within and not (self.above and value == self.least)

    def schema(self) -> Schema:
        """A number with its bounds."""
        low = {"exclusiveMinimum" if self.above else "minimum": self.least}
        return {"type": "number"} | low | ({} if self.most == LARGEST else {"maximum": self.most})

    def __str__(self) -> str:
        """For "expected …".

        >>> str(Number(0, 1)), str(Number(0, above=True)), str(Number(0))
        ('a number from 0 to 1', 'a number above 0', 'a number of at least 0')
        """
        if self.most != LARGEST:
            return f"a number from {self.least} to {self.most}"
        return f"a number {'above' if self.above else 'of at least'} {self.least}"


def _within(kind: Whole | Number, number: Fraction | int) -> str:
    """Say what is expected instead of a number out of bounds; the outermost bounds go without saying elsewhere."""
    noun = "an integer" if isinstance(kind, Whole) else "a number"
    if number > LARGEST == kind.most:
        return f"{noun} of at most {LARGEST}"
    return f"{noun} of at least {-LARGEST}" if number < -LARGEST == kind.least else str(kind)


class Truth(Kind):
    """`true` or `false`."""

    __slots__ = ()

    def check(self, value: Any, rank: int) -> bool:
        """Return the truth value."""
        if not isinstance(value, bool):
            raise Wrong("true or false")
        return value

    def holds(self, value: Any, rank: int) -> bool:
        """Whether it is one."""
        return isinstance(value, bool)

    def schema(self) -> Schema:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class OneOf(Kind):
    """One of a few words."""

    words: tuple[str, ...]

    def check(self, value: Any, rank: int) -> str:
        """Return the word."""
        if not self.holds(value, rank):
            raise Wrong(" or ".join([", ".join(self.words[:-1]), self.words[-1]]))
        return str(value)

    def holds(self, value: Any, rank: int) -> bool:
        """Whether it is one of them."""
        return value in self.words

    def schema(self) -> Schema:
        """An enumeration."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class PerAxis(Kind):
    """One value for all spatial axes, or a list with one for each; held as a tuple with one entry per axis.

    null: whether an entry may be null. idle: the entry that leaves an axis alone.
    """

    has_axes: ClassVar[bool] = True
    each: Kind
    null: bool = False
    idle: int | Fraction | None = 1

    def check(self, value: Any, rank: int) -> tuple[Any, ...]:
        """Return one entry per axis."""
        if not isinstance(value, tuple | list):
            return (self.each.check(value, rank),) * rank
        require_length(value, rank)
        return tuple(None if self.null and item is None else self.each.check(item, rank) for item in value)

    def holds(self, value: Any, rank: int) -> bool:
        """Whether it is a tuple with one entry per axis."""
        return type(value) is tuple and len(value) == rank and all(self._holds(item, rank) for item in value)

    def _holds(self, item: Any, rank: int) -> bool:
        return self.null if item is None else self.each.holds(item, rank)

    def on_axes(self, value: Any, axes: Sequence[int | None]) -> Any:
        """Return the entries of those axes, `idle` where one is left alone."""
        return _picked(value, axes, self.idle)

    def schema(self) -> Schema:
        """The entry, or an array of one to three."""
        item = {"anyOf": [self.each.schema(), {"type": "null"}]} if self.null else self.each.schema()
        return {"anyOf": [self.each.schema(), {"type": "array", "items": item, "minItems": 1, "maxItems": 3}]}


@dataclass(frozen=True, slots=True)
class Amounts(Kind):
    """Pixels (before, after) on every axis: an int, a list per axis, or a list of [before, after] pairs.

    words: the modes that may stand instead of numbers; `valid` is zeros.
    """

    has_axes: ClassVar[bool] = True
    least: int = 0
    words: tuple[str, ...] = ()

    @property
    def one(self) -> Whole:
        """The kind of a single amount."""
        return Whole(self.least)

    def check(self, value: Any, rank: int) -> str | tuple[tuple[int, int], ...]:
        """Return one pair per axis, or a word."""
        if isinstance(value, str):
            if value not in self.words:
                raise Wrong(self.expected_word)
            return value if value != "valid" else ((0, 0),) * rank
        if not isinstance(value, tuple | list):
            return ((self.one.check(value, rank),) * 2,) * rank
        require_length(value, rank)
        return tuple(map(self._pair, value))

    def _pair(self, item: Any) -> tuple[int, int]:
        if not isinstance(item, tuple | list):
            return (self.one.check(item, 1),) * 2
        if len(item) != 2:
            raise Wrong("[before, after]")
        before, after = (self.one.check(side, 1) for side in item)
        return before, after

    def holds(self, value: Any, rank: int) -> bool:
        """Whether it is a tuple with one pair per axis, or a word that says how to work that out."""
        if type(value) is not tuple:
            return value in self.words and value != "valid"
        one = self.one
        return len(value) == rank and all(
            type(pair) is tuple and len(pair) == 2 and one.holds(pair[0], 1) and one.holds(pair[1], 1) for pair in value
        )

    @property
    def expected_word(self) -> str:
        """What is expected instead of another word."""
        return f"{self.one}, {', '.join(self.words[:-1])} or {self.words[-1]}" if self.words else str(self.one)

    def on_axes(self, value: Any, axes: Sequence[int | None]) -> Any:
        """Return the pairs of those axes, zeros where one is left alone; a mode serves any axis."""
        return _picked(value, axes, (0, 0))

    def schema(self) -> Schema:
        """An integer, an array of integers or pairs, or a word."""
        one = self.one.schema()
        pair = {"type": "array", "items": one, "minItems": 2, "maxItems": 2}
        per_axis = {"type": "array", "items": {"anyOf": [one, pair]}, "minItems": 1, "maxItems": 3}
        return {"anyOf": [one, per_axis, *([{"enum": list(self.words)}] if self.words else [])]}


def require_length(value: Sequence[Any], rank: int) -> None:
    """Refuse a list that has not one entry per spatial axis."""
    if len(value) != rank:
        axes = "1 spatial axis" if rank == 1 else f"{rank} spatial axes"
        raise Wrong(f"one value or a list of {rank} (the input has {axes})")


def _picked(value: Any, axes: Sequence[int | None], idle: Any) -> Any:
    return tuple(idle if axis is None else value[axis] for axis in axes) if isinstance(value, tuple) else value
