"""Clean, legal and nearest input sizes as a table and as data; and every size of a range."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from poolcalc.analysis.layers import analyse
from poolcalc.analysis.sizes import Mismatch, Progression, Sizes, Tiling, Unrestored, Verdict, study
from poolcalc.answers.columns import title
from poolcalc.answers.report import Report
from poolcalc.answers.tiling import MOST_NAMES, NO_TILES, TILES, ends, joining, locally, progression_dict, tiling_dict
from poolcalc.renderers.answer import Answer, Cell, Column, Note, Row, Table
from poolcalc.wish import Wish
from poolcalc.wording import AXES, NONE, counted, some

SCHEMA = "poolcalc.sizes/1"

CLEAN = (
    "clean: every layer can run, no floor leaves rows out that one more window would have reached, and maps that are "
    "enlarged again are as large as before"
)


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
        return study(self.report.graph)

    @property
    def words(self) -> tuple[str, ...]:
        """What is counted along every axis."""
        return tuple(f"{word}s" for word in AXES[len(self.axes)])

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
    def groups(self) -> list[list[int]]:
        """Axes that behave alike."""
        alike: dict[Any, list[int]] = {}
        for axis, sizes in enumerate(self.axes):
            asked = (
                (sizes.present, sizes.below, sizes.above)
                if self.wanted is None
                else tuple(map(sizes.verdict, self.wanted))
            )
            shown = (sizes.clean, sizes.legal, sizes.fewest, sizes.watched, self.tilings[axis], asked)
            alike.setdefault(shown, []).append(axis)
        return list(alike.values())


_ARCHITECTURE = Column("architecture", "", machine=True)
_SUMMARY = (
    Column("axis", "axis", left=True, shared="all"),
    Column("size", "now"),
    Column("verdict", "verdict", left=True, expendable=1),
    Column("clean", "clean sizes", left=True),
    Column("below", "below"),
    Column("above", "above"),
    Column("smallest_legal", "smallest legal", expendable=2),
    Column("tile_step", "tile step", expendable=3),
    Column("halo", "halo", expendable=4),
    Column("drop", "drop", expendable=5),
    _ARCHITECTURE,
)
_RANGE = (
    Column("size", "size"),
    Column("axis", "axis", left=True, expendable=2, shared="all"),
    Column("output", "output"),
    Column("rows_lost", "lost"),
    Column("lost_at", "lost at", left=True, expendable=3),
    Column("impossible", "what breaks", left=True, expendable=1),
    Column("verdict", "verdict", left=True),
    _ARCHITECTURE,
)
_AXIS = 1
"""Where the axis stands in these."""


def answer(report: Report, wanted: range | None = None) -> Answer:
    """Return the clean sizes of every axis, or the sizes of a range one by one."""
    study = SizeStudy(report, wanted)
    return report.answer(
        title(report),
        tables=lambda: [_table(study)],
        data=lambda: _data(study),
        notes=lambda: _notes(study),
    )


def _table(study: SizeStudy) -> Table:
    """Return a row for every axis, or for every size and axis; axes that behave alike can share one."""
    above = {axis: axis - axes[0] for axes in study.groups for axis in axes}
    words = list(enumerate(study.words))
    if study.wanted is None:
        return Table(_SUMMARY, tuple(_summary_row(study, word, axis, above[axis]) for axis, word in words))
    rows = [
        _range_row(study, study.axes[axis].verdict(size), word, above[axis])
        for size in study.wanted
        for axis, word in words
    ]
    silent = {place for place in range(len(_RANGE)) if not any(row.cells[place].text for row in rows)}
    if len(study.groups) == 1:
        silent.add(_AXIS)
    columns = (column._replace(machine=column.machine or place in silent) for place, column in enumerate(_RANGE))
    return Table(tuple(columns), tuple(rows))


def _summary_row(study: SizeStudy, word: str, axis: int, above: int) -> Row:
    sizes, tiling = study.axes[axis], study.tilings[axis]
    legal = sizes.legal
    cells = (
        Cell(word, axis),
        _number(sizes.present.size),
        _verdict(sizes.present),
        Cell("unknown" if sizes.clean is None else str(sizes.clean), str(sizes.clean) if sizes.clean else None),
        _number(sizes.below),
        _number(sizes.above),
        _number(legal.smallest if legal else None),
        _number(tiling.step if tiling else None),
        ends([tiling.halo] if tiling else []),
        ends(tiling.drops if tiling else []),
        Cell.plain(study.report.design.name),
    )
    return Row(cells, "plain" if sizes.present.legal else "error", above)


def _range_row(study: SizeStudy, verdict: Verdict, word: str, above: int) -> Row:
    outputs = [NONE if size is None else str(size) for size in verdict.outputs]
    broken = list(map(_mismatch, verdict.mismatches))
    cells = (
        _number(verdict.size),
        Cell.plain(word),
        Cell(", ".join(outputs), " ".join(outputs)),
        _number(verdict.rows),
        Cell(some(_losses(verdict), MOST_NAMES), " ".join(f"{layer}:{rows}" for layer, rows in verdict.lost)),
        Cell(some(broken, MOST_NAMES), " ".join(mismatch.layer for mismatch in verdict.mismatches)),
        _verdict(verdict),
        Cell.plain(study.report.design.name),
    )
    return Row(cells, "plain" if verdict.legal else "error", above)


def _number(value: int | None) -> Cell:
    return Cell(NONE if value is None else str(value), value)


def _verdict(verdict: Verdict) -> Cell:
    if not verdict.legal:
        return Cell.plain("impossible")
    if verdict.lost:
        return Cell("loses rows", "loses-rows")
    return Cell("not restored", "not-restored") if verdict.unrestored else Cell.plain("clean")


def _losses(verdict: Verdict) -> list[str]:
    """Write the layers that lose rows, and how many where it is more than one."""
    return [layer if rows == 1 else f"{layer} ({rows})" for layer, rows in verdict.lost]


def _mismatch(mismatch: Mismatch) -> str:
    """Write a layer that cannot run with the sizes that it gets.

    >>> _mismatch(Mismatch("p4", True, (30, 29))), _mismatch(Mismatch("add", True, (30, 30)))  # channels may differ
    ('p4 (30 ≠ 29)', 'add (30)')
    """
    return f"{mismatch.layer} ({' ≠ '.join(map(str, dict.fromkeys(mismatch.sizes)))})"


def _unrestored(found: Unrestored) -> str:
    """Write a layer that does not restore a size.

    >>> _unrestored(Unrestored("up", 364, "conv1", 362))
    'up gives 364 for the 362 before conv1'
    """
    return f"{found.layer} gives {found.size} for the {found.wanted} before {found.before}"


def _notes(study: SizeStudy) -> list[Note]:
    notes = []
    for axes in study.groups:
        said = "" if len(study.groups) == 1 else f"{' and '.join(study.words[axis] for axis in axes)}: "
        sizes, tiling = study.axes[axes[0]], study.tilings[axes[0]]
        about = (_present if study.wanted is None else _summary)(sizes)
        if tiling:
            about.append(Note(joining(tiling, sizes, told=study.wanted is None)))
        notes += [note._replace(text=said + note.text) for note in about]
    if study.wanted is not None:
        watched = ", ".join(study.axes[0].watched)
        notes.append(Note(f"output: size of {watched}; lost: rows, each counted in its own layer's input"))
    tilings = [tiling for tiling in study.tilings if tiling]
    return [*notes, *map(Note, (CLEAN, *(TILES if tilings else (NO_TILES,)), *locally(tilings)))]


def _present(sizes: Sizes) -> list[Note]:
    """Say what is wrong with the present size, and with all sizes."""
    present, wrong = sizes.present, []
    if present.mismatches:
        wrong.append(Note(f"{present.size} breaks {some(list(map(_mismatch, present.mismatches)), MOST_NAMES)}"))
    elif present.lost:
        wrong.append(
            Note(f"{present.size} loses {counted(present.rows or 0, 'row')}, at {some(_losses(present), MOST_NAMES)}")
        )
    if present.unrestored:
        wrong.append(
            Note(f"{present.size} is not restored: {some([*map(_unrestored, present.unrestored)], MOST_NAMES)}")
        )
    return wrong + _doubts(sizes)


def _doubts(sizes: Sizes) -> list[Note]:
    if sizes.clean is None:
        return [Note("the resizings are too irregular for a progression", Wish.TRY_SIZES)]
    if sizes.clean:
        return []
    if sizes.fewest is None:
        return [Note("no size is legal")]
    rows, best = sizes.fewest
    if not rows:
        return [Note("no size is clean: none that loses nothing restores all sizes")]
    return [Note(f"no size is clean; the fewest that are lost are {counted(rows, 'row')}, at {best}")]


def _summary(sizes: Sizes) -> list[Note]:
    """Say in one line what the table says that is not shown."""
    if not sizes.clean or not sizes.legal:
        return _doubts(sizes)
    return [Note(f"clean sizes: {sizes.clean}; smallest legal: {sizes.legal.smallest}")]


def _data(study: SizeStudy) -> dict[str, Any]:
    design = study.report.design
    return {
        "schema": SCHEMA,
        "architecture": design.name,
        "source": design.source.name,
        "input": list(design.graph.input),
        "axes": [_axis(study, axis) for axis in range(len(study.axes))],
        **study.report.findings_dict(),
    }


def _axis(study: SizeStudy, axis: int) -> dict[str, Any]:
    sizes, tiling = study.axes[axis], study.tilings[axis]
    legal, verdict = sizes.legal, _verdict_dict(sizes)
    found: dict[str, Any] = {
        "axis": axis,
        "present": verdict(sizes.present),
        "clean": progression_dict(sizes.clean),
        "legal": progression_dict(legal),
        "proposed": {"below": sizes.below, "above": sizes.above},
        "smallest_legal": legal.smallest if legal else None,
        "fewest_lost": {"rows": sizes.fewest[0], "sizes": progression_dict(sizes.fewest[1])} if sizes.fewest else None,
        "period": sizes.period,
        "tile": tiling and tiling_dict(tiling, study.report.graph.outputs),
    }
    if study.wanted is not None:
        found["range"] = [verdict(sizes.verdict(n)) for n in study.wanted]
    return found


def _verdict_dict(sizes: Sizes) -> Callable[[Verdict], dict[str, Any]]:
    def plain(verdict: Verdict) -> dict[str, Any]:
        return {
            "size": verdict.size,
            "legal": verdict.legal,
            "clean": verdict.clean,
            "outputs": dict(zip(sizes.watched, verdict.outputs, strict=True)),
            "rows_lost": verdict.rows,
            "lost": [{"layer": layer, "rows": rows} for layer, rows in verdict.lost],
            "unrestored": [each._asdict() for each in verdict.unrestored],
            "impossible": [
                {"layer": mismatch.layer, "merge": mismatch.merges, "sizes": list(mismatch.sizes)}
                for mismatch in verdict.mismatches
            ],
        }

    return plain
