"""The effective receptive field of one unit, drawn."""

from collections.abc import Iterator
from typing import Any

from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import analyse
from poolcalc.answers.columns import rounded, width
from poolcalc.answers.lookup import actual_of, last_map, layer_named
from poolcalc.answers.report import Report
from poolcalc.answers.rf import fields_dict
from poolcalc.errors import UnknownLayer
from poolcalc.execution.gradient import effective_field
from poolcalc.execution.results import EffectiveField
from poolcalc.kernels import AnyArray
from poolcalc.renderers.answer import Answer, Cell, Column, Note, Row, Table
from poolcalc.wording import NONE, evenly

SHADES = " .:-=+*#%@"
_WIDEST = 64
"""Characters in a line of the picture."""


COLUMNS = (
    Column("axis", "axis", left=True),
    Column("middle", "middle"),
    Column("deviation", "σ"),
    Column("width", "±2σ"),
    Column("theoretical", "RF"),
)


def effective_of(report: Report, name: str) -> EffectiveField:
    """Return the effective field of the central unit of a layer; of its last local one where it is global."""
    layer = last_map(report, layer_named(report, name))
    field = actual_of(report, layer)
    if not field.count(field.central_unit):
        raise UnknownLayer(f"the central unit of {layer.node.name} sees padding alone")
    analysis = report.analysis
    if layer.sees_both:  # by a global branch: σ is of the local ones, in every table
        analysis = analyse(analysis.graph, origin=analysis.origin, gates=False)
    return effective_field(analysis, analysis.sized[layer.node.name], field.central_unit)


def answer(report: Report, field: EffectiveField) -> Answer:
    """Return the energy along every axis, and a picture in the notes."""
    unit, layer = ",".join(map(str, field.unit)), layer_named(report, field.layer)
    return report.answer(
        f"{report.design.name}  effective field of unit {unit} of {field.layer}, untrained",
        tables=lambda: [Table(COLUMNS, tuple(_rows(layer, field)))],
        data=lambda: fields_dict(report) | {"effective": _data(field)},
        notes=lambda: _notes(report, layer, field),
    )


def _rows(layer: Layer, field: EffectiveField) -> Iterator[Row]:
    """Yield the energy along every axis."""
    for axis, summary in enumerate(layer.receptive_field):
        size, middle = summary.size if summary else None, field.middle[axis]
        deviation = field.deviation[axis] or None  # none where all energy is in one pixel
        wide = width(deviation, summary)
        values = (str(axis), f"{middle:.2f}", rounded(deviation, 2), rounded(wide, 1), str(size or "?"))
        yield Row(tuple(map(Cell, (value or NONE for value in values), (axis, middle, deviation, wide, size))))


def _notes(report: Report, layer: Layer, field: EffectiveField) -> list[Note]:
    notes = [f"{100 * field.inside:.1f} % of the gradient's energy lies within 2σ of the middle on every axis"]
    if layer.sees_both:
        notes.append("what global branches add beside local ones is left out")
    endless = [rounded(deviation, 1) for deviation in report.deviations.get(field.layer) or ()]
    if None not in endless and endless != [rounded(deviation, 1) for deviation in field.deviation]:
        notes.append(f"on an endless canvas, as `rf` gives it for every layer, σ is {evenly(endless)}")
    return [*map(Note, notes), *map(Note, picture(field.energy))]


def _data(field: EffectiveField) -> dict[str, Any]:
    """Return the field as plain data, with its profile along every axis."""
    energy = field.energy
    axes = range(energy.ndim)
    return {
        "layer": field.layer,
        "unit": list(field.unit),
        "middle": list(field.middle),
        "deviation": list(field.deviation),
        "inside_two_deviations": field.inside,
        "profiles": [energy.sum(axis=tuple(other for other in axes if other != axis)).tolist() for axis in axes],
    }


def picture(energy: AnyArray) -> list[str]:
    """Draw the last two axes, denser signs for more energy; what is in front of them is summed up."""
    import numpy as np

    plane = energy.reshape(-1, *energy.shape[-2:]).sum(axis=0) if energy.ndim > 1 else energy[np.newaxis]
    rows, columns = plane.shape
    step = max(1, -(-columns // _WIDEST))
    # A character is about twice as high as wide.
    high, wide = np.arange(0, rows, 2 * step if rows > 1 else 1), np.arange(0, columns, step)
    cells = np.add.reduceat(np.add.reduceat(plane, high, axis=0), wide, axis=1)
    shades = np.ceil(np.sqrt(cells / cells.max()) * (len(SHADES) - 1)).astype(int)
    return ["", *("|" + "".join(SHADES[shade] for shade in line) + "|" for line in shades)]
