"""Values of a file: what stands there as text, read as the kinds of values that parameters declare.

Only `true` and `false` are truth values and only plain decimal digits are numbers: YAML 1.1's other spellings (`no`,
`010`, `1:30`, `1_000`) mean something else to every reader. Bounds are the kinds' own (see `network/parameter.py`);
here stands what a wrong text was meant to be.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from poolcalc.finding import Finding
from poolcalc.network.kind import Amounts, Kind, Number, OneOf, PerAxis, Schema, Truth, Whole, Wrong, require_length
from poolcalc.reading.tree import Listing, Problems, Scalar, Value, described
from poolcalc.source import Place
from poolcalc.wording import did_you_mean

T = TypeVar("T")

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"0(x[0-9a-f]+|o[0-7]+|b[01]+)", re.IGNORECASE)
_SEVERAL = re.compile(r"\(?[0-9]+(\s*[x×*,:; ]\s*[0-9]+){1,2}\)?")


class Unreadable(Exception):  # noqa: N818 - a signal between the functions of this module and its callers
    """The value was wrong and has been reported."""


class Refused(ValueError):  # noqa: N818 - reads better where it is caught
    """Text that stands in no file is wrong; `finding` says how."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message + (f"; {finding.help}" if finding.help else ""))
        self.finding = finding


class Written(ABC):
    """A kind of value that is only ever written, such as 25.6M."""

    @abstractmethod
    def read(self, value: Value, rank: int | None, problems: Problems) -> Any:
        """Return the value, or report what is wrong and raise `Unreadable`."""

    @abstractmethod
    def schema(self) -> Schema:
        """Return the JSON Schema of the values that `read` accepts."""


def read(kind: Kind | Written, value: Value, rank: int | None, problems: Problems) -> Any:
    """Return the value as the kind has it, or report what is wrong and raise `Unreadable`.

    rank: spatial axes of the network, None where its input could not be read.
    """
    match kind:
        case Written():
            return kind.read(value, rank, problems)
        case PerAxis():
            return _per_axis(kind, value, rank, problems)
        case Amounts():
            return _amounts(kind, value, rank, problems)
    plain, hint = _plain(kind, value)
    try:
        return kind.check(plain, rank or 2)
    except Wrong as wrong:
        raise refuse(value, wrong.expected, problems, hint) from None


def read_alone(text: str, reading: Callable[[Value, Problems], T]) -> T:
    """Return what `reading` makes of text that stands in no file, such as an option's; raises Refused."""
    problems = Problems()
    try:
        return reading(Scalar(Place(), text), problems)
    except Unreadable:
        raise Refused(next(iter(problems))) from None


def accepts(kind: Kind | Written, text: str) -> bool:
    """Return whether that text, unquoted, is such a value."""
    try:
        read_alone(text, lambda value, problems: read(kind, value, None, problems))
    except Refused:
        return False
    return True


def refuse(value: Value, expected: str, problems: Problems, hint: str | None = None) -> Unreadable:
    """Report that something else was expected; return what to raise."""
    problems.add(value, f"expected {expected}, found {described(value)}", help=hint)
    return Unreadable()


def sizes_in(value: Scalar) -> Listing:
    """Return the sizes in text such as 3x224x224 as a list of them."""
    return Listing(value.place, tuple(Scalar(value.place, part.strip()) for part in re.split("[xX×]", value.text)))


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


def check_length(value: Listing, rank: int | None, problems: Problems, *, pairs: bool = False) -> None:
    """Refuse a list that has not one entry per spatial axis; pairs: whether [before, after] may have been meant."""
    try:
        require_length(value.items, len(value.items) if rank is None else rank)
    except Wrong as wrong:
        texts = [item.text for item in value.items if isinstance(item, Scalar)]
        hint = None
        if texts and texts == texts[:1] * len(value.items):
            hint = f"write {texts[0]}, which stands for every axis"
        elif pairs and rank == 1 and len(texts) == len(value.items) == 2:
            hint = f"for {texts[0]} before and {texts[1]} after, write [[{texts[0]}, {texts[1]}]]"
        raise refuse(value, wrong.expected, problems, hint) from None


