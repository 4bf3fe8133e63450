"""The columns of tables with a row for every layer; each is declared once."""

from collections.abc import Callable, Sequence
from math import inf
from typing import Any, NamedTuple, overload

from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import Figure
from poolcalc.answers.folding import rows_above
from poolcalc.answers.report import Report
from poolcalc.geometry.field import Summary
from poolcalc.renderers.answer import Cell, Column, Note, Row, Table, counted
from poolcalc.wording import MOST_PERCENT, NONE, evenly, exact, factor, percent, times


class Declared(NamedTuple):
    """A column and the cell that it has for a layer; of those where something is counted the sum is given, too."""

    column: Column
    cell: Callable[[Report, Layer], Cell]
    counts: Figure | None = None


def declared(key: str, title: str, cell: Callable[[Report, Layer], Cell], **options: Any) -> Declared:
    """Return a column, and its cells."""
    return Declared(Column(key=key, title=title, **options), cell)


def counting(figure: Figure, title: str, **options: Any) -> Declared:
    """Return a column with a figure that is summed up over the layers."""

    def cell(_: Report, layer: Layer) -> Cell:
        return counted([getattr(layer, figure)])

    return Declared(Column(key=figure, title=title, shared="sum", **options), cell, figure)


def total(report: Report, figure: Figure) -> Cell:
    """Return the sum of a figure over all layers, or how much it is at least."""
    return counted([getattr(layer, figure) for layer in report.layers])


def _name(_: Report, layer: Layer) -> Cell:
    return Cell.plain(layer.node.name)


def _operator(_: Report, layer: Layer) -> Cell:
    return Cell.plain(layer.node.op.keyword)


def _output(_: Report, layer: Layer) -> Cell:
    if layer.shape:
        return Cell(times(layer.shape), "x".join(map(str, layer.shape)))
    return Cell("impossible" if layer.problem else "unknown")


def percentage(value: float | None) -> Cell:
    """Return by how much something shrinks, with as many digits as it takes; a factor where it grows many times."""
    if value is None:
        return Cell(NONE)
    return Cell(f"grows {factor(-value)}" if -value > MOST_PERCENT else percent(value), value)


def per_axis(layer: Layer, pick: Callable[[Summary], Any]) -> list[Any]:
    """Return one figure of the receptive field for every axis, None where it is unknown."""
    return [pick(axis) if axis else None for axis in layer.receptive_field]


def joined(values: Sequence[Any]) -> Cell:
    """Return one figure per axis, once where all are equal."""
    texts = ["" if value is None else str(value) for value in values]
    return Cell(evenly([text or NONE for text in texts]), "x".join(texts)) if any(texts) else Cell(NONE)


def at_most(report: Report, layer: Layer) -> str:
    """Return the sign before figures that are no more than a bound."""
    return "≤ " if layer.node.name in report.facts.overstated else ""


def _field_size(report: Report, layer: Layer) -> Cell:
    sizes = per_axis(layer, lambda axis: axis.size)
    shown = per_axis(layer, lambda axis: f"{axis.size_min}–{axis.size}" if axis.varies else axis.size)
    cell = joined(["?" if size is None else size for size in shown])
    value = cell.value if shown == sizes and None not in sizes else joined(sizes).value
    return Cell(at_most(report, layer) + cell.text + ("*" if layer.sees_everything else ""), value)


def _field_size_min(_: Report, layer: Layer) -> Cell:
    return joined(per_axis(layer, lambda axis: axis.size_min))


def _jump(_: Report, layer: Layer) -> Cell:
    return joined(per_axis(layer, lambda axis: exact(axis.jump)))


def _architecture(report: Report, _layer: Layer) -> Cell:
    return Cell.plain(report.design.name)


NAME = declared("name", "name", _name, left=True, shared="first", nested=True)
OPERATOR = declared("op", "operator", _operator, left=True, expendable=2, shared="first")
FIELD_SIZE = declared("receptive_field", "RF", _field_size)
JUMP = declared("jump", "jump", _jump, expendable=4)

FIELD_SIZE_MIN = declared("receptive_field_min", "", _field_size_min, machine=True)
ARCHITECTURE = declared("architecture", "", _architecture, machine=True)


def output(**options: Any) -> Declared:
    """Return the column of output shapes."""
    return declared("output_shape", "output", _output, **options)


def layer_table(report: Report, columns: Sequence[Declared]) -> Table:
    """Return a row for the input and for every layer."""
    first = {
        "name": Cell.plain("input"),
        "output_shape": Cell(times(report.graph.input), "x".join(map(str, report.graph.input))),
        "architecture": Cell.plain(report.design.name),
    }
    rows = [Row(tuple(first.get(each.column.key, Cell("")) for each in columns))]
    for layer, above in zip(report.layers, rows_above(report.layers), strict=True):
        rows.append(Row(_Cells(report, layer, columns), "plain" if layer.shape else "error", above))
    totals = None
    if any(each.counts for each in columns):
        sums = [total(report, each.counts) if each.counts else Cell("") for each in columns]
        totals = Row((Cell.plain("total"), *sums[1:]))
    return Table(tuple(each.column for each in columns), tuple(rows), totals)


class _Cells(Sequence[Cell]):
    """The cells of a layer, worked out when they are asked for: a renderer draws about half of them."""

    __slots__ = ("columns", "layer", "report")

    def __init__(self, report: Report, layer: Layer, columns: Sequence[Declared]) -> None:
        self.report, self.layer, self.columns = report, layer, columns

    def __len__(self) -> int:
        return len(self.columns)

    @overload
    def __getitem__(self, place: int) -> Cell: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Cell]: ...

    def __getitem__(self, place: int | slice) -> Cell | Sequence[Cell]:
        if isinstance(place, slice):
            return tuple(each.cell(self.report, self.layer) for each in self.columns[place])
        return self.columns[place].cell(self.report, self.layer)


def title(report: Report) -> str:
    """Return what stands above answers about a whole network."""
    heading = f"{report.design.name}  {times(report.graph.input)}"
    return f"{heading}  {report.design.reference}" if report.design.reference else heading


def field_legend(report: Report) -> list[Note]:
    """Explain the signs in the column of receptive fields, those that really occur."""
    layers = report.layers
    summaries = [axis for layer in layers for axis in layer.receptive_field]
    parts = []
    if any(axis and axis.varies for axis in summaries):
        parts.append("a–b depends on the unit's position")
    if any(layer.sees_everything for layer in layers):
        parts.append("* some path sees the whole map (global pooling or a gate)")
    if report.facts.overstated:
        parts.append("≤ at most: channels that may see more are left out on the way")
    if None in summaries:
        parts.append("? too irregular for one figure")
    return [Note(f"RF: {', '.join(parts)}")] if parts else []


def width(deviation: float | None, field: Summary | None) -> float | None:
    """Return how wide 2 σ to both sides are, in pixels: what lies beyond the field has no energy."""
    return deviation and min(4 * deviation, field.size if field else inf)


def rounded(value: float | None, decimals: int) -> str | None:
    """Write a figure that may be unknown."""
    return None if value is None else f"{value:.{decimals}f}"
