"""`poolcalc list`: the bundled architectures."""

from typing import Any

from poolcalc.answers import Report
from poolcalc.api import analyze, architectures, load
from poolcalc.cli import options
from poolcalc.cli.output import drawn, write
from poolcalc.renderers.table import Cell, Column, Row, Table
from poolcalc.wording import times

_COLUMNS = (
    Column(key="architecture", title="name", left=True),
    Column(key="input", title="input"),
    Column(key="params", title="params", expendable=2),
    Column(key="macs", title="MACs", expendable=3),
    Column(key="description", title="what it is", left=True, expendable=1),
    Column(key="reference", title="source", left=True, expendable=4),
)


def list_architectures(
    form: options.Formats = options.Format.TABLE,
    output: options.Output = None,
    colour: options.Colours = options.Colour.AUTO,
) -> None:
    """List the bundled architectures, with size and source."""
    reports = [analyze(load(name)) for name in architectures()]
    if form is options.Format.JSON:
        import json

        text = json.dumps({"schema": "poolcalc.list/1", "architectures": list(map(_entry, reports))}, indent=1) + "\n"
    else:
        rows = tuple(map(_row, reports))
        table = Table(title=f"{len(rows)} bundled architectures", columns=_COLUMNS, rows=rows)
        text = drawn([table], form, output, colour)
    write(text, output)


def _entry(report: Report) -> dict[str, Any]:
    design = report.design
    return {
        "architecture": design.name,
        "input": list(design.graph.input),
        "params": report.params,
        "macs": report.macs,
        "description": design.description,
        "reference": design.reference,
    }


def _row(report: Report) -> Row:
    design = report.design
    return Row((
        Cell(design.name, design.name),
        Cell(times(design.graph.input), "x".join(map(str, design.graph.input))),
        Cell(f"{report.params:,}", report.params),
        Cell(f"{report.macs:,}", report.macs),
        Cell(design.description or "", design.description),
        Cell(design.reference or "", design.reference),
    ))  # fmt: skip
