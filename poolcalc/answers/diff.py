"""Two reports side by side: what changed in sizes, receptive fields and cost, for the network and for every layer."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import Figure
from poolcalc.analysis.matching import Pair, matched
from poolcalc.answers.change import COLUMNS, Change, Value, rows_of
from poolcalc.answers.lookup import last_map, layer_named
from poolcalc.answers.report import FIGURES as TOTALS
from poolcalc.answers.report import Report, parameters_of
from poolcalc.errors import UnknownLayer
from poolcalc.geometry.field import Summary
from poolcalc.network.op import Op, Shape
from poolcalc.renderers.answer import Answer, Note, Row, Table
from poolcalc.rules.unused_layer import spent
from poolcalc.wish import Wish
from poolcalc.wording import counted

SCHEMA = "poolcalc.diff/1"

FIGURES = ("output", "receptive_field", "params", "macs")
"""What is compared, of the network and of every layer."""


@dataclass(frozen=True)
class Difference:
    """Two reports, and which of their layers belong together."""

    base: Report
    head: Report

    @cached_property
    def headline(self) -> list[Change]:
        """The networks as wholes: input, outputs, fields of the last local layers before these, and totals."""
        base, head = self.base, self.head
        changes = [Change("", "input", base.graph.input, head.graph.input)]
        outputs = list(zip_longest(base.graph.outputs, head.graph.outputs))
        for before, now in outputs:
            name = (now or before) if len(outputs) > 1 else ""
            changes.append(Change(name, "output", _output(base, before), _output(head, now)))
            changes.append(Change(name, "receptive_field", _last_field(base, before), _last_field(head, now)))
        return [*changes, *(Change("", total, _total(base, total), _total(head, total)) for total in TOTALS)]

    @cached_property
    def layers(self) -> list[tuple[Pair, list[Change]]]:
        """The layers of both, and their figures."""
        pairs = matched(self.base.layers, self.head.layers)
        return [(pair, list(_changes(pair))) for pair in pairs]

    def changed(self, figures: Collection[str] | None = None) -> list[Change]:
        """Return what changed, or may have, of the network as a whole, all of it or some figures."""
        asked = [change for change in self.headline if not figures or change.figure in figures]
        return [change for change in asked if change.changed or (self.broken and change.head is None)]

    @property
    def broken(self) -> list[str]:
        """Say which network cannot run, and why; nothing where both can."""
        reports = {"base": self.base, "head": self.head}
        first = {side: next(filter(None, map(_problem, report.layers)), None) for side, report in reports.items()}
        return [f"{side} cannot run: {problem}" for side, problem in first.items() if problem]

    def to_dict(self, *, everything: bool = False) -> dict[str, Any]:
        """Return the difference as plain data; everything: with the layers that did not change."""
        sides = {"base": self.base, "head": self.head}
        return {
            "schema": SCHEMA,
            **{
                side: {
                    "architecture": report.design.name,
                    "source": report.design.source.name,
                    "complete": not report.incomplete,
                    "unused": report.unused,
                }
                for side, report in sides.items()
            },
            "network": [
                {"output": change.name or None, "figure": change.figure, **change.to_dict()} for change in self.headline
            ],
            "layers": [
                {
                    "base": pair.base and pair.base.node.name,
                    "head": pair.head and pair.head.node.name,
                    "status": _status(pair, changes),
                    **{change.figure: change.to_dict() for change in changes},
                }
                for pair, changes in self.layers
                if everything or _status(pair, changes) != "unchanged"
            ],
        }


def answer(difference: Difference, *, everything: bool = False) -> Answer:
    """Return the networks as wholes, then the layers that changed; everything: all layers, all figures."""
    names = f"{difference.base.design.source.name} → {difference.head.design.source.name}"
    return Answer(
        "; ".join([*difference.broken, names]),
        tables=lambda: _tables(difference, everything=everything),
        data=lambda: difference.to_dict(everything=everything),
        notes=lambda: _notes(difference, everything=everything),
    )


def _tables(difference: Difference, *, everything: bool) -> list[Table]:
    whole = Table(COLUMNS, tuple(rows_of(difference.headline, "network")))
    rows = _listed(difference, everything=everything)
    more = Note(_summary(difference), None if everything else Wish.LIST_ALL)
    return [whole, Table(COLUMNS, rows, title=more)] if rows else [whole]


def _notes(difference: Difference, *, everything: bool) -> list[Note]:
    """Say how much of the totals is spent for nothing, and that nothing changed where nothing is listed."""
    sides = {"base": difference.base.analysis, "head": difference.head.analysis}
    lines = [f"{side}: {spent(analysis)}" for side, analysis in sides.items() if analysis.unused]
    return list(map(Note, [*([] if _listed(difference, everything=everything) else [_summary(difference)]), *lines]))


def _listed(difference: Difference, *, everything: bool) -> tuple[Row, ...]:
    """Return a line for every figure of a layer that is worth one."""
    listed = [
        [change for change in changes if everything or _is_news(pair, change)] for pair, changes in difference.layers
    ]
    return tuple(row for changes in listed for row in rows_of(changes))


def _summary(difference: Difference) -> str:
    """Count the layers that changed."""
    kinds = [_status(pair, changes) for pair, changes in difference.layers]
    parts = [f"{kinds.count(kind)} {kind}" for kind in ("changed", "added", "removed", "renamed") if kind in kinds]
    of = counted(len(kinds), "layer")
    return f"of {of}, {', '.join(parts)}" if parts else f"no change in {of}"


def _status(pair: Pair, changes: Sequence[Change]) -> str:
    if pair.base is None or pair.head is None:
        return "added" if pair.head else "removed"
    if any(change.changed for change in changes):
        return "changed"
    return "unchanged" if pair.base.node.name == pair.head.node.name else "renamed"


def _is_news(pair: Pair, change: Change) -> bool:
    """Return whether to list a figure: not where a layer just passes on what was listed for the one above."""
    passed_on = pair.layer.node.op.neutral and change.figure in ("output", "receptive_field")
    return change.changed and bool(change.base or change.head) and not passed_on


def _changes(pair: Pair) -> Iterator[Change]:
    base, head = (_figures(layer) for layer in (pair.base, pair.head))
    yield Change(pair.name, "operator", *_operators(pair))
    for figure in FIGURES:
        yield Change(pair.name, figure, base.get(figure), head.get(figure))


def _figures(layer: Layer | None) -> dict[str, Value]:
    if layer is None:
        return {}
    return {"output": layer.shape, "receptive_field": _field(layer), "params": layer.params, "macs": layer.macs}


def _field(layer: Layer) -> Value:
    """Return the size on every axis, as a range where it varies."""
    return tuple(map(_size, layer.receptive_field)) or None


def _size(axis: Summary | None) -> int | str:
    if axis is None:
        return "?"
    return f"{axis.size_min}–{axis.size}" if axis.varies else axis.size


def _operators(pair: Pair) -> tuple[str | None, str | None]:
    """Describe the operators, in as much detail as tells them apart."""
    before, now = (layer.node.op if layer else None for layer in (pair.base, pair.head))
    if before and now and before != now and before.keyword == now.keyword:
        given, wanted = (parameters_of(op) for op in (before, now))
        return _written(given, wanted), _written(wanted, given)
    return _operator(before), _operator(now)


def _written(parameters: dict[str, Any], others: dict[str, Any]) -> str:
    """Write the parameters that differ."""
    return ", ".join(f"{name}: {_once(value)}" for name, value in parameters.items() if value != others[name])


def _once(value: Any) -> Any:
    """Write a value once that is the same on every axis."""
    while isinstance(value, list) and value and all(item == value[0] for item in value):
        value = value[0]
    return value


def _operator(op: Op | None) -> str | None:
    return f"{op.keyword} {op.notation()}".rstrip() if op else None


def _total(report: Report, figure: Figure) -> int | None:
    """Return a sum over all layers, none where it is known of some of them alone."""
    total = report.total(figure)
    return total.value if total.complete else None


def _problem(layer: Layer) -> str | None:
    return f"{layer.node.name}: {layer.problem.message}" if layer.problem else None


def _output(report: Report, name: str | None) -> Shape | None:
    return layer_named(report, name).shape if name else None


def _last_field(report: Report, name: str | None) -> Value:
    try:
        return _field(last_map(report, layer_named(report, name))) if name else None
    except UnknownLayer:
        return None
