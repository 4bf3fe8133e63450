"""What is wrong in a file, in rustc's form: title, place, the line with a caret, facts and a remedy."""

from collections.abc import Sequence

from poolcalc.source import Place

_CONTEXT = 100
"""Characters of the line to show; of a longer one, those around the caret."""


def render(
    severity: str,
    message: str,
    file: str,
    text: str,
    place: Place,
    notes: Sequence[str] = (),
    help: str | None = None,  # noqa: A002
) -> str:
    """Return one diagnostic.

    file, text: the file's name and contents. place: what the caret underlines.
    """
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    number = str(place.line)
    margin = " " * len(number)
    shown, column = _clipped(line, place.column)
    width = max(1, min(place.width, len(shown) - column + 1))
    parts = [f"{severity}: {message}", f"{margin}--> {file}:{place.line}:{place.column}"]
    if shown.strip():
        parts += [f"{margin} |", f"{number} | {shown}", f"{margin} | {_blank(shown[: column - 1])}{'^' * width}"]
    tail = [f"{margin} = note: {note}" for note in notes] + ([f"{margin} = help: {help}"] if help else [])
    return "\n".join([*parts, *([f"{margin} |"] if shown.strip() and tail else []), *tail, ""])


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
