"""Why a text is no YAML, in the words of its author: the parser's own are about productions of a grammar."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import yaml

from poolcalc.reading.tree import Problems
from poolcalc.source import Place
from poolcalc.wording import shown

CLOSING = {"[": "]", "{": "}"}


class _Error(NamedTuple):
    """What the parser says.

    what, where: the problem and its place. before, after: the line up to there and from there on; both are empty at the
    end of the file. inside, opened: what was being read, and where that began.
    """

    what: str
    where: Place
    before: str
    after: str
    inside: str
    opened: Place

    @property
    def found(self) -> str:
        """The character that was not expected."""
        return self.after[:1]


def explain(error: yaml.YAMLError, text: str, problems: Problems) -> None:
    """Report a syntax error where it can be mended."""
    mark, start = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    what, inside = str(getattr(error, "problem", None) or "unreadable"), str(getattr(error, "context", None) or "")
    lines = text.split("\n")
    where, opened = _place(mark or start, lines), _place(start or mark, lines)
    before, after = lines[where.line - 1][: where.column - 1], lines[where.line - 1][where.column - 1 :]
    said = _Error(what, where, before, after, inside, opened)
    tab = f"{before}{after[:1]}".find("\t")
    if tab >= 0 and not before[:tab].strip():
        problems.add(Place(where.line, tab + 1), "a tab in the indentation", help="indent with spaces")
    elif "flow node" in inside:
        message = f"expected a value, found {shown(said.found)}" if said.found else "the file ends inside a bracket"
        remedy = "write a value here, or remove a comma" if said.found else "close every bracket"
        problems.add(where, message, help=remedy)
    elif "parsing a flow" in inside:
        _explain_brackets(said, problems)
    elif said.found in ("]", "}"):
        bracket = "[" if said.found == "]" else "{"
        remedy = f"remove it, or put `{bracket}` in front of the first entry"
        problems.add(where, f"`{said.found}` closes nothing", help=remedy)
    elif "parsing a block" in inside:
        _explain_indentation(said, problems)
    elif "simple key" in inside:
        word = lines[opened.line - 1][opened.column - 1 :].strip()
        remedy = "write `key: value`, or `- ` in front of an entry of a list"
        problems.add(opened, f"expected `:` behind {shown(word)}", help=remedy)
    else:
        _explain_values(said, problems)


def _explain_brackets(said: _Error, problems: Problems) -> None:
    bracket = "[" if "sequence" in said.inside else "{"
    closing = CLOSING[bracket]
    remedy = f"put commas between the entries and `{closing}` behind the last"
    if said.found in CLOSING.values():
        note = f"`{bracket}` opened on line {said.opened.line}"
        problems.add(said.where, f"expected `{closing}`, found `{said.found}`", note, help=remedy)
    elif said.where.line > said.opened.line:
        note = f"line {said.where.line} is read as part of it" if said.found else "the file ends inside it"
        problems.add(said.opened, f"this `{bracket}` is not closed, or a comma is missing", note, help=remedy)
    else:
        problems.add(said.where, f"expected `,` or `{closing}`", help=remedy)


def _explain_indentation(said: _Error, problems: Problems) -> None:
    if said.found == ":":
        problems.add(said.where, "no key stands in front of this `:`", help="write `key: value`")
    elif not said.before.strip():
        aligned = said.where.column == said.opened.column
        wanted = "`- `, as in" if "collection" in said.inside else "a key, as in"
        message = f"expected {wanted} the lines above" if aligned else "this line is in line with nothing above it"
        remedy = "line up what belongs together: keys in one column, the `- ` of a list in one column"
        note = f"line {said.opened.line} starts in column {said.opened.column}"
        problems.add(said.where, message, note, help=remedy)
    else:
        message = f"expected the end of the line, found {shown(said.after.strip())}"
        problems.add(said.where, message, help="quote the value as a whole")


def _explain_values(said: _Error, problems: Problems) -> None:
    if "mapping values" in said.what:
        note = "it would be the second one of a line, or of a value that goes on from the line above"
        glued = re.search(r":(?![\s:])", said.before)
        remedy = "put a blank behind every colon" if glued else "line keys up in one column, or quote the value"
        problems.add(said.where, "`:` cannot stand here", note, help=remedy)
    elif "alias" in said.inside or "anchor" in said.inside:
        problems.add(said.opened, "a name must follow `*` and `&`", help="quote the value if the character is meant")
    elif "end of stream" in said.what or "document indicator" in said.what:
        problems.add(said.opened, "this quote is never closed", help="put the same quote behind the text")
    elif "escape" in said.what or "hexdecimal" in said.what:
        remedy = "use single quotes: in them a backslash is a backslash"
        problems.add(said.where, "no such escape in double quotes", help=remedy)
    elif "cannot start any token" in said.what:
        problems.add(said.where, f"a value cannot start with {shown(said.found)}", help="quote the value")
    else:
        notes = [f"{said.inside} on line {said.opened.line}"] if said.inside else []
        remedy = "quote values that contain & * ! | > % @ ` : or #"
        problems.add(said.where, f"not YAML: {said.what}", *notes, help=remedy)


def _place(mark: yaml.Mark | None, lines: Sequence[str]) -> Place:
    """Return a place in the text; the parser counts one line more where the last one has no end."""
    if mark is None:
        return Place()
    return Place(mark.line + 1, mark.column + 1) if mark.line < len(lines) else Place(len(lines), len(lines[-1]) + 1)
