"""How images are cut into tiles, in words and as data."""

from collections.abc import Iterable, Sequence
from typing import Any

from poolcalc.analysis.sizes import Ends, Progression, Sizes, Tiling
from poolcalc.renderers.answer import Cell
from poolcalc.wording import NONE, counted, exact, some

MOST_NAMES = 2
"""Layers to name in a row."""


TILES = (
    "tile step: tiles start at its multiples, where all strides fall alike",
    "drop: units at both ends of a tile, for each output, that meet padding where the image goes on",
    "halo: pixels before and after their own that the other units of a tile depend on",
)
NO_TILES = "no tiles: not every output sees a neighbourhood alone, moving on by the same jump whatever the size"


def ends(pairs: Sequence[Ends]) -> Cell:
    """Write what there is at the beginning and at the end, once where all are equal."""
    alike = pairs[:1] if len({*pairs}) == 1 else pairs
    texts = [str(before) if before == after else f"{before} + {after}" for before, after in alike]
    return Cell(", ".join(texts) or NONE, ", ".join(f"{before} {after}" for before, after in alike) or None)


def joining(tiling: Tiling, axis: Sizes, *, told: bool) -> str:
    """Say how far apart tiles of the present size may start, or of the next that suits.

    told: whether a table tells step, halo and drop.
    """
    size = tiling.sizes.above(axis.present.size - 1) or axis.present.size
    apart = tiling.stride(axis.verdict(size).outputs)
    texts = (
        "" if told else f"tile step {tiling.step}, halo {ends([tiling.halo]).text}, drop {ends(tiling.drops).text}",
        f"tiles of {size} join where they start every {counted(apart, 'pixel')}"
        if apart
        else f"tiles of {size} keep too few units to join",
        "" if tiling.sizes == axis.clean else f"tiles have sizes of {tiling.sizes}",
    )
    return "; ".join(filter(None, texts))


def locally(tilings: Iterable[Tiling]) -> list[str]:
    """Name the layers that leave tiles right but for what they read as a whole."""
    whole = list(dict.fromkeys(name for tiling in tilings for name in tiling.whole))
    takes = "takes" if len(whole) == 1 else "take"
    return (
        [f"tiles are right as far as local paths go: {some(whole, MOST_NAMES)} {takes} in the whole map"]
        if whole
        else []
    )


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
