"""Clean, legal and nearest input sizes as a table and as data; and every size of a range."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from poolcalc.analysis.layers import analyse
from poolcalc.analysis.sizes import Mismatch, Progression, Sizes, Tiling, Verdict
from poolcalc.answers.report import Report
from poolcalc.renderers.table import Cell, Column, Row, Table
from poolcalc.wording import exact, times

SCHEMA = "poolcalc.sizes/1"
NONE = "–"
AXES = {1: ("positions",), 2: ("rows", "columns"), 3: ("frames", "rows", "columns")}
"""What is counted along every axis."""

CLEAN = "clean: every layer can run, and no floor leaves rows out that one more window would have reached"
MOST_NAMES = 2


@dataclass(frozen=True)
class SizeStudy:
    """The sizes of one network.

    wanted: input sizes to go through one by one, on every axis; None where nobody asked.
    """

    report: Report
    wanted: range | None = None

    @cached_property
    def axes(self) -> tuple[Sizes, ...]:
        """What there is to know along every axis."""
        return tuple(Sizes(self.report.graph, axis) for axis in range(len(self.report.graph.input) - 1))

    @cached_property
    def tilings(self) -> tuple[Tiling | None, ...]:
        """How to cut images into tiles, for every axis."""
        analysis = self.report.analysis
        if not all(sizes.present.legal for sizes in self.axes):  # look at an input on which there are fields everywhere
            present = [sizes.present.size for sizes in self.axes]
            legal = (sizes.legal or Progression(1, ()) for sizes in self.axes)
            fitting = (progression.above(size - 1) or size for progression, size in zip(legal, present, strict=True))
            analysis = analyse(replace(analysis.graph, input=(analysis.graph.input[0], *fitting)))
        return tuple(sizes.tiling(analysis) for sizes in self.axes)

    @cached_property
    def groups(self) -> list[tuple[str, int]]:
        """Axes that behave alike, as the words for them and the first of them."""
        words = AXES[len(self.axes)]
        alike: dict[Any, list[int]] = {}
        for axis, sizes in enumerate(self.axes):
            asked = sizes.nearest if self.wanted is None else tuple(map(sizes.verdict, self.wanted))
            shown = (sizes.clean, sizes.legal, sizes.fewest, sizes.watched, self.tilings[axis], asked)
            alike.setdefault(shown, []).append(axis)
        return [(" and ".join(words[axis] for axis in axes), axes[0]) for axes in alike.values()]


_SUMMARY = (
    Column(key="axis", title="axis", left=True),
    Column(key="size", title="now"),
    Column(key="verdict", title="verdict", left=True, expendable=1),
    Column(key="clean", title="clean sizes", left=True),
    Column(key="below", title="below"),
    Column(key="above", title="above"),
    Column(key="smallest_legal", title="smallest legal", expendable=2),
    Column(key="tile_step", title="tile step", expendable=3),
    Column(key="halo", title="halo", expendable=4),
)
_RANGE = (
    Column(key="size", title="size"),
    Column(key="axis", title="axis", left=True, expendable=2),
    Column(key="output", title="output"),
    Column(key="rows_lost", title="lost"),
    Column(key="lost_at", title="lost at", left=True, expendable=3),
    Column(key="impossible", title="what breaks", left=True, expendable=1),
    Column(key="verdict", title="verdict", left=True),
)
_ARCHITECTURE = Column(key="architecture", title="")
"""A column of CSV alone."""


def sizes_table(study: SizeStudy, *, complete: bool = False) -> Table:
    """Return the clean sizes of every axis, or the sizes of a range one by one.

    complete: every axis in rows of its own, with the network's name, as CSV wants it.
    """
    design = study.report.design
    words = AXES[len(study.axes)]
    groups = [(word, axis) for axis, word in enumerate(words)] if complete else study.groups
    columns: tuple[Column, ...]
    if study.wanted is None:
        columns, rows = _SUMMARY, [_summary_row(study, word, axis) for word, axis in groups]
    else:
        columns = _RANGE
        rows = [_range_row(study.axes[axis].verdict(n), word) for n in study.wanted for word, axis in groups]
        if not complete:
            columns, rows = _filled(columns, rows, alone=len(groups) == 1)
    if complete:
        columns = (*columns, _ARCHITECTURE)
        rows = [Row((*row.cells, Cell(design.name, design.name)), kind=row.kind) for row in rows]
    title = f"{design.name}  {times(design.graph.input)}"
    return Table(
        title=f"{title}  {design.reference}" if design.reference else title,
        columns=columns,
        rows=tuple(rows),
        notes=tuple(_notes(study)),
    )


def _filled(columns: Sequence[Column], rows: Sequence[Row], *, alone: bool) -> tuple[tuple[Column, ...], list[Row]]:
    """Leave out columns without any text, and that of the axis where it says the same in every row."""
    kept = [
        place
        for place, column in enumerate(columns)
        if any(row.cells[place].text for row in rows) and not (alone and column.key == "axis")
    ]
    return tuple(columns[i] for i in kept), [Row(tuple(row.cells[i] for i in kept), kind=row.kind) for row in rows]


def _summary_row(study: SizeStudy, word: str, axis: int) -> Row:
    sizes, tiling = study.axes[axis], study.tilings[axis]
    nearest, legal = sizes.nearest, sizes.legal
    cells = (
        Cell(word, axis),
        _number(nearest.present),
        _verdict(sizes.present),
        Cell("unknown" if sizes.clean is None else str(sizes.clean), str(sizes.clean) if sizes.clean else None),
        _number(nearest.below),
        _number(nearest.above),
        _number(legal.smallest if legal else None),
        _number(tiling.step if tiling else None),
        Cell(_halo(tiling), " ".join(map(str, tiling.halo))) if tiling else Cell(NONE),
    )
    return Row(cells, kind="plain" if sizes.present.legal else "error")


def _range_row(verdict: Verdict, word: str) -> Row:
    outputs = [NONE if size is None else str(size) for size in verdict.outputs]
    broken = list(map(_mismatch, verdict.mismatches))
    cells = (
        _number(verdict.size),
        Cell(word, word),
        Cell(", ".join(outputs), " ".join(outputs)),
        _number(verdict.rows),
        Cell(_named(_losses(verdict)), " ".join(f"{layer}:{rows}" for layer, rows in verdict.lost)),
        Cell(_named(broken), " ".join(mismatch.layer for mismatch in verdict.mismatches)),
        _verdict(verdict),
    )
    return Row(cells, kind="plain" if verdict.legal else "error")


def _number(value: int | None) -> Cell:
    return Cell(NONE if value is None else str(value), value)


def _verdict(verdict: Verdict) -> Cell:
    if not verdict.legal:
        return Cell("impossible", "impossible")
    return Cell("clean", "clean") if verdict.clean else Cell("loses rows", "loses-rows")


def _losses(verdict: Verdict) -> list[str]:
    """Write the layers that lose rows, and how many where it is more than one."""
    return [layer if rows == 1 else f"{layer} ({rows})" for layer, rows in verdict.lost]


def _mismatch(mismatch: Mismatch) -> str:
    """Write a layer that cannot run with the sizes that it gets.

    >>> _mismatch(Mismatch("p4", True, (30, 29))), _mismatch(Mismatch("pool", False, (1,)))
    ('p4 (30 ≠ 29)', 'pool (1)')
    """
    return f"{mismatch.layer} ({' ≠ '.join(map(str, mismatch.sizes))})"


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _notes(study: SizeStudy) -> list[str]:
    alone = len(study.groups) == 1
    notes = []
    for word, axis in study.groups:
        sizes, said = study.axes[axis], "" if alone else f"{word}: "
        notes += [said + text for text in (_summary if study.wanted is not None else _present)(sizes)]
    watched = study.axes[0].watched
    if study.wanted is not None:
        notes.append(f"output: size of {', '.join(watched)}; lost: rows, each counted in its own layer's input")
    notes.append(CLEAN)
    notes += _tiling_notes(study)
    return notes


def _present(sizes: Sizes) -> list[str]:
    """Say what is wrong with the present size, and with all sizes."""
    notes, present = [], sizes.present
    if present.mismatches:
        notes.append(f"{present.size} breaks {_named(list(map(_mismatch, present.mismatches)))}")
    elif present.lost:
        notes.append(f"{present.size} loses {_rows(present.rows)}, at {_named(_losses(present))}")
    return notes + _doubts(sizes)


def _doubts(sizes: Sizes) -> list[str]:
    if sizes.clean is None:
        return ["the resizings are too irregular for a progression; --range tries sizes one by one"]
    if sizes.clean:
        return []
    if sizes.fewest is None:
        return ["no size is legal"]
    rows, best = sizes.fewest
    return [f"no size is clean; the fewest that are lost are {_rows(rows)}, at {best}"]


def _summary(sizes: Sizes) -> list[str]:
    """Say in one line what the table says that is not shown."""
    if not sizes.clean or not sizes.legal:
        return _doubts(sizes)
    return [f"clean sizes: {sizes.clean}; smallest legal: {sizes.legal.smallest}"]


def _rows(count: int | None) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"


def _halo(tiling: Tiling) -> str:
    before, after = tiling.halo
    return str(before) if before == after else f"{before} + {after}"


def _tiling_notes(study: SizeStudy) -> list[str]:
    found = dict.fromkeys(tiling for tiling in study.tilings if tiling)
    if not found:
        return ["no tiles: not every output sees a neighbourhood alone, moving on by the same jump everywhere"]
    steps = [f"{tiling.step} pixels, {tiling.step / tiling.jump} units of jump {tiling.jump}" for tiling in found]
    halos = f" (here {' and '.join(map(_halo, found))})" if study.wanted is not None else ""
    units = " and ".join(dict.fromkeys(steps))
    return [
        f"tile step: tiles of a clean size may start at its multiples, where all strides fall alike ({units})",
        f"halo: what outputs depend on before and after their own pixels{halos}; tiles overlap by the sum of both",
    ]


def sizes_dict(study: SizeStudy) -> dict[str, Any]:
    """Return the study as plain data, the object that `--format json` prints."""
    design = study.report.design
    return {
        "schema": SCHEMA,
        "architecture": design.name,
        "source": design.source.name,
        "input": list(design.graph.input),
        "axes": [_axis(study, axis) for axis in range(len(study.axes))],
        "findings": study.report.to_dict()["findings"],
    }


def _axis(study: SizeStudy, axis: int) -> dict[str, Any]:
    sizes, tiling = study.axes[axis], study.tilings[axis]
    nearest, legal = sizes.nearest, sizes.legal
    verdict = _verdict_dict(sizes)
    found: dict[str, Any] = {
        "axis": axis,
        "present": verdict(sizes.present),
        "clean": _progression(sizes.clean),
        "legal": _progression(legal),
        "nearest_clean": {"below": nearest.below, "above": nearest.above},
        "smallest_legal": legal.smallest if legal else None,
        "fewest_lost": {"rows": sizes.fewest[0], "sizes": _progression(sizes.fewest[1])} if sizes.fewest else None,
        "period": sizes.period,
        "tile": tiling and {"step": tiling.step, "jump": exact(tiling.jump), "halo": list(tiling.halo)},
    }
    if study.wanted is not None:
        found["range"] = [verdict(sizes.verdict(n)) for n in study.wanted]
    return found


def _progression(found: Progression | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "smallest": found.smallest,
        "step": found.step,
        "offsets": list(found.offsets),
        "since": found.since,
        "early": list(found.early),
        "text": str(found),
    }


def _verdict_dict(sizes: Sizes) -> Callable[[Verdict], dict[str, Any]]:
    def plain(verdict: Verdict) -> dict[str, Any]:
        return {
            "size": verdict.size,
            "legal": verdict.legal,
            "clean": verdict.clean,
            "outputs": dict(zip(sizes.watched, verdict.outputs, strict=True)),
            "rows_lost": verdict.rows,
            "lost": [{"layer": layer, "rows": rows} for layer, rows in verdict.lost],
            "impossible": [
                {"layer": mismatch.layer, "merge": mismatch.merges, "sizes": list(mismatch.sizes)}
                for mismatch in verdict.mismatches
            ],
        }

    return plain
