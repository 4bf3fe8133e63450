"""What one unit sees."""

from collections.abc import Sequence
from math import prod

from poolcalc.analysis.layer import Layer
from poolcalc.answers.report import Report
from poolcalc.answers.rf import fields_dict
from poolcalc.answers.view import UnitView, seen_map, span, view_unit
from poolcalc.renderers.answer import Answer, Cell, Column, Note, Row, Table
from poolcalc.wording import AXES, NONE, counted, percent

COLUMNS = (
    Column("axis", "axis", left=True),
    Column("theoretical", "theoretical"),
    Column("theoretical_size", "size"),
    Column("actual", "actual"),
    Column("actual_size", "size"),
    Column("center", "center"),
    Column("holes", "holes"),
)


def answer(report: Report, layer: Layer, unit: Sequence[int]) -> Answer:
    """Return what one unit of a layer sees, an axis on every row. Raises UnknownLayer where it sees nothing."""
    view = view_unit(report, layer, unit)
    return report.answer(
        f"{report.design.name}  what unit {','.join(map(str, unit))} of {view.layer} sees of {seen_map(report)}",
        tables=lambda: [Table(COLUMNS, tuple(_row(view, axis, name) for axis, name in enumerate(AXES[len(view.of)])))],
        data=lambda: fields_dict(report) | {"unit": view.to_dict()},
        notes=lambda: _notes(view, layer),
    )


def _row(view: UnitView, axis: int, name: str) -> Row:
    box = view.actual[axis] if view.actual else None
    middle = (box[0] + box[1]) / 2 if box else None
    center = Cell(NONE if middle is None else f"{middle:g}", middle)
    missing = Cell.plain(view.missing[axis]) if box else Cell(NONE)
    return Row((Cell.plain(name), *span(view.theoretical[axis]), *span(box), center, missing))


def _notes(view: UnitView, layer: Layer) -> list[Note]:
    share, padding = percent(100 * view.pixels / prod(view.of)), view.in_padding
    notes = [
        f"sees {view.pixels:,} of {counted(prod(view.of), 'pixel')}, {share}" if view.actual else "sees padding alone"
    ]
    if padding is not None:
        notes.append(f"{percent(padding)} of the theoretical box lies outside the input")
    if layer.sees_both:
        notes.append("theoretical: by local paths; another one sees the whole map")
    return list(map(Note, notes))
