"""What a parameter may be: each kind reads a value from the file and describes itself as JSON Schema.

An operator declares its parameters as dataclass fields made by `parameter`; the reader, the schema and the error texts
all derive from that one declaration. Only `true` and `false` are truth values and only plain decimal digits are
numbers: YAML 1.1's other spellings (`no`, `010`, `1:30`, `1_000`) mean something else to every reader.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, field, fields
from fractions import Fraction
from functools import cache
from math import gcd
from typing import Any, NamedTuple

from poolcalc.reading.tree import Listing, Problems, Scalar, Value, described
from poolcalc.source import Place
from poolcalc.wording import did_you_mean

LARGEST = 2**31 - 1
"""Larger integers are typing errors, not networks."""

Schema = dict[str, Any]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"0(x[0-9a-f]+|o[0-7]+|b[01]+)", re.IGNORECASE)
_SEVERAL = re.compile(r"\(?[0-9]+(\s*[x×*,:; ]\s*[0-9]+){1,2}\)?")


class Unreadable(Exception):  # noqa: N818 - a signal between the functions of this module and its callers
    """The value was wrong and has been reported."""


@dataclass(frozen=True, slots=True)
class Kind(ABC):
    """A kind of value."""

    @abstractmethod
    def read(self, value: Value, rank: int | None, problems: Problems) -> Any:
        """Return the value, or report what is wrong and raise `Unreadable`.

        rank: spatial axes of the network, None where its input could not be read.
        """

    @abstractmethod
    def schema(self) -> Schema:
        """Return the JSON Schema of the values that `read` accepts."""

    def accepts(self, text: str) -> bool:
        """Return whether that text, unquoted, is such a value."""
        try:
            self.read(Scalar(Place(), text), None, Problems())
        except Unreadable:
            return False
        return True

    def spread(self, plain: Any, rank: int) -> Any:
        """Return what `read` would make of a plain value: one entry per axis for the kinds that have axes."""
        return plain

    def on_axes(self, value: Any, axes: Sequence[int | None]) -> Any:
        """Return the value for a copy with other axes: entries of the old ones, None for one that is left alone."""
        return value

    def few(self, value: Any, given: int, most: int) -> Any:
        """Return the value for a copy that is given fewer channels, and of which at most so many come out."""
        return value


def _refuse(value: Value, expected: str, problems: Problems, hint: str | None = None) -> Unreadable:
    problems.add(value, f"expected {expected}, found {described(value)}", help=hint)
    return Unreadable()


def _fraction(text: str) -> Fraction | None:
    """Return a decimal number as the fraction that was written, None where it is none, or too long to be meant."""
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        return None
    _, _, exponent = text.lower().partition("e")
    return Fraction(text) if abs(int(exponent or 0)) < 40 else None


def _spelling(value: Value, kind: Kind) -> str | None:
    """Say how to write a number that is spelled as text, or as not every reader of YAML understands it."""
    if not isinstance(value, Scalar) or len(value.text) > 40:
        return None
    text = value.text.strip()
    plain = text.replace("_", "").rstrip(",;")
    if _OTHER_BASE.fullmatch(plain):
        number: Fraction | None = Fraction(int(plain, 0))
    elif re.fullmatch(r"[0-9]+/0*[1-9][0-9]*", plain):
        number = Fraction(plain)
    elif number := _fraction(plain.removesuffix("%")):
        number /= 100 if plain.endswith("%") else 1
    if number is None:
        return None
    written = str(number) if number.denominator == 1 else f"{float(number):g}"
    if text == written:
        return f"write {written} without quotes" if value.quoted and kind.accepts(written) else None
    if _fraction(written) != number or not kind.accepts(written):
        return None
    if re.fullmatch(r"[-+]?0[0-9]+", plain):
        return f"write {written}; with a leading zero, some readers of YAML take it to base 8"
    return f"write {written}"


def _listed(value: Value, kind: Kind, rank: int | None) -> str | None:
    """Say how to write several numbers that stand there as text."""
    if not isinstance(value, Scalar):
        return None
    numbers = re.findall("[0-9]+", value.text) if _SEVERAL.fullmatch(value.text.strip()) else []
    if numbers and len(numbers) == (rank or len(numbers)) and all(map(kind.accepts, numbers)):
        return f"write [{', '.join(numbers)}]"
    return "write lists in square brackets" if "(" in value.text else None


@dataclass(frozen=True, slots=True)
class Whole(Kind):
    """An integer from `least` to `most`."""

    least: int = -LARGEST
    most: int = LARGEST

    def read(self, value: Value, rank: int | None, problems: Problems) -> int:
        """Return the integer."""
        if not isinstance(value, Scalar) or value.quoted or not _INTEGER.fullmatch(value.text):
            raise _refuse(value, str(self), problems, _spelling(value, self))
        number = int(value.text[:20])  # as many digits are out of bounds whatever follows
        if not self.least <= number <= self.most:
            raise _refuse(value, _within(self, number), problems)
        return number

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


@dataclass(frozen=True, slots=True)
class Channels(Whole):
    """How many channels, or values of a vector, come out."""

    def few(self, value: int, given: int, most: int) -> int:
        """Return no more than come out."""
        return min(value, most)


@dataclass(frozen=True, slots=True)
class Groups(Whole):
    """A number that divides the channels that come in, and those that come out."""

    def few(self, value: int, given: int, most: int) -> int:
        """Return a number that divides both."""
        return gcd(value, given, most)


@dataclass(frozen=True, slots=True)
class Number(Kind):
    """A decimal number from `least` to `most`, kept exactly; `above` excludes `least` itself."""

    least: float = 0
    most: float = LARGEST
    above: bool = False

    def read(self, value: Value, rank: int | None, problems: Problems) -> Fraction:
        """Return the number as the fraction that was written."""
        number = _fraction(value.text) if isinstance(value, Scalar) and not value.quoted else None
        if number is None:
            raise _refuse(value, str(self), problems, _spelling(value, self))
        if not self.least <= number <= self.most or (self.above and number == self.least):
            raise _refuse(value, _within(self, number), problems)
        return number

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


@dataclass(frozen=True, slots=True)
class Truth(Kind):
    """`true` or `false`."""

    def read(self, value: Value, rank: int | None, problems: Problems) -> bool:
        """Return the truth value."""
        text = value.text if isinstance(value, Scalar) else ""
        if text in ("true", "false") and isinstance(value, Scalar) and not value.quoted:
            return text == "true"
        for word, others in (("true", ("true", "yes", "on", "y", "1")), ("false", ("false", "no", "off", "n", "0"))):
            if text.lower() in others:
                hint = f"write {word} without quotes" if text == word else f"write {word}"
                raise _refuse(value, "true or false", problems, hint)
        raise _refuse(value, "true or false", problems)

    def schema(self) -> Schema:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class OneOf(Kind):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: Value, rank: int | None, problems: Problems) -> str:
        """Return the word."""
        if isinstance(value, Scalar) and value.text in self.words:
            return value.text
        found = value.text if isinstance(value, Scalar) else ""
        expected = " or ".join([", ".join(self.words[:-1]), self.words[-1]])
        raise _refuse(value, expected, problems, did_you_mean(found, self.words))

    def schema(self) -> Schema:
        """An enumeration."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class PerAxis(Kind):
    """One value for all spatial axes, or a list with one for each; read as a tuple with one entry per axis.

    null: whether an entry may be null. idle: the entry that leaves an axis alone.
    """

    each: Kind
    null: bool = False
    idle: int | None = 1

    def read(self, value: Value, rank: int | None, problems: Problems) -> tuple[Any, ...]:
        """Return one entry per axis."""
        if isinstance(value, Listing):
            check_length(value, rank, problems)
            return read_all(value, lambda item: self._read_one(item, rank, problems))
        if hint := _listed(value, self.each, rank):
            raise _refuse(value, f"{self.each} or a list of one per axis", problems, hint)
        return (self.each.read(value, rank, problems),) * (rank or 2)

    def _read_one(self, item: Value, rank: int | None, problems: Problems) -> Any:
        if self.null and isinstance(item, Scalar) and item.is_null:
            return None
        return self.each.read(item, rank, problems)

    def spread(self, plain: Any, rank: int) -> Any:
        """Repeat a single value on every axis."""
        return plain if plain is None or isinstance(plain, tuple) else (plain,) * rank

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

    words: the modes that may stand instead of numbers.
    """

    least: int = 0
    words: tuple[str, ...] = ()

    def read(self, value: Value, rank: int | None, problems: Problems) -> str | tuple[tuple[int, int], ...]:
        """Return one pair per axis, or a word; `valid` is zeros."""
        one = Whole(self.least)
        if isinstance(value, Scalar) and value.text in self.words:
            return value.text if value.text != "valid" else ((0, 0),) * (rank or 2)
        if isinstance(value, Scalar) and self.words and value.text[:1].isalpha():
            expected = f"{one}, {', '.join(self.words[:-1])} or {self.words[-1]}"
            raise _refuse(value, expected, problems, did_you_mean(value.text, self.words))
        if isinstance(value, Listing):
            check_length(value, rank, problems, pairs=True)
            return read_all(value, lambda item: self._read_pair(item, rank, problems))
        if hint := _listed(value, one, rank):
            raise _refuse(value, f"{one} or a list of one per axis", problems, hint)
        return ((one.read(value, rank, problems),) * 2,) * (rank or 2)

    def _read_pair(self, item: Value, rank: int | None, problems: Problems) -> tuple[int, int]:
        if not isinstance(item, Listing):
            return (Whole(self.least).read(item, rank, problems),) * 2
        if len(item.items) != 2:
            raise _refuse(item, "[before, after]", problems)
        before, after = read_all(item, lambda side: Whole(self.least).read(side, rank, problems))
        return before, after

    def spread(self, plain: Any, rank: int) -> Any:
        """Repeat a single amount on both sides of every axis."""
        return ((plain, plain),) * rank if isinstance(plain, int) else plain

    def on_axes(self, value: Any, axes: Sequence[int | None]) -> Any:
        """Return the pairs of those axes, zeros where one is left alone; a mode serves any axis."""
        return _picked(value, axes, (0, 0))

    def schema(self) -> Schema:
        """An integer, an array of integers or pairs, or a word."""
        one = Whole(self.least).schema()
        pair = {"type": "array", "items": one, "minItems": 2, "maxItems": 2}
        per_axis = {"type": "array", "items": {"anyOf": [one, pair]}, "minItems": 1, "maxItems": 3}
        return {"anyOf": [one, per_axis, *([{"enum": list(self.words)}] if self.words else [])]}


def _picked(value: Any, axes: Sequence[int | None], idle: Any) -> Any:
    return tuple(idle if axis is None else value[axis] for axis in axes) if isinstance(value, tuple) else value


def check_length(value: Listing, rank: int | None, problems: Problems, *, pairs: bool = False) -> None:
    """Refuse a list that has not one entry per spatial axis; pairs: whether [before, after] may have been meant."""
    if rank is None or len(value.items) == rank:
        return
    texts = [item.text for item in value.items if isinstance(item, Scalar)]
    hint = None
    if texts and texts == texts[:1] * len(value.items):
        hint = f"write {texts[0]}, which stands for every axis"
    elif pairs and rank == 1 and len(texts) == len(value.items) == 2:
        hint = f"for {texts[0]} before and {texts[1]} after, write [[{texts[0]}, {texts[1]}]]"
    axes = "1 spatial axis" if rank == 1 else f"{rank} spatial axes"
    raise _refuse(value, f"one value or a list of {rank} (the input has {axes})", problems, hint)


def read_all(value: Listing, read_one: Callable[[Value], Any]) -> tuple[Any, ...]:
    """Read every item, so that each wrong one is reported, and raise `Unreadable` if any was."""
    results, failed = [], False
    for item in value.items:
        try:
            results.append(read_one(item))
        except Unreadable:
            failed = True
    if failed:
        raise Unreadable
    return tuple(results)


class Parameter(NamedTuple):
    """The declaration of one parameter."""

    name: str
    kind: Kind
    text: str
    default: Any

    @property
    def required(self) -> bool:
        """Whether the file must give it."""
        return self.default is MISSING


def parameter(kind: Kind, text: str, default: Any = MISSING) -> Any:
    """Declare a parameter of an operator as a dataclass field.

    text: one line for the schema and the documentation, in lower case, without full stop.
    default: as it would stand in the file (`1`, `same`, a list), before it is spread over the axes.
    """
    return field(metadata={"kind": kind, "text": text, "default": default})


@cache
def parameters(operator: type) -> tuple[Parameter, ...]:
    """Return the declarations of an operator class, in order."""
    return tuple(
        Parameter(f.name, f.metadata["kind"], f.metadata["text"], f.metadata["default"]) for f in fields(operator)
    )
