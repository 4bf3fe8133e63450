"""Arguments and options that several commands share."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, NamedTuple

import typer

from poolcalc.api import architectures
from poolcalc.network.op import Shape
from poolcalc.reading.input_shape import parse_input
from poolcalc.reading.values import Refused
from poolcalc.renderers import FORMATS

Format = Enum("Format", {form.upper(): form for form in FORMATS}, type=str)  # type: ignore[misc]
"""How to print."""
TABLE = Format("table")


class Colour(str, Enum):
    """When to use colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Printing(NamedTuple):
    """Where answers go, and how. output: a file; None for standard output."""

    form: str = "table"
    output: str | None = None
    colour: Colour = Colour.AUTO
    fold: bool = True


def _names(incomplete: str) -> list[str]:
    return [name for name in architectures() if name.startswith(incomplete)]


def shape(text: str | None) -> Shape | None:
    """Return the shape that --input gives."""
    try:
        return parse_input(text) if text is not None else None
    except Refused as error:
        remedy = "write channels and sizes, such as 3x224x224, or sizes alone"
        raise typer.BadParameter(f"{error.finding.message}; {remedy}", param_hint="--input") from None


def place(text: str, sizes: Sequence[int], option: str) -> tuple[int, ...]:
    """Return the position that an option gives, one number for every axis, each inside its size."""
    parts = text.replace("x", ",").split(",")
    if len(parts) == len(sizes) and all(part.strip().isdecimal() for part in parts):
        found = tuple(map(int, parts))
        if all(i < size for i, size in zip(found, sizes, strict=True)):
            return found
    last = ",".join(str(size - 1) for size in sizes)
    raise typer.BadParameter(
        f"{text!r} is none of the places {','.join('0' * len(sizes))} to {last}", param_hint=option
    )


Architectures = Annotated[
    list[str],
    typer.Argument(
        metavar="ARCH...",
        help="Architecture file, `-` for standard input, or the name of a bundled one (see `poolcalc list`).",
        autocompletion=_names,
        show_default=False,
    ),
]
Input = Annotated[
    str | None,
    typer.Option(
        "--input",
        "-i",
        metavar="[Cx]HxW",
        help="Input instead of the file's: 321, 800x1344, with channels 3x800x1344.",
    ),
]
Formats = Annotated[Format, typer.Option("--format", "-f", help="What to print.")]
Output = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")]
Colours = Annotated[
    Colour, typer.Option("--color", help="Emphasis; `auto` means on a terminal, unless NO_COLOR is set.")
]
Fold = Annotated[
    bool,
    typer.Option(
        "--fold/--no-fold",
        help="Fold layers that change nothing spatial (such as relu) into the row above; table and markdown only.",
    ),
]
