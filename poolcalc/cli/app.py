"""The command and its verbs."""

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Annotated

import typer

from poolcalc import __version__
from poolcalc.errors import PoolcalcError

VERBS = {
    "shapes": "shapes",
    "rf": "rf",
    "sizes": "sizes",
    "diff": "diff",
    "check": "check",
    "explain": "explain",
    "list": "list_architectures",
    "schema": "schema",
}
"""The function of every verb, in the module that has the verb's name."""


def application(*verbs: str) -> typer.Typer:
    """Return the command with some of its verbs."""
    app = typer.Typer(
        name="poolcalc",
        help="Shapes and receptive fields of convolutional networks, exact and confirmed by a NumPy forward pass.",
        no_args_is_help=True,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
    )
    app.callback()(_common)
    for verb in verbs:
        app.command(verb)(getattr(import_module(f"poolcalc.cli.{verb}"), VERBS[verb]))
    return app


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        typer.echo(f"poolcalc {__version__}")
        raise typer.Exit


def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def run() -> int:
    """Run the command line and return its exit code."""
    asked = [verb for verb in sys.argv[1:2] if verb in VERBS]  # importing the others would take longer than most work
    try:
        application(*(asked or VERBS))()
    except SystemExit as stop:
        for reason in _reasons(stop):  # typer makes exit codes of its own from these two
            if isinstance(reason, (KeyboardInterrupt, BrokenPipeError)):
                raise reason from None
        return stop.code if isinstance(stop.code, int) else 0
    except PoolcalcError as error:
        from poolcalc.cli.output import print_error

        return print_error(error)
    return 0


def _reasons(error: BaseException) -> Iterator[BaseException]:
    """Yield what an exception was raised in answer to."""
    while error.__context__:
        error = error.__context__
        yield error
