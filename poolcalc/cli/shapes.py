"""`poolcalc shapes`: size, receptive field and reduction at every stage, confirmed by a forward pass."""

from typing import Annotated

import typer

from poolcalc.answers.shapes import answer
from poolcalc.api import analyze
from poolcalc.cli import options
from poolcalc.cli.asking import confirmed, tell
from poolcalc.network.design import Design
from poolcalc.renderers.answer import Answer

THIN = 2
"""Channels in a thin pass: with one, a wrong order of the axes could go unnoticed."""

Forward = Annotated[
    bool, typer.Option("--forward/--no-forward", help="Run the network in NumPy to confirm the shapes.")
]
Batch = Annotated[int, typer.Option(min=1, help="Images to run, one after the other.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the random input and weights.")]
Thin = Annotated[
    bool, typer.Option("--thin", help=f"Run the same geometry with {THIN} channels, where the network is large.")
]
Threads = Annotated[
    int | None, typer.Option(min=1, help="Threads to run it on; all processors if left out.", show_default=False)
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Print the arithmetic of every size; table and markdown only.")
]


def shapes(  # noqa: PLR0913, PLR0917 - one for every option
    architectures: options.Architectures,
    size: options.Input = None,
    forward: Forward = True,
    batch: Batch = 1,
    seed: Seed = 0,
    thin: Thin = False,
    threads: Threads = None,
    fold: options.Fold = True,
    verbose: Verbose = False,
    form: options.Formats = options.TABLE,
    output: options.Output = None,
    colour: options.Colours = options.Colour.AUTO,
) -> None:
    """Print size, reduction, receptive field and cost of every layer, each size confirmed by running it.

    Exit code 1: a layer that cannot run, or a shape that the forward pass did not confirm.
    """

    def ask(design: Design) -> Answer:
        if not forward:
            return answer(analyze(design), verbose=verbose)
        report = confirmed(design, batch=batch, seed=seed, threads=threads, channels=THIN if thin else None)
        return answer(report, verbose=verbose)

    tell(architectures, options.shape(size), options.Printing(form.value, output, colour, fold), ask)
