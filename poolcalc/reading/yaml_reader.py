"""YAML text to a document tree, read from the parser's events.

Events do not recurse, so nothing in a file can exhaust the stack, and they keep what PyYAML's own loader loses: where
everything stands, which keys come twice, and whether `no` was meant as a word. What is large is refused before it is
built: alias expansion is counted, never carried out.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import yaml

from poolcalc.reading import YAML
from poolcalc.reading.syntax import explain
from poolcalc.reading.tree import Listing, Problems, Record, Scalar, Stop, Value
from poolcalc.source import Place
from poolcalc.wording import did_you_mean, shown

DEEPEST = 64
MOST_VALUES = 1_000_000

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING = re.compile(r"[\[{]")
_UNPRINTABLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Control characters, and line ends that YAML knows and editors do not."""


def decode(data: bytes, problems: Problems) -> str | None:
    """Return the text of a file with plain line ends, or report why it is none."""
    if len(data) > YAML.most_bytes:
        most = f"{YAML.most_bytes // 2**20} MiB"
        problems.add(Place(), f"the file is larger than {most}", help="use `repeat` for what recurs")
        return None
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = _plain_line_ends(data.decode())
    except UnicodeDecodeError as error:
        before = _plain_line_ends(data[: error.start].decode())
        message = f"not UTF-8 text: byte 0x{data[error.start]:02x}"
        problems.add(_end_of(before), message, help="save the file as UTF-8")
        return None
    if found := _UNPRINTABLE.search(text):
        remedy = "save the file as UTF-8 text" if found[0] == "\0" else "delete it"
        message = f"the character U+{ord(found[0]):04X} cannot stand in an architecture"
        problems.add(_end_of(text[: found.start()]), message, help=remedy)
        return None
    return text


def _plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _end_of(text: str) -> Place:
    """Return the place of the character that follows a text."""
    return Place(text.count("\n") + 1, len(text) - text.rfind("\n"))


def read(text: str, problems: Problems) -> Value | None:
    """Return the one document of a text, or report why there is none; raise `Stop` where its aliases are wrong."""
    try:
        root = _Builder(problems).build(text)
    except yaml.YAMLError as error:
        if stop := _too_many_brackets(error, text):
            _Builder(problems).build(text[:stop])  # which tells how deep it goes
        explain(error, text, problems)
        return None
    if root is None or (isinstance(root, Scalar) and root.is_null):
        message = "the file has no content" if text.strip() else "the file is empty"
        problems.add(Place(), message, help="start with `input: [3, 224, 224]` and `layers:`")
        return None
    return root


