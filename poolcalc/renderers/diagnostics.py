"""What is wrong in a file, in rustc's form: title, place, the line with a caret, facts and a remedy."""

from collections.abc import Mapping, Sequence

from poolcalc.finding import Finding
from poolcalc.source import Place, Source

_CONTEXT = 100
"""Characters of the line to show; of a longer one, those around the caret."""


def render(finding: Finding, source: Source, places: Mapping[str, Place]) -> str:
    """Return a finding in a file. places: where the file's layers stand in it."""
    label = f"{finding.rule.severity}[{finding.rule.code}]: {finding.message}"
    return drawn(label, source, finding.place(places), finding.notes, finding.help)


def drawn(title: str, source: Source, place: Place | None, notes: Sequence[str] = (), remedy: str | None = None) -> str:
    """Return a title, the line that it is about, if any, facts and a remedy."""
    number = str(place.line) if place else ""
    margin = " " * len(number)
    name = _printable(source.name)
    quoted = _quoted(source.text, place, number) if place else []
    tail = [f"{margin} = note: {note}" for note in notes] + ([f"{margin} = help: {remedy}"] if remedy else [])
    where = f"{margin}--> {name}:{place.line}:{place.column}" if place else f"--> {name}"
    return "\n".join([title, where, *quoted, *([f"{margin} |"] if quoted and tail else []), *tail, ""])


def _quoted(text: str, place: Place, number: str) -> list[str]:
    """Return the line with a caret below; nothing where it is blank."""
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    shown, column = _clipped(line, place.column)
    if not shown.strip():
        return []
    margin = " " * len(number)
    caret = "^" * max(1, min(place.width, len(shown) - column + 1))
    return [f"{margin} |", f"{number} | {shown}", f"{margin} | {_blank(shown[: column - 1])}{caret}"]


def _clipped(line: str, column: int) -> tuple[str, int]:
    """Return the part of a long line around a column, and the column in it."""
    if len(line) <= _CONTEXT:
        return line, column
    start = max(0, min(column - 1 - _CONTEXT // 2, len(line) - _CONTEXT))
    part = line[start : start + _CONTEXT]
    before, after = "..." if start else "", "..." if start + _CONTEXT < len(line) else ""
    return f"{before}{part}{after}", column - start + len(before)


def _blank(text: str) -> str:
    """Return blanks as wide as the text on a terminal."""
    from unicodedata import east_asian_width

    return "".join("\t" if sign == "\t" else "  " if east_asian_width(sign) in "WF" else " " for sign in text)


def _printable(text: str) -> str:
    """Return a name that a terminal prints as it is, whatever is in it."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
