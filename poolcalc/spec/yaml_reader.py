"""YAML text to a document tree, read from the parser's events.

Events do not recurse, so nothing in a file can exhaust the stack, and they keep what PyYAML's own loader loses: where
everything stands, which keys come twice, and whether `no` was meant as a word. What is large is refused before it is
built: alias expansion is counted, never carried out.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from poolcalc.document import Mapping, Place, Problems, Scalar, Sequence, Value

MOST_BYTES = 64 * 2**20
DEEPEST = 64
MOST_VALUES = 4_000_000

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class _Stop(Exception):  # noqa: N818 - ends the reading; the problem has been reported
    """Nothing after this point can be read."""


def decode(data: bytes, problems: Problems) -> str | None:
    """Return the text of a file, or report why it is none."""
    if len(data) > MOST_BYTES:
        most = f"{MOST_BYTES // 2**20} MiB"
        problems.add(Place(), f"the file is larger than {most}", help="use `repeat` for what recurs")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        problems.add(place, f"not UTF-8 text: byte 0x{data[error.start]:02x}", help="save the file as UTF-8")
        return None
    control = _CONTROL.search(text)
    if control:
        before = text[: control.start()]
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        problems.add(place, f"not a text file: character U+{ord(control[0]):04X}", help="give a YAML file")
        return None
    return text


def read(text: str, problems: Problems) -> Value | None:
    """Return the one document of a text, or report why there is none."""
    try:
        root = _Builder(problems).build(text)
    except _Stop:
        return None
    except yaml.YAMLError as error:
        _report_syntax(error, text, problems)
        return None
    if root is None or (isinstance(root, Scalar) and root.is_null):
        help_text = "start with `input: [3, 224, 224]` and `layers:`"
        problems.add(Place(), "the file is empty", help=help_text)
        return None
    return root


@dataclass(slots=True)
class _Open:
    """A sequence or mapping that is being read."""

    is_mapping: bool
    place: Place
    anchor: str | None
    parts: list[Value] = field(default_factory=list)
    weight: int = 1


class _Builder:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Value, int]] = {}
        self.root: Value | None = None

    def build(self, text: str) -> Value | None:
        documents = 0
        for event in yaml.parse(text, Loader=_Loader):
            match event:
                case yaml.ScalarEvent():
                    self._refuse_tag(event)
                    self._attach(Scalar(_place(event), event.value, bool(event.style)), 1, event.anchor)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._open(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    done = self.stack.pop()
                    self._attach(self._closed(done), done.weight, done.anchor)
                case yaml.AliasEvent():
                    self._alias(event)
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        place = Place(_place(event).line, 1, 3)
                        self._stop(place, "a second document starts here", "keep one architecture per file")
        return self.root

    def _stop(self, place: Place, message: str, remedy: str) -> None:
        self.problems.add(place, message, help=remedy)
        raise _Stop

    def _refuse_tag(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            self.problems.add(_place(event), "tags have no meaning here", help="leave the tag out")

    def _open(self, event: yaml.NodeEvent) -> None:
        self._refuse_tag(event)
        place = _place(event)
        if len(self.stack) >= DEEPEST:
            self._stop(place, f"nested more than {DEEPEST} deep", "name inner layers and refer to them with `from:`")
        self.stack.append(_Open(isinstance(event, yaml.MappingStartEvent), place, event.anchor))
        if event.anchor:
            self.anchors.pop(event.anchor, None)

    def _alias(self, event: yaml.AliasEvent) -> None:
        place = _place(event)
        if event.anchor not in self.anchors:
            inside = any(part.anchor == event.anchor for part in self.stack)
            what = "contains itself" if inside else "is not defined above"
            self._stop(place, f"the alias *{event.anchor} {what}", f"put &{event.anchor} on an earlier value")
        value, weight = self.anchors[str(event.anchor)]
        self._attach(value, weight, None)

    def _attach(self, value: Value, weight: int, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = (value, weight)
        if not self.stack:
            self.root = value
            return
        parent = self.stack[-1]
        parent.parts.append(value)
        parent.weight += weight
        if parent.weight > MOST_VALUES:
            self._stop(
                value.place, f"aliases expand to more than {MOST_VALUES:,} values", "use `repeat` for what recurs"
            )

    def _closed(self, done: _Open) -> Value:
        if not done.is_mapping:
            return Sequence(done.place, tuple(done.parts))
        entries: dict[str, tuple[Scalar, Value]] = {}
        merged: list[tuple[Scalar, Value]] = []
        for key, value in zip(done.parts[::2], done.parts[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.problems.add(key, "a key must be a single word", help="write `key: value`")
            elif key.text == "<<" and not key.quoted:
                merged += self._merged(value)
            elif key.text in entries:
                first = entries[key.text][0].place.line
                self.problems.add(
                    key, f"the key '{key.text}' stands here twice", f"first on line {first}", help="keep one"
                )
            else:
                entries[key.text] = (key, value)
        for key, value in merged:
            entries.setdefault(key.text, (key, value))
        return Mapping(done.place, tuple(entries.values()))

    def _merged(self, value: Value) -> list[tuple[Scalar, Value]]:
        """Return the entries that a merge key `<<` brings in."""
        if isinstance(value, Mapping):
            return list(value.entries)
        if isinstance(value, Sequence) and all(isinstance(item, Mapping) for item in value.items):
            return [entry for item in value.items if isinstance(item, Mapping) for entry in item.entries]
        self.problems.add(value, "`<<` merges keys and values", help="write `<<: *name`, the alias of a mapping")
        return []


def _place(event: Any) -> Place:
    start, end = event.start_mark, event.end_mark
    is_open = isinstance(event, yaml.CollectionStartEvent)
    width = 1 if is_open or end.line != start.line else max(1, end.column - start.column)
    return Place(start.line + 1, start.column + 1, width)


def _report_syntax(error: yaml.YAMLError, text: str, problems: Problems) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(mark.line + 1, mark.column + 1) if mark else Place()
    lines = text.split("\n")
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or line[place.column - 1 : place.column] == "\t":
        column = line.index("\t") + 1
        problems.add(Place(place.line, column), "a tab in the indentation", help="indent with spaces")
        return
    what = getattr(error, "problem", None) or str(error).split("\n", maxsplit=1)[0]
    context = getattr(error, "context", None)
    context_mark = getattr(error, "context_mark", None)
    notes = [f"{context} on line {context_mark.line + 1}"] if context and context_mark else []
    remedy = "quote text that contains : # [ ] { } or ,"
    if "expected" in what and ("]" in what or "}" in what):
        remedy = "close every [ with ] and every { with }, and put commas between"
    elif "expected" in what:
        remedy = "line keys up in one column, and start every list item with `- `"
    problems.add(place, f"not YAML: {what}", *notes, help=remedy)
