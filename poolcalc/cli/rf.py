"""`poolcalc rf`: the receptive field of every layer, of one unit, or around one pixel; and bounds for CI."""

from dataclasses import replace
from typing import Annotated, NamedTuple

import typer

from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import analyse
from poolcalc.answers import Report
from poolcalc.answers.lookup import last_map, layer_named, seeing, units_of
from poolcalc.cli import options
from poolcalc.cli.asking import tell
from poolcalc.network.design import Design
from poolcalc.network.expectation import Expectation, Relation, What
from poolcalc.network.graph import INPUT
from poolcalc.renderers.answer import Answer

At = Annotated[
    str | None,
    typer.Option(metavar="LAYER", help="The layer, or block, that --unit, --pixel and the bounds are about."),
]
Unit = Annotated[
    str | None, typer.Option(metavar="I,J", help="Show what one unit sees; `center` is the one in the middle.")
]
Pixel = Annotated[str | None, typer.Option(metavar="Y,X", help="Show which units of each layer see a pixel.")]
Origin = Annotated[
    str, typer.Option("--from", metavar="LAYER", help="Give fields in units of this layer instead of input pixels.")
]
Gates = Annotated[
    bool, typer.Option("--gates/--without-gates", help="Count global branches beside local ones, such as gates.")
]
Least = Annotated[int | None, typer.Option("--min", min=1, help="Fail where a field is smaller.")]
Most = Annotated[int | None, typer.Option("--max", min=1, help="Fail where a field is larger.")]
MostJump = Annotated[int | None, typer.Option("--max-jump", min=1, help="Fail where the jump is larger.")]
Verify = Annotated[bool, typer.Option("--verify", help="Prove every field by running the network on NaN.")]
Effective = Annotated[
    str | None, typer.Option(metavar="LAYER", help="Show where the gradient of the central unit goes, untrained.")
]


def rf(  # noqa: PLR0913, PLR0917 - one for every option
    architectures: options.Architectures,
    size: options.Input = None,
    at: At = None,
    unit: Unit = None,
    pixel: Pixel = None,
    origin: Origin = INPUT,
    gates: Gates = True,
    least: Least = None,
    most: Most = None,
    most_jump: MostJump = None,
    verify: Verify = False,
    effective: Effective = None,
    fold: options.Fold = True,
    form: options.Formats = options.TABLE,
    output: options.Output = None,
    colour: options.Colours = options.Colour.AUTO,
) -> None:
    """Print the receptive field of every layer: size, jump, center, effective padding, share of the input.

    With --unit or --pixel: what one unit sees, or which units see one pixel. --min, --max and --max-jump make a gate
    for CI; without --at they are about the outputs, or the last layer before a global one.

    Exit code 1: a bound that is not kept, a field that was refuted, or a layer that cannot run.
    """
    bounds = _bounds(least, most, most_jump)
    question = _Question(at, unit, pixel, effective)
    question.require_sense(bounds, verify=verify, gates=gates)

    def ask(design: Design) -> Answer:
        report = _examined(design, origin, gates=gates, verify=verify)
        layer = seeing(report, at).node.name if at and bounds else None
        return question.answer(replace(report, asked=tuple(bound._replace(layer=layer) for bound in bounds)))

    tell(architectures, options.shape(size), options.Printing(form.value, output, colour, fold), ask)


class _Question(NamedTuple):
    """What is asked: of one unit, of one pixel, of the gradient; else of all layers. at: the layer in question."""

    at: str | None
    unit: str | None
    pixel: str | None
    effective: str | None

    def require_sense(self, bounds: list[Expectation], *, verify: bool, gates: bool) -> None:
        """Refuse options that do not go together."""
        if sum(question is not None for question in self[1:]) > 1:
            raise typer.BadParameter("--unit, --pixel and --effective are questions of their own; ask one at a time")
        if verify and not gates:
            raise typer.BadParameter("the network runs with its gates; --verify cannot prove a field without them")
        if self.at and self.unit is None and self.pixel is None and not bounds:
            raise typer.BadParameter("--at is about --unit, --pixel, --min, --max or --max-jump; give one of them")

    def answer(self, report: Report) -> Answer:
        from poolcalc.answers import pixel, rf, unit

        if self.unit is not None:
            layer = layer_named(report, self.at) if self.at else last_map(report)
            return unit.answer(report, layer, _unit(report, layer, self.unit))
        if self.pixel is not None:
            place = options.place(self.pixel, report.analysis.origin_shape[1:], "--pixel")
            return pixel.answer(report, place, (seeing(report, self.at),) if self.at else report.layers)
        if self.effective is not None:
            from poolcalc.answers import gradient

            return gradient.answer(report, gradient.effective_of(report, self.effective))
        return rf.answer(report)


def _examined(design: Design, origin: str, *, gates: bool, verify: bool) -> Report:
    """Return what is known, in units of a layer and without gates where that is asked, proven where that is."""
    report = Report(design, analyse(design.graph))
    if origin != INPUT or not gates:
        start = INPUT if origin == INPUT else _map_named(report, origin)
        report = Report(design, analyse(design.graph, origin=start, gates=gates))
    if not verify:
        return report
    from poolcalc.execution.proof import prove

    return replace(report, proof=prove(report.analysis, report.actual))


def _map_named(report: Report, name: str) -> str:
    """Return the name of a layer whose output has spatial axes."""
    layer = layer_named(report, name)
    if not layer.spatial:
        raise typer.BadParameter(f"{layer.node.name} has no spatial axes to count in", param_hint="--from")
    return layer.node.name


def _unit(report: Report, layer: Layer, unit: str) -> tuple[int, ...]:
    units = units_of(report, layer)
    return tuple(size // 2 for size in units) if unit == "center" else options.place(unit, units, "--unit")


def _bounds(least: int | None, most: int | None, most_jump: int | None) -> list[Expectation]:
    """Return what is asked of receptive fields, of the outputs' or of one layer's."""
    asked: tuple[tuple[What, Relation, int | None], ...] = (
        ("receptive_field", "at least", least),
        ("receptive_field", "at most", most),
        ("jump", "at most", most_jump),
    )
    return [Expectation(what, (limit,), relation) for what, relation, limit in asked if limit is not None]
