"""What verbs about architectures have in common: read, ask, print, and say by the exit code how it went."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from poolcalc.answers import Report
from poolcalc.api import confirm, load
from poolcalc.cli.options import Printing
from poolcalc.cli.output import print_error, print_findings, require_writable, say
from poolcalc.cli.progress import bar
from poolcalc.errors import PoolcalcError
from poolcalc.network.design import Design
from poolcalc.network.op import Shape
from poolcalc.reading import read
from poolcalc.renderers.answer import Answer


def tell(
    architectures: Sequence[str], input_shape: Shape | None, how: Printing, ask: Callable[[Design], Answer]
) -> None:
    """Ask about every architecture, print all answers, then what is wrong; exit with 1 or 2 where that is an error."""
    require_writable(how.output, architectures)
    answers, code = [], 0
    for architecture in architectures:
        try:
            answers.append(ask(read_design(architecture, input_shape)))
        except PoolcalcError as error:
            code = max(code, print_error(error))
    if answers:
        say(answers, how, several=len(architectures) > 1)
    for answer in answers:
        print_findings(answer.findings, answer.source, answer.places)
        code = max(code, int(any(finding.rule.severity == "error" for finding in answer.findings)))
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
