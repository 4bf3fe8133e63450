"""What `shapes` and `rf` have in common: load, analyse, print, and say by the exit code how it went."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from poolcalc.answers import Report
from poolcalc.api import confirm, load
from poolcalc.cli.options import Colour, Format
from poolcalc.cli.output import drawn, print_error, print_findings, require_writable, write
from poolcalc.cli.progress import bar
from poolcalc.errors import PoolcalcError
from poolcalc.network.design import Design
from poolcalc.network.op import Shape
from poolcalc.reading import read
from poolcalc.renderers.table import Table


def print_reports(
    architectures: Sequence[str],
    input_shape: Shape | None,
    form: Format,
    output: str | None,
    colour: Colour,
    *,
    examine: Callable[[Design], Report],
    table: Callable[[Report], Table],
    data: Callable[[Report], dict[str, Any]] = Report.to_dict,
) -> None:
    """Examine every architecture, print all reports, then what is wrong; exit with 1 or 2 where something is."""
    require_writable(output, architectures)
    reports, code = [], 0
    for architecture in architectures:
        try:
            reports.append(examine(read_design(architecture, input_shape)))
        except PoolcalcError as error:
            code = max(code, print_error(error))
    if reports and form is Format.JSON:
        write(_json(list(map(data, reports)), several=len(architectures) > 1), output)
    elif reports:
        write(drawn(list(map(table, reports)), form, output, colour), output)
    for report in reports:
        print_findings(report.findings, report.design.source, report.design.places)
        code = max(code, 1 if report.findings else 0)
    raise typer.Exit(code)


def read_design(architecture: str, input_shape: Shape | None) -> Design:
    """Return the design in a file, of a bundled architecture, or of what comes in."""
    if architecture == "-":
        return read(sys.stdin.buffer, "<stdin>", input_shape=input_shape)
    return load(architecture, input_shape=input_shape)


def confirmed(design: Design, **how: Any) -> Report:
    """Run a network as `confirm` does it, with a progress bar, in a process that is all poolcalc's."""
    from poolcalc.execution.memory import give_back_large_arrays

    give_back_large_arrays()
    with bar(f"running {design.name}") as progress:
        return confirm(design, progress=progress, **how)


def _json(objects: Sequence[dict[str, Any]], *, several: bool) -> str:
    """Return one object, or a list where several architectures were asked for."""
    import json
    from io import StringIO

    text = StringIO()  # `dumps` would first make a list of every word
    json.dump(objects if several else objects[0], text, indent=1)
    text.write("\n")
    return text.getvalue()