def _too_many_brackets(error: yaml.YAMLError, text: str) -> int | None:
    """Return where to cut a text that fails at a bracket behind so many others that they alone are too deep.

    A bracket may always follow a bracket, so that only their number can be wrong. Some versions of the parser refuse a
    thousand of them before a first event shows how deep they go.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return None
    lines = text.split("\n")
    end = sum(len(line) + 1 for line in lines[: mark.line]) + mark.column
    start = len(text[:end].rstrip("[{ \t\n"))
    opening = (found.end() for found in _OPENING.finditer(text, start, end + 1))
    return next(islice(opening, DEEPEST, None), None)


class _Read(NamedTuple):
    """A value, how many values it comes to with its aliases written out, and how many levels deep it is."""

    value: Value
    weight: int = 1
    height: int = 0


@dataclass(slots=True)
class _Open:
    """A sequence or mapping that is being read."""

    is_mapping: bool
    place: Place
    anchor: str | None
    parts: list[Value] = field(default_factory=list)
    weight: int = 1
    height: int = 1


class _Builder:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.stack: list[_Open] = []
        self.anchors: dict[str, _Read] = {}
        self.undefined: set[str] = set()
        self.documents = 0
        self.root: Value | None = None

    def build(self, text: str) -> Value | None:
        answers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceEndEvent: self._close,
            yaml.MappingEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        for event in iter(_Loader(text).get_event, None):
            if answer := answers.get(type(event)):
                answer(event)
        if self.undefined:
            raise Stop
        return self.root

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            place = Place(_place(event).line, 1, 3)
            self.problems.stop(place, "a second document starts here", "keep one architecture per file")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        place = _place(event)
        self._refuse_tag(event, place)
        self._attach(_Read(Scalar(place, event.value, bool(event.style))), place, event.anchor)

    def _refuse_tag(self, event: Any, place: Place) -> None:
        if event.tag and event.tag != "!":
            self.problems.add(place, "tags have no meaning here", help="leave the tag out")

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        place = _place(event)
        self._refuse_tag(event, place)
        if len(self.stack) >= DEEPEST:
            self._refuse_depth(place)
        self.stack.append(_Open(isinstance(event, yaml.MappingStartEvent), place, event.anchor))
        if event.anchor:
            self.anchors.pop(event.anchor, None)

    def _close(self, _: yaml.Event) -> None:
        done = self.stack.pop()
        self._attach(_Read(self._closed(done), done.weight, done.height), done.place, done.anchor)

    def _alias(self, event: yaml.AliasEvent) -> None:
        place = _place(event)
        name = str(event.anchor)
        if any(part.anchor == name for part in self.stack):
            self.problems.stop(place, f"the alias *{name} stands inside the value it names", "write out what is meant")
        if name not in self.anchors:
            remedy = did_you_mean(name, self.anchors) or f"put &{name} in front of the value that is meant, further up"
            self.problems.add(place, f"no value above is marked &{name}", help=remedy)
            self.undefined.add(name)
        self._attach(self.anchors.get(name, _Read(Scalar(place, ""))), place, None)

    def _attach(self, read: _Read, place: Place, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = read
        if not self.stack:
            self.root = read.value
            return
        if len(self.stack) + read.height > DEEPEST:
            self._refuse_depth(place)
        parent = self.stack[-1]
        parent.parts.append(read.value)
        parent.weight += read.weight
        if read.height >= parent.height:
            parent.height = read.height + 1
        if parent.weight > MOST_VALUES:
            message = f"more than {MOST_VALUES:,} values, with aliases written out"
            self.problems.stop(place, message, "use `repeat` for what recurs")

    def _refuse_depth(self, place: Place) -> None:
        remedy = "name inner layers and refer to them with `from:`"
        self.problems.stop(place, f"nested more than {DEEPEST} deep", remedy)

    def _closed(self, done: _Open) -> Value:
        if not done.is_mapping:
            return Listing(done.place, tuple(done.parts))
        entries: dict[str, tuple[Scalar, Value]] = {}
        merged: list[tuple[Scalar, Value]] = []
        for key, value in zip(done.parts[::2], done.parts[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.problems.add(key, "a key must be a single word", help="write `key: value`")
            elif key.text == "<<" and not key.quoted:
                merged += self._merged(value)
            elif key.text in entries:
                first = entries[key.text][0].place.line
                message = f"the key {shown(key.text)} stands here twice"
                self.problems.add(key, message, f"first on line {first}", help="keep one")
            else:
                entries[key.text] = (key, value)
        for key, value in merged:
            entries.setdefault(key.text, (key, value))
        return Record(done.place, tuple(entries.values()))

    def _merged(self, value: Value) -> list[tuple[Scalar, Value]]:
        """Return the entries that a merge key `<<` brings in."""
        if isinstance(value, Record):
            return list(value.entries)
        if isinstance(value, Listing) and all(isinstance(item, Record) for item in value.items):
            return [entry for item in value.items if isinstance(item, Record) for entry in item.entries]
        self.problems.add(value, "`<<` merges keys and values", help="write `<<: *name`, the alias of a mapping")
        return []


def _place(event: Any) -> Place:
    start, end = event.start_mark, event.end_mark
    is_open = isinstance(event, yaml.CollectionStartEvent)
    width = 1 if is_open or end.line != start.line else max(1, end.column - start.column)
    return Place(start.line + 1, start.column + 1, width)
