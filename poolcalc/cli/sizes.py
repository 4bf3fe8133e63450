"""`poolcalc sizes`: which input sizes suit a network, and how to cut large images into tiles."""

from typing import Annotated

import typer

from poolcalc.answers.sizes import answer
from poolcalc.api import analyze
from poolcalc.cli import options
from poolcalc.cli.asking import tell
from poolcalc.reading.input_shape import SIZE
from poolcalc.reading.values import accepts


def sizes(
    architectures: options.Architectures,
    size: options.Input = None,
    span: Annotated[
        str | None,
        typer.Option("--range", metavar="FIRST:LAST", help="Go through these input sizes one by one, such as 200:260."),
    ] = None,
    form: options.Formats = options.TABLE,
    output: options.Output = None,
    colour: options.Colours = options.Colour.AUTO,
) -> None:
    """Print the clean input sizes of every axis: all merges fit, no floor loses a row, enlarged maps are as before.

    And usual ones nearby, the smallest size that is possible, and how a sliding window goes over a large image.

    Exit code 1: a layer that cannot run on the present input.
    """
    wanted = None if span is None else _wanted(span)
    how = options.Printing(form.value, output, colour)
    tell(architectures, options.shape(size), how, lambda graph: answer(analyze(graph), wanted))


def _wanted(text: str) -> range:
    """Return the sizes that --range gives, both ends included; one number is a range of one."""
    ends = text.split(":")
    if len(ends) <= 2 and all(end.isdecimal() and accepts(SIZE, end) for end in ends) and int(ends[0]) <= int(ends[-1]):
        return range(int(ends[0]), int(ends[-1]) + 1)
    raise typer.BadParameter(
        f"{text!r} is no range of sizes {SIZE.least} to {SIZE.most}; write the first and the last, as in 200:260",
        param_hint="--range",
    )
