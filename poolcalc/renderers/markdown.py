"""Markdown: a table that GitHub and GitLab draw."""

from poolcalc.renderers.table import Cell, Table


def render(table: Table) -> str:
    """Return title, table and notes."""
    lines = [f"**{_escaped(table.title)}**", ""]
    lines.append(_line([column.title for column in table.columns]))
    lines.append(_line([":---" if column.left else "---:" for column in table.columns]))
    for row in table.rows:
        name, *others = row.cells
        lines.append(_line([_escaped(_full(name, row.group)), *(_escaped(cell.text) for cell in others)]))
    if table.totals:
        lines.append(_line([f"**{_escaped(cell.text)}**" if cell.text else "" for cell in table.totals.cells]))
    return "\n".join([*lines, "", *(f"- {_escaped(note)}" for note in table.notes), ""])


def _full(name: Cell, group: str) -> str:
    return f"{group}.{name.text}" if group else name.text


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
