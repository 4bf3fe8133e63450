"""A parsed document: scalars, sequences and mappings that know where they stand. Pure data, no YAML library."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn


class Place(NamedTuple):
    """Where something stands in its file: line and column counted from 1, width in characters."""

    line: int = 1
    column: int = 1
    width: int = 1


class Problem(NamedTuple):
    """One thing that is wrong in a file, and what to write instead."""

    place: Place
    message: str
    notes: tuple[str, ...] = ()
    help: str | None = None


class Scalar(NamedTuple):
    """A value without parts. `quoted` tells 3 from "3"; `text` is what stands there, uninterpreted."""

    place: Place
    text: str
    quoted: bool = False

    @property
    def is_null(self) -> bool:
        """Whether this is YAML's null."""
        return not self.quoted and self.text in ("", "~", "null", "Null", "NULL")


class Sequence(NamedTuple):
    """A list."""

    place: Place
    items: tuple["Value", ...]


class Mapping(NamedTuple):
    """Keys and values, in the order of the file, duplicates already reported and dropped."""

    place: Place
    entries: tuple[tuple[Scalar, "Value"], ...]


Value = Scalar | Sequence | Mapping


MOST_PROBLEMS = 100
"""Whoever made more mistakes mends these first; it bounds the time that looking for remedies takes."""


class Stop(Exception):  # noqa: N818 - no error of the program: it ends the reading of a file
    """Nothing more is read, for a reason that has been reported."""


@dataclass(slots=True)
class Problems:
    """Collects what is wrong, so that one run reports everything."""

    found: dict[Problem, None] = field(default_factory=dict)

    def add(self, where: "Value | Place", message: str, *notes: str, help: str | None = None) -> None:  # noqa: A002
        """Report `message` about what stands at `where`; what stands in a repeat is read many times, reported once."""
        place = where if isinstance(where, Place) else where.place
        self.found[Problem(place=place, message=message, notes=notes, help=help)] = None
        if len(self.found) == MOST_PROBLEMS:
            last = max(self.found, key=_position).place
            self.found[Problem(place=last, message="too many problems; the rest of the file is not checked")] = None
            raise Stop

    def stop(self, where: "Value | Place", message: str, help: str) -> NoReturn:  # noqa: A002
        """Report something after which nothing more can be read."""
        self.add(where, message, help=help)
        raise Stop

    def __iter__(self) -> Iterator[Problem]:
        """Problems in the order of the file."""
        return iter(sorted(self.found, key=_position))


def _position(problem: Problem) -> tuple[int, int]:
    return problem.place.line, problem.place.column


def shown(text: str) -> str:
    r"""Quote a text for a message: short and on one line, whatever is in it.

    >>> shown("conv"), shown("two\nlines"), shown("x" * 99)
    ("'conv'", "'two\\nlines'", "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'")
    """
    return repr(text if len(text) <= 40 else text[:37] + "...")


def described(value: Value) -> str:
    """Say what a value is, for "expected …, found …".

    >>> here = Place()
    >>> described(Scalar(here, "abc")), described(Scalar(here, "3", quoted=True)), described(Sequence(here, ()))
    ("'abc'", "the text '3'", 'an empty list')
    """
    match value:
        case Scalar() if value.is_null:
            return "nothing"
        case Scalar(text=text, quoted=quoted):
            return f"the text {shown(text)}" if quoted else shown(text)
        case Sequence(items=items):
            return f"a list of {len(items)}" if items else "an empty list"
        case Mapping(entries=entries):
            return "keys and values" if entries else "an empty mapping"
