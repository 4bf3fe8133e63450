"""Size, reduction, receptive field and cost of every layer, and what confirms the sizes."""

from collections.abc import Iterator, Sequence

from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import Analysis
from poolcalc.answers.columns import (
    ARCHITECTURE,
    FIELD_SIZE,
    FIELD_SIZE_MIN,
    JUMP,
    NAME,
    OPERATOR,
    counting,
    declared,
    field_legend,
    layer_table,
    output,
    percentage,
    title,
)
from poolcalc.answers.folding import rows_above, what_is_folded
from poolcalc.answers.report import Report
from poolcalc.network.expectation import NOUNS
from poolcalc.renderers.answer import Answer, Cell, Note
from poolcalc.rules.unused_layer import spent
from poolcalc.wording import NONE, counted, evenly, some


def _window(_: Report, layer: Layer) -> Cell:
    return Cell.plain(layer.node.op.notation())


def _reduction(report: Report, layer: Layer) -> Cell:
    return percentage(report.reduction(layer))


def _cumulative(report: Report, layer: Layer) -> Cell:
    return percentage(report.cumulative_reduction(layer))


def _used(report: Report, layer: Layer) -> Cell:
    return Cell.plain(str(layer not in report.analysis.unused).lower())


def _confirmed(report: Report, layer: Layer) -> Cell:
    answer = report.confirmed(layer)
    return Cell(NONE) if answer is None else Cell.plain(str(answer).lower())


COLUMNS = (
    NAME,
    OPERATOR,
    declared("window", "window", _window, left=True, expendable=3, shared="first"),
    output(),
    declared("reduction_percent", "reduced", _reduction, shared="first"),
    declared("cumulative_reduction_percent", "overall", _cumulative, expendable=6),
    FIELD_SIZE,
    JUMP,
    counting("params", "params"),
    counting("macs", "MACs", expendable=5),
    FIELD_SIZE_MIN,
    declared("used", "", _used, machine=True),
    declared("confirmed", "", _confirmed, machine=True),
    ARCHITECTURE,
)


def answer(report: Report, *, verbose: bool = False) -> Answer:
    """Return size, reduction, receptive field and cost of every layer. verbose: with the arithmetic of every size."""
    return report.answer(
        title(report),
        tables=lambda: [layer_table(report, COLUMNS)],
        data=report.to_dict,
        notes=lambda: _notes(report, verbose=verbose),
    )


def _notes(report: Report, *, verbose: bool) -> list[Note]:
    layers = report.layers
    notes = [*_legend(layers), *field_legend(report), *what_is_folded(layers, rows_above(layers)), *_summary(report)]
    if verbose:
        from poolcalc.answers.derivations import arithmetic_lines

        notes += map(Note, arithmetic_lines(report))
    return notes


def _legend(layers: Sequence[Layer]) -> list[Note]:
    """Explain the signs in the window column, those that really occur."""
    windows = "".join(f" {layer.node.op.notation()}" for layer in layers)
    signs = {
        "/": "/ stride",
        " p": "p padding (before,after)",
        " d": "d dilation",
        " g": "g groups",
        "↑": "↑ enlargement",
        "→": "→ output size",
    }
    words = [text for sign, text in signs.items() if sign in windows]
    return [Note(f"window: kernel size, {', '.join(words)}")] if words else []


def _summary(report: Report) -> list[Note]:
    activations = report.total("activations")
    lines = [f"{'' if activations.complete else 'at least '}{activations.value:,} activations per image"]
    if activations.complete:
        alive = report.peak_activations
        lines[0] += f", at most {alive:,} alive at once ({alive * 4 / 2**20:,.1f} MiB in float32)"
    if short := shortfall(report):
        lines.append(f"≥, at least: {short}; what the others need is not known")
    if report.analysis.unused:
        lines.append(spent(report.analysis))
    return list(map(Note, [*lines, *unread_lines(report.analysis), confirmation_line(report)]))


def shortfall(report: Report) -> str:
    """Say over how many layers sums go that are no totals."""
    totals = {NOUNS.get(figure, figure): report.total(figure) for figure in report.incomplete}
    parts = [f"{title} of {total.layers}" for title, total in totals.items()]
    return f"{', '.join(parts)} of {counted(len(report.layers), 'layer')}" if parts else ""


def unread_lines(analysis: Analysis) -> Iterator[str]:
    """Say where rows are lost and where they are skipped, with the most on any axis (see `analysis.remainder`)."""
    lost = {name: list(map(len, rows)) for name, rows in analysis.lost.items()}
    skipped = {axes[0].layer: [len(axis.skipped) for axis in axes] for axes in analysis.unread.values()}
    for counts, what in ((lost, "lost at the end"), (skipped, "skipped between windows")):
        if named := [f"{name} ({evenly(rows)})" for name, rows in counts.items() if any(rows)]:
            yield f"input rows or columns {what}: {some(named, 4)}"


def confirmation_line(report: Report) -> str:
    """Say what was confirmed by running it, and what was not."""
    sized = report.analysis.sized.values()
    total, stopped = len(sized), len(report.layers) - len(sized)
    rest = f"; {counted(stopped, 'layer')} cannot run" if stopped else ""
    if report.forward is None:
        predicted = "1 shape is a prediction" if total == 1 else f"{total} shapes are predictions"
        return f"not confirmed: the forward pass was not run, {predicted}{rest}"
    answers = list(map(report.confirmed, sized))
    line = f"NumPy forward pass confirmed {answers.count(True)} of {total} shapes"
    if channels := report.forward.channels:
        line += f" with {channels} channel{'' if channels == 1 else 's'}"
    if report.forward.batch > 1:
        line += f" on a batch of {report.forward.batch}"
    if answers.count(None):
        line += f"; {answers.count(None)} could not run"
    return line + rest
