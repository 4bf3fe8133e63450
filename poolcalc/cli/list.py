"""`poolcalc list`: the bundled architectures."""

from poolcalc.answers import networks
from poolcalc.api import analyze, architectures, load
from poolcalc.cli import options
from poolcalc.cli.output import say


def list_architectures(
    form: options.Formats = options.TABLE,
    output: options.Output = None,
    colour: options.Colours = options.Colour.AUTO,
) -> None:
    """List the bundled architectures, with size and source."""
    reports = [analyze(load(name)) for name in architectures()]
    answer = networks.answer(f"{len(reports)} bundled architectures", reports)
    say([answer], options.Printing(form.value, output, colour))
