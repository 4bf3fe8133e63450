"""Text for terminals and pipes: aligned columns, never a cut number.

On a narrow terminal columns are left out, and named. Tables of a few hundred rows are drawn by rich; longer ones, on
which it would take seconds, are aligned here.
"""

from collections.abc import Sequence

from poolcalc.table import Column, Table

MOST_RICH_ROWS = 300
_GAP = 2


def render(table: Table, *, width: int | None = None, colour: bool = False) -> str:
    """Return the table as text.

    width: columns of the terminal; None takes as many as the table needs. colour: whether to emphasise.
    """
    kept, left_out = _fitting(table, width)
    lines = _rich(table, kept, colour=colour) if len(table.rows) <= MOST_RICH_ROWS else _plain(table, kept)
    notes = list(table.notes)
    if left_out:
        names = ", ".join(column.title for column in left_out)
        notes.insert(0, f"left out at {width} columns: {names}")
    return "\n".join([lines, "", *(_wrapped(note, width) for note in notes), ""])


def _fitting(table: Table, width: int | None) -> tuple[list[int], list[Column]]:
    """Return the places of the columns that fit, and the columns that do not."""
    widths = _widths(table)
    kept, left_out = list(range(len(table.columns))), []
    while width is not None and sum(widths[i] + _GAP for i in kept) - _GAP > width:
        place = max(kept, key=lambda i: table.columns[i].expendable)
        if table.columns[place].expendable == 0:
            break
        kept.remove(place)
        left_out.append(table.columns[place])
    return kept, left_out


def _widths(table: Table) -> list[int]:
    """Return the width of every column, headings and blocks' names included."""
    widths = [len(column.title) for column in table.columns]
    for kind, texts in _lines(table, range(len(table.columns))):
        for place, text in enumerate(texts[:1] if kind == "group" else texts):
            widths[place] = max(widths[place], len(text))
    return widths


def _lines(table: Table, kept: Sequence[int]) -> list[tuple[str, list[str]]]:
    """Return (kind, texts) for every line, totals last, with a text for each kept column.

    A block's name stands on a line of kind `group` above its rows. A block one level down needs no line of its own:
    its rows stand in the outer block, with its name in front of theirs.
    """
    lines: list[tuple[str, list[str]]] = []
    shown = ""
    for row in table.rows:
        inner = row.group.removeprefix(f"{shown}.") if shown else row.group
        one_level_down = inner != row.group and "." not in inner
        if row.group != shown and not one_level_down:
            shown = row.group
            if shown:
                lines.append(("group", [shown, *("" for _ in kept[1:])]))
        texts = [row.cells[i].text for i in kept]
        texts[0] = ("  " if shown else "") + (f"{inner}." if row.group != shown else "") + texts[0]
        lines.append((row.kind, texts))
    if table.totals:
        lines.append(("totals", [table.totals.cells[i].text for i in kept]))
    return lines


def _plain(table: Table, kept: Sequence[int]) -> str:
    widths, columns = _widths(table), table.columns

    def aligned(texts: Sequence[str]) -> str:
        cells = zip(texts, kept, strict=True)
        padded = [text.ljust(widths[i]) if columns[i].left else text.rjust(widths[i]) for text, i in cells]
        return (" " * _GAP).join(padded).rstrip()

    rule = "─" * (sum(widths[i] + _GAP for i in kept) - _GAP)
    lines = [table.title, "", aligned([columns[i].title for i in kept]), rule]
    for kind, texts in _lines(table, kept):
        lines += [rule] * (kind == "totals")
        lines.append(aligned(texts))
    return "\n".join(lines)


def _rich(table: Table, kept: Sequence[int], *, colour: bool) -> str:
    from io import StringIO

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for place in kept:
        column = table.columns[place]
        drawn.add_column(Text(column.title), justify="left" if column.left else "right", no_wrap=True)
    styles = {"group": "bold", "error": "red", "totals": "bold"}
    for kind, texts in _lines(table, kept):
        if kind == "totals":
            drawn.add_section()
        drawn.add_row(*map(Text, texts), style=styles.get(kind))
    stream = StringIO()
    width = sum(_widths(table)) + _GAP * len(kept) + len(table.title)
    console = Console(file=stream, width=width, force_terminal=colour, no_color=not colour, highlight=False)
    console.print(Text(table.title, style="bold"), "", drawn, sep="\n")
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip().splitlines())


def _wrapped(note: str, width: int | None) -> str:
    from textwrap import fill

    return note if width is None else fill(note, max(width, 20), subsequent_indent="  ", break_long_words=False)
