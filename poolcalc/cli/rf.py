"""`poolcalc rf`: the receptive field of every stage."""

from poolcalc.cli import options
from poolcalc.cli.reports import print_reports
from poolcalc.library import analyze
from poolcalc.report.tables import rf_table


def rf(
    architectures: options.Architectures,
    size: options.Input = None,
    fold: options.Fold = True,
    form: options.Formats = options.Format.TABLE,
    output: options.Output = None,
    colour: options.Colours = options.Colour.AUTO,
) -> None:
    """Print the theoretical receptive field of every layer: size, jump, center, effective padding.

    Exit code 1: a layer that cannot run.
    """
    print_reports(
        architectures,
        options.shape(size),
        form,
        output,
        colour,
        examine=analyze,
        table=lambda report: rf_table(report, fold=fold, complete=form is options.Format.CSV),
    )
