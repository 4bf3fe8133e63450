"""The tables of a report. Every column is declared once; a row is a stage of the network."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import Any, NamedTuple

from poolcalc.analysis.layers import Analysis, Layer
from poolcalc.analysis.remainder import lost_rows
from poolcalc.answers.folding import Stage, folded, unfolded, what_was_folded
from poolcalc.answers.report import Report
from poolcalc.geometry.field import Summary
from poolcalc.network.graph import INPUT
from poolcalc.renderers.table import Cell, Column, Row, Table
from poolcalc.wording import evenly, exact, percent, times

NONE = "–"


class _Declared(NamedTuple):
    """A column and the cell that it has for a stage; summed columns have a total."""

    column: Column
    cell: Callable[[Report, Stage], Cell]
    total: Callable[[Report], int] | None = None


def _declared(key: str, title: str, cell: Callable[[Report, Stage], Cell], **options: Any) -> _Declared:
    total = options.pop("total", None)
    return _Declared(Column(key=key, title=title, **options), cell, total)


def _name(_: Report, stage: Stage) -> Cell:
    return Cell(stage.head.node.name.rpartition(".")[2], stage.head.node.name)


def _operator(_: Report, stage: Stage) -> Cell:
    return Cell(stage.head.node.op.keyword, stage.head.node.op.keyword)


def _window(_: Report, stage: Stage) -> Cell:
    window = stage.head.node.op.notation()
    return Cell(window, window)


def _output(_: Report, stage: Stage) -> Cell:
    if stage.last.shape:
        return Cell(times(stage.last.shape), "x".join(map(str, stage.last.shape)))
    return Cell("impossible" if stage.last.problem else "unknown")


def _percent(value: float | None) -> Cell:
    return Cell(NONE if value is None else percent(value), value)


def _reduction(report: Report, stage: Stage) -> Cell:
    return _percent(report.reduction(stage.head))


def _cumulative(report: Report, stage: Stage) -> Cell:
    return _percent(report.cumulative_reduction(stage.last))


def _count(values: Iterable[int | None]) -> Cell:
    known = [value for value in values if value is not None]
    return Cell(f"{sum(known):,}", sum(known)) if known else Cell(NONE)


def _params(_: Report, stage: Stage) -> Cell:
    return _count(layer.params for layer in stage.layers)


def _macs(_: Report, stage: Stage) -> Cell:
    return _count(layer.macs for layer in stage.layers)


def _axes(layer: Layer, pick: Callable[[Summary], Any]) -> list[Any]:
    """Return one figure of the receptive field for every axis, None where it is unknown."""
    return [pick(axis) if axis else None for axis in layer.receptive_field]


def _joined(values: Sequence[Any]) -> Cell:
    texts = ["" if value is None else str(value) for value in values]
    return Cell(evenly([text or NONE for text in texts]), "x".join(texts)) if any(texts) else Cell(NONE)


def _field_size(_: Report, stage: Stage) -> Cell:
    layer = stage.last
    sizes = _axes(layer, lambda axis: axis.size)
    shown = _axes(layer, lambda axis: f"{axis.size_min}–{axis.size}" if axis.varies else axis.size)
    cell = _joined(["?" if size is None else size for size in shown])
    return Cell(cell.text + ("*" if layer.sees_everything else ""), _joined(sizes).value)


def _field_size_min(_: Report, stage: Stage) -> Cell:
    return _joined(_axes(stage.last, lambda axis: axis.size_min))


def _jump(_: Report, stage: Stage) -> Cell:
    return _joined(_axes(stage.last, lambda axis: exact(axis.jump)))


def _first(_: Report, stage: Stage) -> Cell:
    return _joined(_axes(stage.last, lambda axis: axis.first))


def _center(_: Report, stage: Stage) -> Cell:
    return _joined(_axes(stage.last, lambda axis: None if axis.center is None else _half(axis.center)))


def _half(number: Fraction) -> str:
    """Write a multiple of one half.

    >>> _half(Fraction(3, 2)), _half(Fraction(-1, 2)), _half(Fraction(4))
    ('1.5', '-0.5', '4')
    """
    return str(number) if number.denominator == 1 else str(float(number))


def _effective_padding(_: Report, stage: Stage) -> Cell:
    return _joined(_axes(stage.last, lambda axis: axis.effective_padding))


def _covered(report: Report, stage: Stage) -> Cell:
    field = report.actual.get(stage.last.node.name)
    return _percent(100 * field.count(field.central_unit) / prod(field.pixels) if field else None)


def _deviation(report: Report, stage: Stage) -> Cell:
    deviations = report.deviations.get(stage.last.node.name)
    return _joined([f"{deviation:.1f}" for deviation in deviations] if deviations else [])


def _confirmed(report: Report, stage: Stage) -> Cell:
    answer = report.confirmed(stage.last)
    return Cell(NONE) if answer is None else Cell(str(answer).lower(), str(answer).lower())


def _architecture(report: Report, _: Stage) -> Cell:
    return Cell(report.design.name, report.design.name)


def _width(report: Report, stage: Stage) -> Cell:
    deviations = report.deviations.get(stage.last.node.name)
    return _joined([f"{4 * deviation:.0f}" for deviation in deviations] if deviations else [])


def _remarks(report: Report, stage: Stage) -> Cell:
    axes = stage.last.receptive_field
    marks = ["varies"] * any(axis is None or axis.varies for axis in axes)
    marks += ["global"] * stage.last.sees_everything
    pixels = report.analysis.origin_shape[1:]
    covers = axes and all(axis and axis.size >= size for axis, size in zip(axes, pixels, strict=True))
    return Cell(", ".join(marks + ["≥ input"] * bool(covers)), " ".join(marks + ["covers-input"] * bool(covers)))


NAME = _declared("name", "name", _name, left=True)
OPERATOR = _declared("op", "operator", _operator, left=True, expendable=2)
FIELD_SIZE = _declared("receptive_field", "RF", _field_size)
JUMP = _declared("jump", "jump", _jump, expendable=4)

FIELD_SIZE_MIN = _declared("receptive_field_min", "", _field_size_min)
CONFIRMED = _declared("confirmed", "", _confirmed)
ARCHITECTURE = _declared("architecture", "", _architecture)
"""Columns of CSV alone."""

SHAPES = (
    NAME,
    OPERATOR,
    _declared("window", "window", _window, left=True, expendable=3),
    _declared("output_shape", "output", _output),
    _declared("reduction_percent", "reduced", _reduction),
    _declared("cumulative_reduction_percent", "overall", _cumulative, expendable=6),
    FIELD_SIZE,
    JUMP,
    _declared("params", "params", _params, total=lambda report: report.params),
    _declared("macs", "MACs", _macs, expendable=5, total=lambda report: report.macs),
)
"""Columns of `poolcalc shapes`."""

RECEPTIVE_FIELD = (
    NAME,
    OPERATOR,
    _declared("output_shape", "output", _output, expendable=3),
    FIELD_SIZE,
    JUMP,
    _declared("first", "first", _first, expendable=6),
    _declared("center", "center", _center, expendable=5),
    _declared("effective_padding", "eff. padding", _effective_padding, expendable=4),
    _declared("covered_percent", "covered", _covered, expendable=1),
    _declared("effective_deviation", "σ", _deviation, expendable=2),
    _declared("effective_width", "±2σ", _width, expendable=7),
    _declared("remarks", "remarks", _remarks, left=True),
)
"""Columns of `poolcalc rf`."""


def shapes_table(report: Report, *, fold: bool = True, complete: bool = False) -> Table:
    """Return size, reduction, receptive field and cost of every stage.

    fold: whether layers that change nothing spatial share the row above.
    complete: every layer and every column, as CSV wants it.
    """
    stages = folded(report.layers) if fold and not complete else unfolded(report.layers)
    notes = [_legend(stages), _field_legend(stages), what_was_folded(stages), *_summary(report)]
    more = (FIELD_SIZE_MIN, CONFIRMED, ARCHITECTURE) if complete else ()
    return _table(report, SHAPES + more, stages, notes)


def rf_table(report: Report, *, fold: bool = True, complete: bool = False) -> Table:
    """Return the receptive field of every stage."""
    stages = folded(report.layers) if fold and not complete else unfolded(report.layers)
    analysis = report.analysis
    unit = "pixels of the input" if analysis.origin == INPUT else f"units of {analysis.origin}"
    notes = [
        f"RF, jump, first, center: theoretical, on an endless canvas, in {unit}; first and center are those of unit 0",
        _field_legend(stages),
        None if analysis.gates else "without gates: what global branches add beside local ones is left out",
        "covered: share of the input that the central unit really sees, padding and dropped rows left out",
        "σ, ±2σ: untrained estimate, deviation of the gradient's energy and width of the span that holds most of it",
        what_was_folded(stages),
        *_proof_lines(report),
    ]
    more = (FIELD_SIZE_MIN, ARCHITECTURE) if complete else ()
    return _table(report, RECEPTIVE_FIELD + more, stages, notes)


def _proof_lines(report: Report) -> list[str]:
    """Say what was proven by execution, and what was not and why."""
    if (proof := report.proof) is None:
        return ["not proven by execution; --verify does it"]
    reasons: dict[str, list[str]] = {}
    for name, why in proof.unproven.items():
        reasons.setdefault(why, []).append(name)
    lines = [f"not proven: {', '.join(names[:3])}{' …' * (len(names) > 3)} ({why})" for why, names in reasons.items()]
    return [*lines, f"receptive field proven by execution for {len(proof.proven)} of {len(report.layers)} layers"]


def _table(
    report: Report, declared: Sequence[_Declared], stages: Sequence[Stage], notes: Iterable[str | None]
) -> Table:
    design = report.design
    first = {
        "name": Cell("input", "input"),
        "output_shape": Cell(times(design.graph.input), "x".join(map(str, design.graph.input))),
        "architecture": Cell(design.name, design.name),
    }
    rows = [Row(tuple(first.get(d.column.key, Cell("")) for d in declared))]
    for stage in stages:
        kind = "plain" if stage.last.shape else "error"
        group = stage.head.node.name.rpartition(".")[0]
        rows.append(Row(tuple(d.cell(report, stage) for d in declared), group, kind))
    totals = None
    if any(d.total for d in declared):
        cells = [Cell(f"{d.total(report):,}", d.total(report)) if d.total else Cell("") for d in declared]
        totals = Row((Cell("total", "total"), *cells[1:]))
    title = f"{design.name}  {times(design.graph.input)}"
    return Table(
        title=f"{title}  {design.reference}" if design.reference else title,
        columns=tuple(d.column for d in declared),
        rows=tuple(rows),
        totals=totals,
        notes=tuple(note for note in notes if note),
    )


def _legend(stages: Iterable[Stage]) -> str | None:
    """Explain the signs in the window column, those that really occur."""
    windows = "".join(f" {stage.head.node.op.notation()}" for stage in stages)
    signs = {
        "/": "/ stride",
        " p": "p padding (before,after)",
        " d": "d dilation",
        " g": "g groups",
        "↑": "↑ enlargement",
        "→": "→ output size",
    }
    words = [text for sign, text in signs.items() if sign in windows]
    return f"window: kernel size, {', '.join(words)}" if words else None


def _field_legend(stages: Sequence[Stage]) -> str | None:
    summaries = [axis for stage in stages for axis in stage.last.receptive_field]
    parts = []
    if any(axis and axis.varies for axis in summaries):
        parts.append("a–b depends on the unit's position")
    if any(stage.last.sees_everything for stage in stages):
        parts.append("* some path sees the whole map (global pooling or a gate)")
    if None in summaries:
        parts.append("? too irregular for one figure")
    return f"RF: {', '.join(parts)}" if parts else None


def _summary(report: Report) -> list[str]:
    alive = report.peak_activations
    memory = f"at most {alive:,} alive at once ({alive * 4 / 2**20:,.1f} MiB in float32)"
    lines = [f"{report.activations:,} activations per image, {memory}"]
    return [*lines, *unread_lines(report.analysis), confirmation_line(report)]


def unread_lines(analysis: Analysis) -> Iterator[str]:
    """Say where rows are lost and where they are skipped, with the most on any axis (see `analysis.remainder`)."""
    left = analysis.unread
    lost = {name: list(map(len, rows)) for name, rows in lost_rows(left).items()}
    skipped = {axes[0].layer: [len(axis.skipped) for axis in axes] for axes in left.values()}
    for counts, what in ((lost, "lost at the end"), (skipped, "skipped between windows")):
        named = [f"{name} ({evenly(rows)})" for name, rows in counts.items() if any(rows)]
        if named:
            more = f" and {len(named) - 4} more" if len(named) > 4 else ""
            yield f"input rows or columns {what}: {', '.join(named[:4])}{more}"


def confirmation_line(report: Report) -> str:
    """Say what was confirmed by running it, and what was not."""
    total = len(report.layers)
    if report.forward is None:
        return f"not confirmed: the forward pass was not run, {total} shapes are predictions"
    answers = [report.confirmed(layer) for layer in report.layers]
    line = f"NumPy forward pass confirmed {answers.count(True)} of {total} shapes"
    if channels := report.forward.channels:
        line += f" with {channels} channel{'s' * (channels > 1)}"
    if report.forward.batch > 1:
        line += f" on a batch of {report.forward.batch}"
    if answers.count(None):
        line += f"; {answers.count(None)} could not run"
    return line
