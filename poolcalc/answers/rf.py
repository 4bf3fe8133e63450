"""The receptive field of every layer: size, jump, center, what the units of this network really see, and its proof."""

from fractions import Fraction
from math import prod
from typing import Any

from poolcalc.analysis.layer import Layer
from poolcalc.answers.columns import (
    ARCHITECTURE,
    FIELD_SIZE,
    FIELD_SIZE_MIN,
    JUMP,
    NAME,
    OPERATOR,
    at_most,
    declared,
    field_legend,
    joined,
    layer_table,
    output,
    per_axis,
    percentage,
    rounded,
    title,
    width,
)
from poolcalc.answers.folding import rows_above, what_is_folded
from poolcalc.answers.report import Report
from poolcalc.answers.view import view_unit
from poolcalc.network.graph import INPUT
from poolcalc.renderers.answer import Answer, Cell, Note
from poolcalc.wish import Wish
from poolcalc.wording import counted


def _first(_: Report, layer: Layer) -> Cell:
    return joined(per_axis(layer, lambda axis: axis.first))


def _last(_: Report, layer: Layer) -> Cell:
    return joined(per_axis(layer, lambda axis: axis.last))


def _center(_: Report, layer: Layer) -> Cell:
    return joined(per_axis(layer, lambda axis: None if axis.center is None else _half(axis.center)))


def _half(number: Fraction) -> str:
    """Write a multiple of one half.

    >>> _half(Fraction(3, 2)), _half(Fraction(-1, 2)), _half(Fraction(4))
    ('1.5', '-0.5', '4')
    """
    return str(number) if number.denominator == 1 else str(float(number))


def _covered(report: Report, layer: Layer) -> Cell:
    field = report.actual.get(layer.node.name)
    cell = percentage(100 * field.count(field.central_unit) / prod(field.pixels) if field else None)
    return cell._replace(text=at_most(report, layer) + cell.text) if field else cell


def _deviation(report: Report, layer: Layer) -> Cell:
    return joined([rounded(deviation, 1) for deviation in report.deviations.get(layer.node.name) or ()])


def _width(report: Report, layer: Layer) -> Cell:
    axes = zip(report.deviations.get(layer.node.name) or (), layer.receptive_field, strict=False)
    return joined([rounded(width(*axis), 0) for axis in axes])


def _remarks(report: Report, layer: Layer) -> Cell:
    axes = layer.receptive_field
    pixels = report.analysis.origin_shape[1:]
    covers = axes and all(axis and axis.size >= size for axis, size in zip(axes, pixels, strict=True))
    marks = {
        "varies": any(axis is None or axis.varies for axis in axes),
        "global": layer.sees_everything,
        "covers-input": bool(covers),
    }
    words = [word for word, is_true in marks.items() if is_true]
    return Cell(", ".join(words).replace("covers-input", "≥ input"), " ".join(words))


COLUMNS = (
    NAME,
    OPERATOR,
    output(expendable=3),
    FIELD_SIZE,
    JUMP,
    declared("first", "first", _first, expendable=6),
    declared("last", "last", _last, expendable=4),
    declared("center", "center", _center, expendable=5),
    declared("covered_percent", "covered", _covered, expendable=1),
    declared("effective_deviation", "σ", _deviation, expendable=2),
    declared("effective_width", "±2σ", _width, expendable=7),
    declared("remarks", "remarks", _remarks, left=True),
    FIELD_SIZE_MIN,
    ARCHITECTURE,
)


_EFFECTIVE = (
    "σ, ±2σ: untrained estimate for it, deviation of the gradient's energy and width of the span with most of it"
)


def answer(report: Report) -> Answer:
    """Return the receptive field of every layer."""
    return report.answer(
        title(report),
        tables=lambda: [layer_table(report, COLUMNS)],
        data=lambda: fields_dict(report),
        notes=lambda: _notes(report),
    )


def _notes(report: Report) -> list[Note]:
    analysis, layers = report.analysis, report.layers
    unit = "pixels of the input" if analysis.origin == INPUT else f"units of {analysis.origin}"
    endless = f"theoretical, on an endless canvas, in {unit}"
    notes = [
        Note(f"RF, jump, first, last, center: {endless}; the last three are those of unit 0"),
        *field_legend(report),
    ]
    if report.asked and any(layer.sees_both for layer in layers):
        notes.append(Note("bounds are about local paths: behind a gate, units see the whole map besides"))
    if not analysis.gates:
        notes.append(Note("without gates: what global branches add beside local ones is left out"))
    return [
        *notes,
        Note("covered: share of the input that the central unit really sees, padding and dropped rows left out"),
        Note(_EFFECTIVE),
        *what_is_folded(layers, rows_above(layers)),
        *_proof(report),
    ]


def _proof(report: Report) -> list[Note]:
    """Say what was proven by execution, and what was not and why."""
    if (proof := report.proof) is None:
        return [Note("not proven by execution", Wish.PROVE)]
    reasons: dict[str, list[str]] = {}
    for name, why in proof.unproven.items():
        reasons.setdefault(why, []).append(name)
    lines = []
    for why, names in reasons.items():
        more = " …" if len(names) > 3 else ""
        lines.append(f"not proven: {', '.join(names[:3])}{more} ({why})")
    layers = f"{len(proof.proven)} of {counted(len(report.layers), 'layer')}"
    lines.append(f"proven by execution for {layers}: what every unit really sees, along each axis")
    return list(map(Note, lines))


def fields_dict(report: Report) -> dict[str, Any]:
    """Return the report as plain data, with all that is known of receptive fields."""
    data = report.to_dict()
    data["origin"], data["gates"] = report.analysis.origin, report.analysis.gates
    for layer, entry in zip(report.layers, data["layers"], strict=True):
        entry["actual_field"] = _actual_dict(report, layer)
        deviation = report.deviations.get(layer.node.name)
        entry["effective_deviation"] = deviation and list(deviation)
        entry["proven"] = layer.node.name in report.proof.proven if report.proof else None
    if proof := report.proof:
        data["proof"] = {"proven": len(proof.proven), "refuted": proof.refuted, "unproven": proof.unproven}
    return data


def _actual_dict(report: Report, layer: Layer) -> dict[str, Any] | None:
    field = report.actual.get(layer.node.name)
    if field is None:
        return None
    view = view_unit(report, layer, field.central_unit).to_dict()
    del view["layer"]
    return view | {"unread": [mask.bit_count() for mask in field.unread()]}
