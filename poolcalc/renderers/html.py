"""HTML: what a notebook shows."""

from html import escape

from poolcalc.renderers.table import Row, Table


def render(table: Table) -> str:
    """Return a table element with title and notes; colours are left to the page."""
    parts = ["<table>", f"<caption>{escape(table.title)}</caption>", "<thead><tr>"]
    parts += [f"<th{_align(column.left)}>{escape(column.title)}</th>" for column in table.columns]
    parts.append("</tr></thead><tbody>")
    group = ""
    for row in table.rows:
        if row.group != group:
            group = row.group
            if group:
                parts.append(f'<tr><th colspan="{len(table.columns)}"{_align(True)}>{escape(group)}</th></tr>')
        parts.append(_row(row, table))
    parts.append("</tbody>")
    if table.totals:
        parts.append(f"<tfoot>{_row(table.totals, table)}</tfoot>")
    parts.append("</table>")
    return "".join(parts) + "".join(f"<p>{escape(note)}</p>" for note in table.notes)


def _row(row: Row, table: Table) -> str:
    cells = zip(row.cells, table.columns, strict=True)
    return "<tr>" + "".join(f"<td{_align(column.left)}>{escape(cell.text)}</td>" for cell, column in cells) + "</tr>"


def _align(left: bool) -> str:  # noqa: FBT001 - a private helper of two values
    return f' style="text-align: {"left" if left else "right"}"'
