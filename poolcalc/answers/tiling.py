"""How images are cut into tiles, in words and as data."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from poolcalc.analysis.sizes import Ends, Progression, Sizes, Tiling
from poolcalc.renderers.answer import Cell
from poolcalc.wording import NONE, counted, exact, some

MOST_NAMES = 2
"""Layers to name in a row."""


def ends(pairs: Iterable[Ends]) -> Cell:
    """Write what there is at the beginning and at the end, once where both are equal."""
    different = dict.fromkeys(pairs)
    texts = [str(before) if before == after else f"{before} + {after}" for before, after in different]
    return Cell(", ".join(texts) or NONE, ", ".join(f"{before} {after}" for before, after in different) or None)


def tiling_notes(found: Mapping[Tiling, Sizes], *, told: bool) -> list[str]:
    """Explain step, halo and drop, and say where tiles join, for axes that differ.

    told: whether a table tells halo and drop.
    """
    if not found:
        return ["no tiles: not every output sees a neighbourhood alone, moving on by the same jump everywhere"]
    sizes = _each("a clean size" if tiling.sizes == axis.clean else f"{tiling.sizes}" for tiling, axis in found.items())
    units = _each(
        f"{counted(tiling.step, 'pixel')}, {counted(int(tiling.step / tiling.jump), 'unit')} of jump {tiling.jump}"
        for tiling in found
    )
    halos = "" if told else f" (here {_each(ends([tiling.halo]).text for tiling in found)})"
    drops = "" if told else f" (here {_each(ends(tiling.drops).text for tiling in found)})"
    steps = _each(counted(tiling.step, "pixel") for tiling in found)
    return [
        f"tile step: tiles of {sizes} may start at its multiples, where all strides fall alike ({units})",
        f"halo: what outputs depend on before and after their own pixels{halos}, cut where tiles join, every {steps}",
        f"drop: first and last units of a tile, which meet padding where the image goes on{drops}; "
        + _each(_joining(tiling, axis) for tiling, axis in found.items()),
        *dict.fromkeys(
            f"tiles are right as far as local paths go: {some(tiling.whole, MOST_NAMES)} "
            f"{'takes' if len(tiling.whole) == 1 else 'take'} in the whole map"
            for tiling in found
            if tiling.whole
        ),
    ]


def _each(texts: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(texts))


def _joining(tiling: Tiling, axis: Sizes) -> str:
    """Say how far apart tiles of the present size may start, or of the next that suits."""
    size = tiling.sizes.above(axis.present.size - 1) or axis.present.size
    apart = tiling.stride(axis.verdict(size).outputs)
    if not apart:
        return f"tiles of {size} keep too few to join"
    return f"tiles of {size} join where they start every {counted(apart, 'pixel')}"


def tiling_dict(tiling: Tiling, outputs: Sequence[str]) -> dict[str, Any]:
    """Return a tiling as data, with the units to drop for every output."""
    return {
        "step": tiling.step,
        "jump": exact(tiling.jump),
        "halo": list(tiling.halo),
        "drop": dict(zip(outputs, map(list, tiling.drops), strict=True)),
        "sizes": progression_dict(tiling.sizes),
        "whole_map": list(tiling.whole),
    }


def progression_dict(found: Progression | None) -> dict[str, Any] | None:
    """Return a progression as data."""
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
