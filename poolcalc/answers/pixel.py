"""Which units see one pixel."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from poolcalc.analysis.actual import ActualField, extent, projected, union_size
from poolcalc.analysis.layer import Layer
from poolcalc.answers.report import Report
from poolcalc.answers.rf import fields_dict
from poolcalc.answers.view import seen_map, span
from poolcalc.renderers.answer import Answer, Cell, Column, Note, Row, Table
from poolcalc.wording import AXES, NONE, times


def answer(report: Report, pixel: Sequence[int], layers: Sequence[Layer]) -> Answer:
    """Return which units of every layer see a pixel, a layer on every row."""
    return report.answer(
        f"{report.design.name}  which units see pixel {','.join(map(str, pixel))} of {seen_map(report)}",
        tables=lambda: [Table(_columns(len(pixel)), tuple(_rows(report, pixel, layers)))],
        data=lambda: fields_dict(report) | {"pixel": _data(report, pixel, layers)},
        notes=lambda: [Note("first … last unit that sees the pixel; – where none does")],
    )


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


def _columns(rank: int) -> tuple[Column, ...]:
    axes = (Column(f"{axis}s", f"{axis}s") for axis in AXES[rank])
    name, shape = Column("name", "layer", left=True), Column("output_shape", "output", expendable=1)
    return (name, shape, *axes, Column("units", "units"))


def _rows(report: Report, pixel: Sequence[int], layers: Iterable[Layer]) -> Iterator[Row]:
    for layer in layers:
        if layer.shape and layer.node.name in report.actual:
            field = report.actual[layer.node.name]
            seen = watchers(field, pixel) if field else []
            count = union_size(seen)
            units = Cell(f"{count:,}", count) if field else Cell("?")
            cells = [span(extent(mask))[0] for mask in projected(seen)] or [Cell(NONE if field else "?")] * len(pixel)
            yield Row((Cell.plain(layer.node.name), Cell(times(layer.shape)), *cells, units))


def units_seeing(
    report: Report, pixel: Sequence[int], layers: Iterable[Layer] | None = None
) -> dict[str, tuple[tuple[int, int], ...] | None]:
    """Return the first and last unit of every layer, along every axis, that see a pixel; None where none does."""
    seen = {}
    for layer in report.layers if layers is None else layers:
        if layer.shape and (field := report.actual.get(layer.node.name)):
            seen[layer.node.name] = tuple(map(extent, projected(watchers(field, pixel)))) or None
    return seen


def _data(report: Report, pixel: Sequence[int], layers: Iterable[Layer]) -> dict[str, Any]:
    seen = units_seeing(report, pixel, layers)
    return {"pixel": list(pixel), "units": {name: boxes and list(map(list, boxes)) for name, boxes in seen.items()}}
