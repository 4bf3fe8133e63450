"""What one unit sees, as figures."""

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import Any, NamedTuple

from poolcalc.analysis.actual import holes, projected
from poolcalc.analysis.layer import Layer
from poolcalc.answers.lookup import actual_of
from poolcalc.answers.report import Report
from poolcalc.geometry.field import PIXELS
from poolcalc.renderers.answer import Cell
from poolcalc.wording import NONE, times


class UnitView(NamedTuple):
    """What one unit sees.

    theoretical: first and last pixel on an endless canvas, along every axis; None where it sees none, or where the
    layer's field is unknown. actual: likewise in this input. missing: pixels inside the actual box that are not seen,
    along every axis. pixels: how many are seen in all. of: sizes of what is seen.
    """

    layer: str
    unit: tuple[int, ...]
    theoretical: tuple[tuple[int, int] | None, ...]
    actual: tuple[tuple[int, int], ...] | None
    missing: tuple[int, ...]
    pixels: int
    of: tuple[int, ...]

    @property
    def in_padding(self) -> float | None:
        """Return the percentage of the theoretical box that lies outside the input."""
        if None in self.theoretical:
            return None
        boxes = [box for box in self.theoretical if box]
        whole = prod(last - first + 1 for first, last in boxes)
        inside = prod(
            max(0, min(last, size - 1) - max(first, 0) + 1) for (first, last), size in zip(boxes, self.of, strict=True)
        )
        return float(100 - Fraction(100 * inside, whole))

    def to_dict(self) -> dict[str, Any]:
        """Return the view as plain data."""
        return {
            "layer": self.layer,
            "unit": list(self.unit),
            "theoretical": [box and list(box) for box in self.theoretical],
            "actual": self.actual and [list(box) for box in self.actual],
            "center": self.actual and [float(Fraction(first + last, 2)) for first, last in self.actual],
            "holes": list(self.missing),
            "pixels": self.pixels,
            "percent_of_input": 100 * self.pixels / prod(self.of),
            "percent_in_padding": self.in_padding,
        }


def view_unit(report: Report, layer: Layer, unit: Sequence[int]) -> UnitView:
    """Return what one unit of a layer sees."""
    field = actual_of(report, layer)
    seen = field.of(unit)
    fields = layer.fields or (PIXELS,) * len(unit)  # only what fields are given in has none: it sees itself
    return UnitView(
        layer=layer.node.name,
        unit=tuple(unit),
        theoretical=tuple(axis.span(i) for axis, i in zip(fields, unit, strict=True)),
        actual=field.box(unit),
        missing=tuple(holes(mask).bit_count() for mask in projected(seen)),
        pixels=field.count(unit),
        of=field.pixels,
    )


def span(box: tuple[int, int] | None) -> tuple[Cell, Cell]:
    """Write the first and the last place, and how many there are."""
    if box is None:
        return Cell(NONE), Cell(NONE)
    first, last = box
    return Cell(f"{first} … {last}", f"{first}:{last}"), Cell.plain(last - first + 1)


def seen_map(report: Report) -> str:
    """Write what fields are given in, with its size."""
    return f"{report.analysis.origin} {times(report.analysis.origin_shape[1:])}"
