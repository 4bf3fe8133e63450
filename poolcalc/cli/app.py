"""The command and its verbs."""

from collections.abc import Iterator
from typing import Annotated

import typer

from poolcalc import __version__
from poolcalc.cli.check import check
from poolcalc.cli.diff import diff
from poolcalc.cli.explain import explain
from poolcalc.cli.list import list_architectures
from poolcalc.cli.output import print_error
from poolcalc.cli.rf import rf
from poolcalc.cli.schema import schema
from poolcalc.cli.shapes import shapes
from poolcalc.cli.sizes import sizes
from poolcalc.errors import PoolcalcError

app = typer.Typer(
    name="poolcalc",
    help="Shapes and receptive fields of convolutional networks, exact and confirmed by a NumPy forward pass.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.command()(shapes)
app.command()(rf)
app.command()(sizes)
app.command()(diff)
app.command()(check)
app.command()(explain)
app.command("list")(list_architectures)
app.command()(schema)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        typer.echo(f"poolcalc {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def run() -> int:
    """Run the command line and return its exit code."""
    try:
        app()
    except SystemExit as stop:
        for reason in _reasons(stop):  # typer makes exit codes of its own from these two
            if isinstance(reason, (KeyboardInterrupt, BrokenPipeError)):
                raise reason from None
        return stop.code if isinstance(stop.code, int) else 0
    except PoolcalcError as error:
        return print_error(error)
    return 0


def _reasons(error: BaseException) -> Iterator[BaseException]:
    """Yield what an exception was raised in answer to."""
    while error.__context__:
        error = error.__context__
        yield error
