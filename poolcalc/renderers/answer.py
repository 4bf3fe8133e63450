"""What a verb answers, as data: what every renderer draws."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from poolcalc.finding import Finding
from poolcalc.source import Place, Source
from poolcalc.wish import Wish
from poolcalc.wording import NONE


class Column(NamedTuple):
    """One column.

    key: its heading in CSV. title: its heading for people. left: whether its cells line up at the left.
    expendable: columns with the highest number go first where the terminal is narrow; 0 always stays.
    shared: what a row shows that stands for several: the first or last cell, their sum, or all of them.
    machine: whether it is for programs alone. nested: whether names stand in it, those of enclosing blocks in front.
    """

    key: str
    title: str
    left: bool = False
    expendable: int = 0
    shared: Literal["first", "last", "sum", "all"] = "last"
    machine: bool = False
    nested: bool = False


class Cell(NamedTuple):
    """One value: as text for people, and as plain data for CSV."""

    text: str
    value: Any = None

    @classmethod
    def plain(cls, value: Any) -> "Cell":
        """Return a cell whose text is its value."""
        return cls(str(value), value)


class Row(NamedTuple):
    """One line.

    kind: asks for emphasis. above: how many rows further up stands the one that it can share, 0 where there is none.
    """

    cells: Sequence[Cell]
    kind: Literal["plain", "error"] = "plain"
    above: int = 0


class Note(NamedTuple):
    """A line of text, and what it makes readers want."""

    text: str
    wish: Wish | None = None


class Table(NamedTuple):
    """Columns, rows, and totals set apart. title: what stands above it, where it is not the answer's first."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: Row | None = None
    title: Note = Note("")

    def for_people(self, *, fold: bool = True) -> "Table":
        """Return the table without columns for programs. fold: whether rows are shared where they can be."""
        kept = [place for place, column in enumerate(self.columns) if not column.machine]
        columns = tuple(self.columns[place] for place in kept)
        lines: dict[int, list[Row]] = {}
        for place, row in enumerate(self.rows):
            lines.setdefault(place - row.above if fold else place, []).append(row)
        totals = self.totals and Row(tuple(self.totals.cells[place] for place in kept))
        rows = tuple(_shared(shared, self.columns, kept) for shared in lines.values())
        return self._replace(columns=columns, rows=rows, totals=totals)

    def block(self, row: Row) -> tuple[str, str]:
        """Return the block that a row belongs to, "" for none, and its name in there."""
        name = row.cells[0].text
        block, _, inner = name.rpartition(".") if self.columns[0].nested else ("", "", name)
        return block, inner


def _shared(rows: Sequence[Row], columns: Sequence[Column], kept: Sequence[int]) -> Row:
    """Return one row for several, with the columns that are kept."""
    return Row([_one_cell(columns[place], place, rows) for place in kept], rows[0].kind)


def _one_cell(column: Column, place: int, rows: Sequence[Row]) -> Cell:
    """Return one cell for several rows; of cells that are worked out when asked for, only those that count."""
    if len(rows) == 1 or column.shared == "first":
        return rows[0].cells[place]
    if column.shared == "last":
        return rows[-1].cells[place]
    cells = [row.cells[place] for row in rows]
    if column.shared == "all":
        return Cell(" and ".join(cell.text for cell in cells))
    return counted([cell.value for cell in cells])


def counted(values: Sequence[int | None]) -> Cell:
    """Return the sum of what is known, marked with ≥ where that is not all.

    >>> counted([648, 0]), counted([648, None]).text, counted([None]).text
    (Cell(text='648', value=648), '≥ 648', '–')
    """
    known = [value for value in values if value is not None]
    if not known:
        return Cell(NONE)
    total = sum(known)
    return Cell(f"{'' if len(known) == len(values) else '≥ '}{total:,}", total)


class Answer(NamedTuple):
    """What one verb says about one network, or a pair. Renderers call for what they draw.

    tables: with all rows and columns; names are whole. data: what JSON says. notes: explanations, each a paragraph.
    findings: what is wrong. source, places: the network's file, and where its layers stand in it.
    """

    title: str
    tables: Callable[[], Sequence[Table]]
    data: Callable[[], Mapping[str, Any]]
    notes: Callable[[], Sequence[Note]] = tuple
    findings: tuple[Finding, ...] = ()
    source: Source = Source("", "")
    places: Mapping[str, Place] = MappingProxyType({})


class Style(NamedTuple):
    """How to draw answers.

    fold: whether rows are shared where they can be. several: whether several answers were asked for, though one may
    have come. width: columns of the terminal; None takes as many as it needs. colour: whether to emphasise.
    remedies: how to get what notes make readers want. spelled: writes a text in signs that the stream can encode.
    """

    fold: bool = True
    several: bool = False
    width: int | None = None
    colour: bool = False
    remedies: Mapping[Wish, str] = MappingProxyType({})
    spelled: Callable[[str], str] = str

    def worded(self, note: Note) -> str:
        """Return a note's text, with what to do next."""
        remedy = note.wish and self.remedies.get(note.wish)
        return f"{note.text}; {remedy}" if remedy else note.text

    def notes(self, answer: Answer) -> list[str]:
        """Return the notes of an answer that are true of what is drawn."""
        return [self.worded(note) for note in answer.notes() if self.fold or note.wish is not Wish.UNFOLD]


PLAIN = Style()
