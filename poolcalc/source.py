"""Where something was written: a file, and a place in it."""

from typing import NamedTuple


class Source(NamedTuple):
    """A file's name, as shown to people, and its text."""

    name: str
    text: str


class Place(NamedTuple):
    """Where something stands in its file: line and column counted from 1, width in characters."""

    line: int = 1
    column: int = 1
    width: int = 1
