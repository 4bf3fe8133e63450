"""`poolcalc rf`: the receptive field of every layer, of one unit, or around one pixel; and bounds for CI."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

import typer

from poolcalc.analysis.layers import Layer, analyse
from poolcalc.answers import Report
from poolcalc.answers.fields import (
    actual_of,
    fields_dict,
    last_map,
    layer_named,
    pixel_dict,
    pixel_table,
    unit_table,
    view_unit,
)
from poolcalc.answers.tables import rf_table
from poolcalc.cli import options
from poolcalc.cli.reports import print_reports
from poolcalc.network.design import Design
from poolcalc.network.expectation import Expectation, Relation, What
from poolcalc.network.graph import INPUT
from poolcalc.renderers.table import Table


def rf(  # noqa: PLR0913, PLR0917 - one for every option
    architectures: options.Architectures,
    size: options.Input = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="LAYER", help="The layer, or block, that --unit, --pixel and the bounds are about."),
    ] = None,
    unit: Annotated[
        str | None, typer.Option(metavar="I,J", help="Show what one unit sees; `center` is the one in the middle.")
    ] = None,
    pixel: Annotated[
        str | None, typer.Option(metavar="Y,X", help="Show which units of each layer see a pixel.")
    ] = None,
    origin: Annotated[
        str, typer.Option("--from", metavar="LAYER", help="Give fields in units of this layer instead of input pixels.")
    ] = INPUT,
    gates: Annotated[
        bool,
        typer.Option("--gates/--without-gates", help="Count global branches beside local ones, such as gates."),
    ] = True,
    least: Annotated[int | None, typer.Option("--min", min=1, help="Fail where a field is smaller.")] = None,
    most: Annotated[int | None, typer.Option("--max", min=1, help="Fail where a field is larger.")] = None,
    most_jump: Annotated[int | None, typer.Option("--max-jump", min=1, help="Fail where the jump is larger.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Prove every field by running the network on NaN.")] = False,
    effective: Annotated[
        str | None, typer.Option(metavar="LAYER", help="Show where the gradient of the central unit goes, untrained.")
    ] = None,
    fold: options.Fold = True,
    form: options.Formats = options.Format.TABLE,
    output: options.Output = None,
    colour: options.Colours = options.Colour.AUTO,
) -> None:
    """Print the receptive field of every layer: size, jump, center, effective padding, share of the input.

    With --unit or --pixel: what one unit sees, or which units see one pixel. --min, --max and --max-jump make a gate
    for CI; without --at they are about the outputs, or the last layer before a global one.

    Exit code 1: a bound that is not kept, a field that was refuted, or a layer that cannot run.
    """
    if sum(question is not None for question in (unit, pixel, effective)) > 1:
        raise typer.BadParameter("--unit, --pixel and --effective are questions of their own; ask one at a time")
    if verify and not gates:
        raise typer.BadParameter("the network runs with its gates; --verify cannot prove a field without them")

    bounds = _bounds(least, most, most_jump)
    if at and unit is None and pixel is None and not bounds:
        raise typer.BadParameter("--at is about --unit, --pixel, --min, --max or --max-jump; give one of them")

    def examine(design: Design) -> Report:
        report = Report(design, analyse(design.graph))
        if origin != INPUT or not gates:
            start = INPUT if origin == INPUT else _map_named(report, origin)
            report = Report(design, analyse(design.graph, origin=start, gates=gates))
        if verify:
            from poolcalc.execution.proof import prove

            report = replace(report, proof=prove(report.analysis, report.actual))
        layer = _seeing(report, at).node.name if at and bounds else None
        return replace(report, asked=tuple(bound._replace(layer=layer) for bound in bounds))

    table, data = _answers(at, unit, pixel, effective, fold=fold, complete=form is options.Format.CSV)
    print_reports(architectures, options.shape(size), form, output, colour, examine=examine, table=table, data=data)


Answers = tuple[Callable[[Report], Table], Callable[[Report], dict[str, Any]]]
"""How a report is shown, as a table and as data."""


def _answers(
    at: str | None, unit: str | None, pixel: str | None, effective: str | None, *, fold: bool, complete: bool
) -> Answers:
    """Return the table and the data that answer the question that was asked."""
    if unit is not None:

        def view(report: Report) -> Any:
            layer = layer_named(report, at) if at else last_map(report)
            return view_unit(report, layer, _unit(report, layer, unit))

        return lambda report: unit_table(
            report, view(report)
        ), lambda report: fields_dict(report) | {"unit": view(report).to_dict()}
    if pixel is not None:

        def watched(report: Report) -> tuple[tuple[int, ...], tuple[Layer, ...]]:
            place = options.place(pixel, report.analysis.origin_shape[1:], "--pixel")
            return place, (_seeing(report, at),) if at else report.layers

        return (
            lambda report: pixel_table(report, *watched(report)),
            lambda report: fields_dict(report) | {"pixel": pixel_dict(report, *watched(report))},
        )
    if effective is not None:
        from poolcalc.answers.gradient import effective_dict, effective_of, effective_table

        return (
            lambda report: effective_table(report, effective_of(report, effective)),
            lambda report: fields_dict(report) | {"effective": effective_dict(effective_of(report, effective))},
        )
    return lambda report: rf_table(report, fold=fold, complete=complete), fields_dict


def _map_named(report: Report, name: str) -> str:
    """Return the name of a layer whose output has spatial axes."""
    layer = layer_named(report, name)
    if not layer.shape or len(layer.shape) == 1:
        raise typer.BadParameter(f"{layer.node.name} has no spatial axes to count in", param_hint="--from")
    return layer.node.name


def _seeing(report: Report, name: str) -> Layer:
    """Return a layer by its name; refuse one that sees nothing of what fields are given in."""
    layer = layer_named(report, name)
    if layer.shape and layer.node.name not in report.actual:
        actual_of(report, layer)
    return layer


def _unit(report: Report, layer: Layer, unit: str) -> tuple[int, ...]:
    units = (layer.shape or ())[1:] or (1,) * len(report.analysis.origin_shape[1:])
    return tuple(size // 2 for size in units) if unit == "center" else options.place(unit, units, "--unit")


def _bounds(least: int | None, most: int | None, most_jump: int | None) -> list[Expectation]:
    """Return what is asked of receptive fields, of the outputs' or of one layer's."""
    asked: tuple[tuple[What, Relation, int | None], ...] = (
        ("receptive_field", "at least", least),
        ("receptive_field", "at most", most),
        ("jump", "at most", most_jump),
    )
    return [Expectation(what, (limit,), relation) for what, relation, limit in asked if limit is not None]
