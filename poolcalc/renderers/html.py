"""HTML: what a notebook shows."""

from collections.abc import Iterator, Sequence
from html import escape

from poolcalc.renderers.answer import PLAIN, Answer, Style, Table


def render(answers: Sequence[Answer], style: Style = PLAIN) -> str:
    """Return tables with their titles, and notes; colours are left to the page."""
    return "".join(part for answer in answers for part in _answer(answer, style))


def _answer(answer: Answer, style: Style) -> Iterator[str]:
    title = answer.title
    for table in answer.tables():
        yield from _table(table.for_people(fold=style.fold), title or style.worded(table.title))
        title = ""
    yield from (f"<p>{escape(note)}</p>" for note in style.notes(answer))


def _table(table: Table, title: str) -> Iterator[str]:
    yield f"<table><caption>{escape(title)}</caption><thead><tr>"
    yield from (f"<th{_align(column.left)}>{escape(column.title)}</th>" for column in table.columns)
    yield "</tr></thead><tbody>"
    shown = ""
    for row in table.rows:
        block, name = table.block(row)
        if block not in ("", shown):
            yield f'<tr><th colspan="{len(table.columns)}"{_align(True)}>{escape(block)}</th></tr>'
        shown = block
        yield _row(table, [name, *(cell.text for cell in row.cells[1:])])
    yield "</tbody>"
    if table.totals:
        yield f"<tfoot>{_row(table, [cell.text for cell in table.totals.cells])}</tfoot>"
    yield "</table>"


def _row(table: Table, texts: Sequence[str]) -> str:
    cells = zip(texts, table.columns, strict=True)
    return "<tr>" + "".join(f"<td{_align(column.left)}>{escape(text)}</td>" for text, column in cells) + "</tr>"


def _align(left: bool) -> str:  # noqa: FBT001 - a private helper of two values
    return f' style="text-align: {"left" if left else "right"}"'
