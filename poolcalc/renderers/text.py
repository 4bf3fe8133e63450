"""Text for terminals and pipes: aligned columns, never a cut number; what does not fit is left out, and named."""

from collections.abc import Iterator, Sequence

from poolcalc.renderers.answer import PLAIN, Answer, Cell, Row, Style, Table

_GAP = 2
_STYLES = {"block": "1", "totals": "1", "error": "31"}
"""What is bold and what is red."""

Line = tuple[str, list[str]]
"""Its kind, and a text for every column that is shown."""


def render(answers: Sequence[Answer], style: Style = PLAIN) -> str:
    """Return titles, tables and notes."""
    return "\n".join(part for answer in answers for part in _answer(answer, style))


def _answer(answer: Answer, style: Style) -> Iterator[str]:
    *others, last = answer.tables()
    title = answer.title
    for table in (*others, last):
        heading = style.spelled(title or style.worded(table.title))
        notes = [style.spelled(note) for note in style.notes(answer) if table is last]
        yield _drawn(_spelled(table.for_people(fold=style.fold), style), heading, notes, style)
        title = ""


def _spelled(table: Table, style: Style) -> Table:
    """Return the table in signs that the stream can encode, before it is laid out: not every sign keeps its width."""

    def spelled(row: Row) -> Row:
        return row._replace(cells=[Cell(style.spelled(cell.text), cell.value) for cell in row.cells])

    return table._replace(
        columns=tuple(column._replace(title=style.spelled(column.title)) for column in table.columns),
        rows=tuple(map(spelled, table.rows)),
        totals=table.totals and spelled(table.totals),
    )


def _drawn(table: Table, title: str, notes: list[str], style: Style) -> str:
    lines = list(_lines(table))
    widths = _widths(table, lines)
    kept = _fitting(table, widths, style.width)
    left = [column.left for column in table.columns]
    if len(kept) < len(table.columns):
        names = ", ".join(column.title for place, column in enumerate(table.columns) if place not in kept)
        notes = [f"left out at {style.width} columns: {names}", *notes]

    def aligned(kind: str, texts: Sequence[str]) -> str:
        blanks = [" " * (widths[i] - _cells(texts[i])) for i in kept]
        cells = [texts[i] + blank if left[i] else blank + texts[i] for i, blank in zip(kept, blanks, strict=True)]
        return _emphasised((" " * _GAP).join(cells).rstrip(), kind, style)

    rule = "─" * (sum(widths[i] + _GAP for i in kept) - _GAP)
    parts = [_emphasised(_wrapped(title, style.width), "totals", style), ""]
    parts += [aligned("totals", [column.title for column in table.columns]), style.spelled(rule)]
    parts += [aligned(*line) for line in lines]
    if table.totals:
        parts += ["", aligned("totals", [cell.text for cell in table.totals.cells])]
    return "\n".join([*parts, "", *(_wrapped(note, style.width) for note in notes), ""])


def _lines(table: Table) -> Iterator[Line]:
    """Yield every line but the totals.

    A block's name stands on a line of kind `block` above its rows. A block one level down needs no line of its own:
    its rows stand in the outer block, with its name in front of theirs.
    """
    blanks = [""] * (len(table.columns) - 1)
    shown = ""
    for row in table.rows:
        block, name = table.block(row)
        inner = block.removeprefix(f"{shown}.") if shown else block
        one_level_down = inner != block and "." not in inner
        if block != shown and not one_level_down:
            shown = block
            if shown:
                yield "block", [shown, *blanks]
        indented = ("  " if shown else "") + (f"{inner}." if block != shown else "") + name
        yield row.kind, [indented, *(cell.text for cell in row.cells[1:])]


def _widths(table: Table, lines: Sequence[Line]) -> list[int]:
    """Return the width of every column, headings, totals and blocks' names included."""
    totals = [[cell.text for cell in table.totals.cells]] if table.totals else []
    texts = [[column.title for column in table.columns], *totals, *(texts for _, texts in lines)]
    return [max(map(_cells, column)) for column in zip(*texts, strict=True)]


def _cells(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():  # as most are, and as many as there are cells
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _fitting(table: Table, widths: Sequence[int], width: int | None) -> list[int]:
    """Return the places of the columns to show: those that always stay, then the least expendable that fit."""
    places = range(len(table.columns))
    if width is None:
        return list(places)
    kept, left = [], width + _GAP
    for place in sorted(places, key=lambda place: table.columns[place].expendable):
        if table.columns[place].expendable == 0 or widths[place] + _GAP <= left:
            kept.append(place)
            left -= widths[place] + _GAP
    return sorted(kept)


def _emphasised(text: str, kind: str, style: Style) -> str:
    return f"\x1b[{_STYLES[kind]}m{text}\x1b[0m" if style.colour and kind in _STYLES else text


def _wrapped(note: str, width: int | None) -> str:
    from textwrap import fill

    if width is None:
        return note
    return fill(note, max(width, 20), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
