"""What `shapes` and `rf` have in common: load, analyse, print, and say by the exit code how it went."""

import sys
from collections.abc import Callable, Sequence

import typer

from poolcalc.cli.options import Colour, Format
from poolcalc.cli.output import drawn, print_findings, print_problems, write
from poolcalc.errors import InvalidArchitecture
from poolcalc.graph import Graph
from poolcalc.library import load
from poolcalc.op import Shape
from poolcalc.report import Report
from poolcalc.spec import MOST_BYTES, parse
from poolcalc.table import Table


def print_reports(
    architectures: Sequence[str],
    input_shape: Shape | None,
    form: Format,
    output: str | None,
    colour: Colour,
    *,
    examine: Callable[[Graph], Report],
    table: Callable[[Report], Table],
) -> None:
    """Examine every architecture, print all reports, then what is wrong; exit with 1 where something is."""
    reports, sound = [], True
    for architecture in architectures:
        try:
            reports.append(examine(_graph(architecture, input_shape)))
        except InvalidArchitecture as error:
            print_problems(error)
            sound = False
    if reports:
        write(
            _json(reports) if form is Format.JSON else drawn(list(map(table, reports)), form, output, colour),
            output,
            architectures,
        )
    for report in reports:
        print_findings(report)
        sound = sound and not report.findings
    if not sound:
        raise typer.Exit(1)


def _graph(architecture: str, input_shape: Shape | None) -> Graph:
    if architecture == "-":
        return parse(sys.stdin.buffer.read(MOST_BYTES + 1), "<stdin>", input_shape=input_shape)
    return load(architecture, input_shape=input_shape)


def _json(reports: Sequence[Report]) -> str:
    """Return one object, or a list where several architectures were asked for."""
    import json

    objects = [report.to_dict() for report in reports]
    return json.dumps(objects[0] if len(objects) == 1 else objects, indent=1) + "\n"
