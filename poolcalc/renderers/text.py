"""Text for terminals and pipes: aligned columns, never a cut number.

On a narrow terminal columns are left out, and named. Tables of a few hundred rows are drawn by rich; longer ones, on
which it would take seconds, are aligned here.
"""

from collections.abc import Sequence
from typing import Literal

from poolcalc.renderers.table import Table

MOST_RICH_ROWS = 300
_GAP = 2
_ENDLESS = 1_000_000
"""Columns for rich, which shortens what does not fit: what fits has been decided before."""


def render(table: Table, *, width: int | None = None, colour: bool = False) -> str:
    """Return the table as text.

    width: columns of the terminal; None takes as many as the table needs. colour: whether to emphasise.
    """
    kept = _fitting(table, width)
    title = _wrapped(table.title, width)
    few = len(table.rows) <= MOST_RICH_ROWS
    lines = _rich(table, kept, title, colour=colour) if few else _plain(table, kept, title)
    notes = list(table.notes)
    if len(kept) < len(table.columns):
        names = ", ".join(column.title for place, column in enumerate(table.columns) if place not in kept)
        notes.insert(0, f"left out at {width} columns: {names}")
    return "\n".join([lines, "", *(_wrapped(note, width) for note in notes), ""])


def _fitting(table: Table, width: int | None) -> list[int]:
    """Return the places of the columns to show: those that always stay, then the least expendable that fit."""
    places = range(len(table.columns))
    if width is None:
        return list(places)
    kept, left = [], width + _GAP
    widths = _widths(table)
    for place in sorted(places, key=lambda place: table.columns[place].expendable):
        if table.columns[place].expendable == 0 or widths[place] + _GAP <= left:
            kept.append(place)
            left -= widths[place] + _GAP
    return sorted(kept)


def _widths(table: Table) -> list[int]:
    """Return the width of every column, headings and blocks' names included."""
    from rich.cells import cell_len

    widths = [cell_len(column.title) for column in table.columns]
    for kind, texts in _lines(table, range(len(table.columns))):
        for place, text in enumerate(texts[:1] if kind == "group" else texts):
            widths[place] = max(widths[place], cell_len(text))
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


def _plain(table: Table, kept: Sequence[int], title: str) -> str:
    from rich.cells import cell_len

    widths, columns = _widths(table), table.columns
    gap = " " * _GAP

    def aligned(texts: Sequence[str]) -> str:
        cells = [
            (text, " " * (widths[i] - cell_len(text)), columns[i].left) for text, i in zip(texts, kept, strict=True)
        ]
        return gap.join(text + blank if left else blank + text for text, blank, left in cells).rstrip()

    rule = "─" * (sum(widths[i] + _GAP for i in kept) - _GAP)
    lines = [title, "", aligned([columns[i].title for i in kept]), rule]
    for kind, texts in _lines(table, kept):
        lines += [rule] * (kind == "totals")
        lines.append(aligned(texts))
    return "\n".join(lines)


def _rich(table: Table, kept: Sequence[int], title: str, *, colour: bool) -> str:
    from io import StringIO

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    # Rich would measure every cell and wrap it in padding; told the widths, it takes half the time.
    drawn = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    widths, columns = _widths(table), [table.columns[place] for place in kept]
    gaps = ["", *(" " * (_GAP - 1) for _ in columns[1:])]  # beside the one that the box draws
    for place, column, gap in zip(kept, columns, gaps, strict=True):
        justify: Literal["left", "right"] = "left" if column.left else "right"
        drawn.add_column(Text(gap + column.title), justify=justify, width=widths[place] + len(gap), no_wrap=True)
    styles = {"group": "bold", "error": "red", "totals": "bold"}
    for kind, texts in _lines(table, kept):
        if kind == "totals":
            drawn.add_section()
        drawn.add_row(*(Text(gap + text) for gap, text in zip(gaps, texts, strict=True)), style=styles.get(kind))
    stream = StringIO()
    console = Console(
        file=stream,
        width=_ENDLESS,
        height=len(table.rows),  # given both, rich does not ask the environment
        color_system="standard" if colour else None,
        no_color=False,
        force_terminal=colour,
        force_jupyter=False,  # which would show the table in the notebook instead of returning it
        highlight=False,
    )
    console.print(Text(title, style="bold"), "", drawn, sep="\n")
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip().splitlines())


def _wrapped(note: str, width: int | None) -> str:
    from textwrap import fill

    if width is None:
        return note
    return fill(note, max(width, 20), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
