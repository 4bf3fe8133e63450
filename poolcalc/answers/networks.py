"""Several networks, one on every row: what they are, and what they cost."""

from collections.abc import Sequence
from typing import Any

from poolcalc.answers.columns import total
from poolcalc.answers.report import Report
from poolcalc.renderers.answer import Answer, Cell, Column, Row, Table
from poolcalc.wording import times

SCHEMA = "poolcalc.list/1"

COLUMNS = (
    Column("architecture", "name", left=True),
    Column("input", "input"),
    Column("params", "params", expendable=2),
    Column("macs", "MACs", expendable=3),
    Column("description", "what it is", left=True, expendable=1),
    Column("reference", "source", left=True, expendable=4),
)


def answer(title: str, reports: Sequence[Report]) -> Answer:
    """Return the networks, with size and source."""
    return Answer(
        title,
        tables=lambda: [Table(COLUMNS, tuple(map(_row, reports)))],
        data=lambda: {"schema": SCHEMA, "architectures": list(map(_entry, reports))},
    )


def _entry(report: Report) -> dict[str, Any]:
    design = report.design
    return {
        "architecture": design.name,
        "input": list(design.graph.input),
        "params": report.params,
        "macs": report.macs,
        "complete": not report.incomplete,
        "description": design.description,
        "reference": design.reference,
    }


def _row(report: Report) -> Row:
    design = report.design
    return Row((
        Cell.plain(design.name),
        Cell(times(design.graph.input), "x".join(map(str, design.graph.input))),
        total(report, "params"),
        total(report, "macs"),
        Cell(design.description or "", design.description),
        Cell(design.reference or "", design.reference),
    ))  # fmt: skip
