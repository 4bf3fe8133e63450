"""The effective receptive field of one unit, drawn."""

from collections.abc import Iterator
from typing import Any

from poolcalc.analysis.layer import Layer
from poolcalc.answers.columns import width
from poolcalc.answers.lookup import actual_of, last_map, layer_named
from poolcalc.answers.report import Report
from poolcalc.answers.rf import fields_dict
from poolcalc.errors import UnknownLayer
from poolcalc.execution.gradient import effective_field
from poolcalc.execution.results import EffectiveField
from poolcalc.kernels import AnyArray
from poolcalc.renderers.answer import Answer, Cell, Column, Note, Row, Table

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
    return effective_field(report.analysis, layer, field.central_unit)


def answer(report: Report, field: EffectiveField) -> Answer:
    """Return the energy along every axis, and a picture in the notes."""
    unit = ",".join(map(str, field.unit))
    return report.answer(
        f"{report.design.name}  effective field of unit {unit} of {field.layer}, untrained",
        tables=lambda: [Table(COLUMNS, tuple(_rows(layer_named(report, field.layer), field)))],
        data=lambda: fields_dict(report) | {"effective": _data(field)},
        notes=lambda: _notes(field),
    )


def _rows(layer: Layer, field: EffectiveField) -> Iterator[Row]:
    """Yield the energy along every axis."""
    for axis, summary in enumerate(layer.receptive_field):
        middle, deviation = field.middle[axis], field.deviation[axis]
        size, wide = summary.size if summary else None, width(deviation, summary)
        values = (str(axis), f"{middle:.2f}", f"{deviation:.2f}", f"{wide:.1f}", str(size or "?"))
        plain = (axis, middle, deviation, wide, size)
        yield Row(tuple(map(Cell, values, plain)))


def _notes(field: EffectiveField) -> list[Note]:
    inside = f"{100 * field.inside:.1f} % of the gradient's energy lie within 2σ of the middle on every axis"
    return [Note(inside), *map(Note, picture(field.energy))]


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
