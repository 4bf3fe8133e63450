"""`poolcalc diff`: what a change does to sizes, receptive fields and cost."""

from io import BytesIO
from typing import Annotated

import typer

from poolcalc.answers.diff import FIGURES, Difference, answer
from poolcalc.api import analyze
from poolcalc.cli import options
from poolcalc.cli.asking import read_design
from poolcalc.cli.output import complain, require_writable, say
from poolcalc.errors import UnreadableFile
from poolcalc.network.design import Design
from poolcalc.network.op import Shape
from poolcalc.reading import read

_HELP = "Architecture file, name of a bundled one, or `git:REV:PATH` for a file as a commit has it."


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=_HELP, show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, after the change.", show_default=False)],
    size: options.Input = None,
    everything: Annotated[bool, typer.Option("--all", "-a", help="List the layers that did not change, too.")] = False,
    fail_on_change: Annotated[
        str,
        typer.Option(metavar="FIGURES", help=f"Fail where one of the network's figures changed: {', '.join(FIGURES)}."),
    ] = "",
    form: options.Formats = options.TABLE,
    output: options.Output = None,
    colour: options.Colours = options.Colour.AUTO,
) -> None:
    """Compare two networks: totals first, then every layer that changed, matched by name and by structure.

    Exit code 1: a figure of --fail-on-change changed.
    """
    require_writable(output, (old, new))
    watched = _figures(fail_on_change)
    shape = options.shape(size)
    difference = Difference(*(analyze(_design(name, shape)) for name in (old, new)))
    say([answer(difference, everything=everything)], options.Printing(form.value, output, colour))
    broken = difference.changed(watched) if watched else []
    for change in broken:
        complain(f"error: {change.sentence}\n")
    raise typer.Exit(1 if broken else 0)


def _figures(text: str) -> list[str]:
    """Return the figures that --fail-on-change names."""
    names = [name.strip().replace("-", "_") for name in text.split(",") if name.strip()]
    for name in names:
        if name not in FIGURES:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(FIGURES)}", param_hint="--fail-on-change")
    return names


def _design(name: str, shape: Shape | None) -> Design:
    if name.startswith("git:"):
        return read(BytesIO(_committed(name)), name, input_shape=shape)
    return read_design(name, shape)


def _committed(name: str) -> bytes:
    """Return a file as a commit has it."""
    import subprocess

    revision, colon, path = name.removeprefix("git:").partition(":")
    if not colon or not path or revision.startswith("-"):
        raise UnreadableFile(f"{name!r} names no file of a commit", "write git:REV:PATH, such as git:HEAD~1:net.yaml")
    try:
        done = subprocess.run(["git", "show", f"{revision}:{path}"], capture_output=True, check=False)  # noqa: S603, S607 - no shell
    except OSError as error:
        raise UnreadableFile(f"cannot run git: {error.strerror}") from None
    if done.returncode:
        reason, *hints = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        remedy = " ".join(hint.removeprefix("hint: ") for hint in hints) or None
        raise UnreadableFile(f"git cannot show {revision}:{path}: {reason.removeprefix('fatal: ')}", remedy)
    return done.stdout
