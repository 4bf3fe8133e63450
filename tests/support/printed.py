"""Printed tables, read back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt


@dataclass(slots=True)
class Printed:
    """A table as it stands on paper.

    title: the lines above. rows: cells by heading, without the totals. totals: likewise. notes: the lines below.
    lines: headings, rows and totals as printed.
    """

    title: str
    headings: list[str]
    rows: list[dict[str, str]]
    totals: dict[str, str]
    notes: str
    lines: list[str] = field(repr=False)

    @property
    def width(self) -> int:
        return max(map(len, self.lines))

    def column(self, heading: str) -> list[str]:
        return [row[heading] for row in self.rows]


def require_narrowed(shown: Printed, whole: Printed, width: int) -> None:
    """Require that a table was fitted into a width by leaving out columns, and by nothing else."""
    left_out = [heading for heading in whole.headings if heading not in shown.headings]
    assert max(map(len, [*shown.lines, *shown.title.split("\n"), *shown.notes.split("\n")])) <= width
    assert shown.title.split() == whole.title.split()
    assert shown.rows == [{heading: row[heading] for heading in shown.headings} for row in whole.rows]
    assert bool(left_out) == (whole.width > width)
    named = f"left out at {width} columns: {', '.join(left_out)} " * bool(left_out)
    assert " ".join(shown.notes.split()) == named + " ".join(whole.notes.split())


def printed_tables(text: str) -> list[Printed]:
    """Read tables of plain text, one below the other, without knowing their columns."""
    lines = text.split("\n")
    rules = [i for i, line in enumerate(lines) if line and set(line) <= {"─", "-"} and _is_below_headings(lines, i)]
    titles = [_title_above(lines, rule) for rule in rules]
    ends = [*titles[1:], len(lines)]
    return [_printed(lines[title:end], rule - title) for title, rule, end in zip(titles, rules, ends, strict=True)]


def _is_below_headings(lines: Sequence[str], rule: int) -> bool:
    return rule > 2 and lines[rule - 2] == "" and lines[rule - 1].lstrip().startswith("name")


def _title_above(lines: Sequence[str], rule: int) -> int:
    """Return the first line of the title; two lines below it stand the headings."""
    first = rule - 3
    while first and lines[first - 1]:
        first -= 1
    return first


def _printed(lines: Sequence[str], rule: int) -> Printed:
    body = list(_body(lines[rule + 1 :]))
    below = lines[rule + 1 + len(body) :]
    table = [line for line in (lines[rule - 1], *body) if line.strip() and set(line.strip()) != {"─"}]
    spans = _spans(table)
    cells = [[line[low:high].strip() for low, high in spans] for line in table]
    headings, rows = cells[0], [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
    totals = rows.pop() if rows[-1][headings[0]] == "total" else {}
    notes = "\n".join(line for line in below if line)
    return Printed("\n".join(lines[: rule - 2]), headings, rows, totals, notes, table)


def _body(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table's body: up to the empty line below it, the one above the totals not counted."""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line and not following.startswith("total "):
            return
        yield line


def _spans(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return where columns begin and end: two blanks in every line part them."""
    width = max(map(len, lines))
    used = [any(line[i : i + 1].strip() for line in lines) for i in range(width)]
    starts = [i for i in range(width) if used[i] and not any(used[max(i - 2, 0) : i])]
    return list(zip(starts, [*starts[1:], width], strict=True))


def markdown_rows(source: str) -> list[dict[str, str]]:
    """Read a Markdown table as a Markdown parser does."""
    cells: list[list[str]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        if token.type == "tr_open":
            cells.append([])
        elif token.type == "inline" and token.level > 3 and cells:
            cells[-1].append("".join(part.content for part in token.children or ()))
    heading, *rows = (row for row in cells if row)
    return [dict(zip(heading, row, strict=True)) for row in rows]
