"""A parsed document: scalars, sequences and mappings that know where they stand. Pure data, no YAML library."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from poolcalc.finding import INVALID, Finding
from poolcalc.source import Place
from poolcalc.wording import shown


class Scalar(NamedTuple):
    """A value without parts. `quoted` tells 3 from "3"; `text` is what stands there, uninterpreted."""

    place: Place
    text: str
    quoted: bool = False

    @property
    def is_null(self) -> bool:
        """Whether this is YAML's null."""
        return not self.quoted and self.text in ("", "~", "null", "Null", "NULL")


class Listing(NamedTuple):
    """A list."""

    place: Place
    items: tuple["Value", ...]


class Record(NamedTuple):
    """Keys and values, in the order of the file, duplicates already reported and dropped."""

    place: Place
    entries: tuple[tuple[Scalar, "Value"], ...]


Value = Scalar | Listing | Record


MOST_PROBLEMS = 100
"""Whoever made more mistakes mends these first; it bounds the time that looking for remedies takes."""


class Stop(Exception):  # noqa: N818 - no error of the program: it ends the reading of a file
    """Nothing more is read, for a reason that has been reported."""


@dataclass(slots=True)
class Problems:
    """Collects what is wrong, so that one run reports everything."""

    found: dict[Finding, Place] = field(default_factory=dict)

    def add(self, where: "Value | Place", message: str, *notes: str, help: str | None = None) -> None:  # noqa: A002
        """Report `message` about what stands at `where`; what stands in a repeat is read many times, reported once."""
        place = where if isinstance(where, Place) else where.place
        self.found[Finding(INVALID, message, place, notes, help)] = place
        if len(self.found) == MOST_PROBLEMS:
            last = max(self.found.values(), key=_position)
            self.found[Finding(INVALID, "too many problems; the rest of the file is not checked", last)] = last
            raise Stop

    def stop(self, where: "Value | Place", message: str, help: str) -> NoReturn:  # noqa: A002
        """Report something after which nothing more can be read."""
        self.add(where, message, help=help)
        raise Stop

    def __iter__(self) -> Iterator[Finding]:
        """Problems in the order of the file."""
        return iter(sorted(self.found, key=lambda finding: _position(self.found[finding])))


def _position(place: Place) -> tuple[int, int]:
    return place.line, place.column


def described(value: Value) -> str:
    """Say what a value is, for "expected …, found …".

    >>> here = Place()
    >>> described(Scalar(here, "abc")), described(Scalar(here, "3", quoted=True)), described(Listing(here, ()))
    ("'abc'", "the text '3'", 'an empty list')
    """
    match value:
        case Scalar() if value.is_null:
            return "nothing"
        case Scalar(text=text, quoted=quoted):
            return f"the text {shown(text)}" if quoted else shown(text)
        case Listing(items=items):
            return f"a list of {len(items)}" if items else "an empty list"
        case Record(entries=entries):
            return "keys and values" if entries else "an empty mapping"
