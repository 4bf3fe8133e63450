"""Questions about receptive fields: what one unit sees, which units see one pixel, whether bounds hold."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fractions import Fraction
from itertools import accumulate
from math import prod
from typing import Any, NamedTuple

from poolcalc.analysis.actual import ActualField, extent, holes, projected, union_size
from poolcalc.analysis.layers import Layer, last_local
from poolcalc.answers.report import Report
from poolcalc.errors import UnknownLayer
from poolcalc.geometry.field import PIXELS
from poolcalc.renderers.table import Cell, Column, Row, Table
from poolcalc.wording import AXES, percent, times


def layer_named(report: Report, name: str) -> Layer:
    """Return a layer by its name, or the last layer of a block by the block's."""
    layers = {layer.node.name: layer for layer in report.layers}
    inside = [layer for layer in report.layers if layer.node.name.startswith(f"{name}.")]
    if found := layers.get(name, inside[-1] if inside else None):
        return found
    known = {prefix for each in layers for prefix in accumulate(each.split("."), "{}.{}".format)}
    close = get_close_matches(name, sorted(known), n=1)
    raise UnknownLayer(f"no layer is called '{name}'" + (f"; did you mean '{close[0]}'?" if close else ""))


def last_map(report: Report, start: Layer | None = None) -> Layer:
    """Return the last layer, back from `start`, whose units still look at different places."""
    layers = {layer.node.name: layer for layer in report.layers}
    if layer := last_local(start or report.layers[-1], layers):
        return layer
    raise UnknownLayer("no layer has units of its own; name one with --at")


def actual_of(report: Report, layer: Layer) -> ActualField:
    """Return a layer's actual field, or say why there is none."""
    name = layer.node.name
    if layer.shape is None:
        raise UnknownLayer(f"{name} cannot run, so its units see nothing")
    if name not in report.actual:
        raise UnknownLayer(f"{name} does not see {report.analysis.origin}")
    field = report.actual[name]
    if field is None:
        raise UnknownLayer(f"the field of {name} is too ragged to list")
    return field


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


def unit_table(report: Report, view: UnitView) -> Table:
    """Return what one unit sees, an axis on every row."""
    titles = {"theoretical": "theoretical", "theoretical_size": "size", "actual": "actual", "actual_size": "size"}
    titles |= {"center": "center", "holes": "holes"}
    columns = [Column(key="axis", title="axis", left=True)]
    columns += [Column(key=key, title=title) for key, title in titles.items()]
    rows = []
    for axis, name in enumerate(AXES[len(view.of)]):
        box = view.actual[axis] if view.actual else None
        middle = (box[0] + box[1]) / 2 if box else None
        center = Cell(f"{middle:g}" if box else "–", middle)
        missing = Cell(str(view.missing[axis]), view.missing[axis]) if box else Cell("–")
        rows.append(Row((Cell(name, name), *_span(view.theoretical[axis]), *_span(box), center, missing)))
    share, padding = percent(100 * view.pixels / prod(view.of)), view.in_padding
    notes = [f"sees {view.pixels:,} of {prod(view.of):,} pixels, {share}" if view.actual else "sees padding alone"]
    if padding is not None:
        notes.append(f"{percent(padding)} of the theoretical box lie outside the input")
    unit = ",".join(map(str, view.unit))
    return Table(
        title=f"{report.design.name}  what unit {unit} of {view.layer} sees of {_origin(report)}",
        columns=tuple(columns),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _span(box: tuple[int, int] | None) -> tuple[Cell, Cell]:
    if box is None:
        return Cell("–"), Cell("–")
    first, last = box
    return Cell(f"{first} … {last}", f"{first}:{last}"), Cell(str(last - first + 1), last - first + 1)


def _origin(report: Report) -> str:
    return f"{report.analysis.origin} {times(report.analysis.origin_shape[1:])}"


def watchers(field: ActualField, pixel: Sequence[int]) -> list[tuple[int, ...]]:
    """Return which units see a pixel, as a union of products: a mask of units for every axis."""
    found = []
    for product in field.products:
        masks = tuple(
            sum(1 << unit for unit, seen in enumerate(axis) if seen >> place & 1)
            for axis, place in zip(product, pixel, strict=True)
        )
        if all(masks):
            found.append(masks)
    return found


def pixel_table(report: Report, pixel: Sequence[int], layers: Iterable[Layer]) -> Table:
    """Return which units of every layer see a pixel, a layer on every row."""
    axes = AXES[len(pixel)]
    rows = []
    for layer in layers:
        if layer.shape and layer.node.name in report.actual:
            field = report.actual[layer.node.name]
            seen = watchers(field, pixel) if field else []
            count = union_size(seen)
            units = Cell(f"{count:,}", count) if field else Cell("?")
            cells = [_span(extent(mask))[0] for mask in projected(seen)] or [Cell("–" if field else "?")] * len(axes)
            rows.append(Row((Cell(layer.node.name, layer.node.name), Cell(times(layer.shape)), *cells, units)))
    columns = [Column(key="name", title="layer", left=True), Column(key="output_shape", title="output", expendable=1)]
    columns += [Column(key=f"{axis}s", title=f"{axis}s") for axis in axes]
    return Table(
        title=f"{report.design.name}  which units see pixel {','.join(map(str, pixel))} of {_origin(report)}",
        columns=(*columns, Column(key="units", title="units")),
        rows=tuple(rows),
        notes=("first … last unit that sees the pixel; – where none does",),
    )


def units_seeing(
    report: Report, pixel: Sequence[int], layers: Iterable[Layer] | None = None
) -> dict[str, tuple[tuple[int, int], ...] | None]:
    """Return the first and last unit of every layer, along every axis, that see a pixel; None where none does."""
    seen = {}
    for layer in report.layers if layers is None else layers:
        if layer.shape and (field := report.actual.get(layer.node.name)):
            seen[layer.node.name] = tuple(map(extent, projected(watchers(field, pixel)))) or None
    return seen


def pixel_dict(report: Report, pixel: Sequence[int], layers: Iterable[Layer]) -> dict[str, Any]:
    """Return which units of every layer see a pixel, as plain data."""
    seen = units_seeing(report, pixel, layers)
    return {"pixel": list(pixel), "units": {name: boxes and list(map(list, boxes)) for name, boxes in seen.items()}}


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
