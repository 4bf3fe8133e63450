"""`poolcalc shapes`: size, receptive field and reduction at every stage, confirmed by a forward pass."""

from typing import Annotated

import typer

from poolcalc.answers import Report
from poolcalc.answers.derivations import arithmetic_lines
from poolcalc.answers.tables import shapes_table
from poolcalc.api import analyze
from poolcalc.cli import options
from poolcalc.cli.reports import confirmed, print_reports
from poolcalc.network.design import Design
from poolcalc.renderers.table import Table

THIN = 2
"""Channels in a thin pass: with one, a wrong order of the axes could go unnoticed."""


def shapes(  # noqa: PLR0913, PLR0917 - one for every option
    architectures: options.Architectures,
    size: options.Input = None,
    forward: Annotated[
        bool, typer.Option("--forward/--no-forward", help="Run the network in NumPy to confirm the shapes.")
    ] = True,
    batch: Annotated[int, typer.Option(min=1, help="Images to run, one after the other.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random input and weights.")] = 0,
    thin: Annotated[
        bool, typer.Option("--thin", help=f"Run the same geometry with {THIN} channels, where the network is large.")
    ] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads to run it on; all processors if left out.", show_default=False)
    ] = None,
    fold: options.Fold = True,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print the arithmetic of every size; table and markdown only.")
    ] = False,
    form: options.Formats = options.Format.TABLE,
    output: options.Output = None,
    colour: options.Colours = options.Colour.AUTO,
) -> None:
    """Print size, reduction, receptive field and cost of every layer, each size confirmed by running it.

    Exit code 1: a layer that cannot run, or a shape that the forward pass did not confirm.
    """

    def examine(design: Design) -> Report:
        if not forward:
            return analyze(design)
        return confirmed(design, batch=batch, seed=seed, threads=threads, channels=THIN if thin else None)

    def table(report: Report) -> Table:
        drawn = shapes_table(report, fold=fold, complete=form is options.Format.CSV)
        return drawn._replace(notes=(*drawn.notes, *arithmetic_lines(report))) if verbose else drawn

    print_reports(
        architectures,
        options.shape(size),
        form,
        output,
        colour,
        examine=examine,
        table=table,
    )
