"""Markdown: tables that GitHub and GitLab draw."""

from collections.abc import Iterator, Sequence

from poolcalc.renderers.answer import PLAIN, Answer, Style, Table


def render(answers: Sequence[Answer], style: Style = PLAIN) -> str:
    """Return titles, tables and notes."""
    return "\n".join(line for answer in answers for line in _answer(answer, style))


def _answer(answer: Answer, style: Style) -> Iterator[str]:
    *others, last = answer.tables()
    title = answer.title
    for table in (*others, last):
        yield from (f"**{_escaped(title or style.worded(table.title))}**", "")
        yield from _lines(table.for_people(fold=style.fold))
        yield from ("", *(f"- {_escaped(note)}" for note in style.notes(answer) if table is last), "")
        title = ""


def _lines(table: Table) -> Iterator[str]:
    yield _line([column.title for column in table.columns])
    yield _line([":---" if column.left else "---:" for column in table.columns])
    for row in table.rows:
        yield _line([_escaped(cell.text) for cell in row.cells])
    if table.totals:
        yield _line([f"**{_escaped(cell.text)}**" if cell.text else "" for cell in table.totals.cells])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    r"""Keep Markdown from reading a name as markup.

    >>> print(_escaped("a_b|c <d> * [x]"))
    a\_b\|c &lt;d> \* \[x]
    """
    text = text.replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;")
    for sign in "`*_[|~$":
        text = text.replace(sign, f"\\{sign}")
    return text
