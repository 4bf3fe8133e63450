"""`poolcalc shapes`: size, receptive field and reduction at every stage, confirmed by a forward pass."""

from typing import Annotated

import typer

from poolcalc.cli import options
from poolcalc.cli.progress import bar
from poolcalc.cli.reports import print_reports
from poolcalc.graph import Graph
from poolcalc.library import analyze, confirm
from poolcalc.report import Report
from poolcalc.report.tables import shapes_table


def shapes(
    architectures: options.Architectures,
    size: options.Input = None,
    forward: Annotated[
        bool, typer.Option("--forward/--no-forward", help="Run the network in NumPy to confirm the shapes.")
    ] = True,
    batch: Annotated[int, typer.Option(min=1, help="Images to run, one after the other.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random input and weights.")] = 0,
    fold: options.Fold = True,
    form: options.Formats = options.Format.TABLE,
    output: options.Output = None,
    colour: options.Colours = options.Colour.AUTO,
) -> None:
    """Print size, reduction, receptive field and cost of every layer, each size confirmed by running it.

    Exit code 1: a layer that cannot run, or a shape that the forward pass did not confirm.
    """

    def examine(graph: Graph) -> Report:
        if not forward:
            return analyze(graph)
        with bar(f"running {graph.name}") as progress:
            return confirm(graph, batch=batch, seed=seed, progress=progress)

    print_reports(
        architectures,
        options.shape(size),
        form,
        output,
        colour,
        examine=examine,
        table=lambda report: shapes_table(report, fold=fold, complete=form is options.Format.CSV),
    )
