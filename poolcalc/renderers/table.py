"""A table as data: what every renderer draws."""

from typing import Any, NamedTuple


class Column(NamedTuple):
    """One column.

    key: its heading in CSV. title: its heading for people. left: whether its cells line up at the left.
    expendable: columns with the highest number go first where the terminal is narrow; 0 always stays.
    """

    key: str
    title: str
    left: bool = False
    expendable: int = 0


class Cell(NamedTuple):
    """One value: as text for people, and as plain data for CSV."""

    text: str
    value: Any = None


class Row(NamedTuple):
    """One line. `group` is the block it belongs to, whose name stands above its rows; `kind` asks for emphasis."""

    cells: tuple[Cell, ...]
    group: str = ""
    kind: str = "plain"


class Table(NamedTuple):
    """Columns, rows, totals, and lines of text below.

    title: above the table. totals: a last row, set apart. notes: explanations, each one paragraph.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: Row | None = None
    notes: tuple[str, ...] = ()