def _plain(kind: Kind, value: Value) -> tuple[Any, str | None]:
    """Return the plain value that a text stands for, None where it is none of that kind, and what was meant instead."""
    text = value.text if isinstance(value, Scalar) else ""
    unquoted = text if isinstance(value, Scalar) and not value.quoted else ""
    match kind:
        case Whole():  # as many digits as are kept are out of bounds whatever follows
            return (int(text[:20]), None) if _INTEGER.fullmatch(unquoted) else (None, _spelling(kind, value))
        case Number():
            number = _fraction(unquoted)
            return number, _spelling(kind, value) if number is None else None
        case Truth():
            return {"true": True, "false": False}.get(unquoted), _truth(text)
        case OneOf():
            return text, did_you_mean(text, kind.words)
    raise TypeError(kind)


def _truth(text: str) -> str | None:
    for word, others in (("true", ("true", "yes", "on", "y", "1")), ("false", ("false", "no", "off", "n", "0"))):
        if text.lower() in others:
            return f"write {word} without quotes" if text == word else f"write {word}"
    return None


def _fraction(text: str) -> Fraction | None:
    """Return a decimal number as the fraction that was written, None where it is none, or too long to be meant."""
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        return None
    _, _, exponent = text.lower().partition("e")
    return Fraction(text) if abs(int(exponent or 0)) < 40 else None


def _spelling(kind: Kind, value: Value) -> str | None:
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
        return f"write {written} without quotes" if value.quoted and accepts(kind, written) else None
    if _fraction(written) != number or not accepts(kind, written):
        return None
    if re.fullmatch(r"[-+]?0[0-9]+", plain):
        return f"write {written}; with a leading zero, some readers of YAML take it to base 8"
    return f"write {written}"


def _per_axis(kind: PerAxis, value: Value, rank: int | None, problems: Problems) -> tuple[Any, ...]:
    if not isinstance(value, Listing):
        return (_one_or_listed(kind.each, value, rank, problems),) * (rank or 2)
    check_length(value, rank, problems)

    def entry(item: Value) -> Any:
        if kind.null and isinstance(item, Scalar) and item.is_null:
            return None
        return read(kind.each, item, rank, problems)

    return read_all(value, entry)


def _amounts(kind: Amounts, value: Value, rank: int | None, problems: Problems) -> Any:
    if isinstance(value, Scalar) and kind.words and (value.text[:1].isalpha() or value.text in kind.words):
        try:
            return kind.check(value.text, rank or 2)
        except Wrong as wrong:
            raise refuse(value, wrong.expected, problems, did_you_mean(value.text, kind.words)) from None
    if not isinstance(value, Listing):
        return ((_one_or_listed(kind.one, value, rank, problems),) * 2,) * (rank or 2)
    check_length(value, rank, problems, pairs=True)

    def pair(item: Value) -> tuple[int, int]:
        if not isinstance(item, Listing):
            return (read(kind.one, item, rank, problems),) * 2
        if len(item.items) != 2:
            raise refuse(item, "[before, after]", problems)
        before, after = read_all(item, lambda side: read(kind.one, side, rank, problems))
        return before, after

    return read_all(value, pair)


def _one_or_listed(kind: Kind, value: Value, rank: int | None, problems: Problems) -> Any:
    """Read one value that stands for every axis; where several stand there as text, say how to write them."""
    if isinstance(value, Scalar):
        numbers = re.findall("[0-9]+", value.text) if _SEVERAL.fullmatch(value.text.strip()) else []
        hint = "write lists in square brackets" if "(" in value.text else None
        if numbers and len(numbers) == (rank or len(numbers)) and all(accepts(kind, number) for number in numbers):
            hint = f"write [{', '.join(numbers)}]"
        if hint:
            raise refuse(value, f"{kind} or a list of one per axis", problems, hint)
    return read(kind, value, rank, problems)
