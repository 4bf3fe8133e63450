"""Changes that make the sizes at a merge equal: what is cut off, added, or asked of the layer that enlarges a branch.

Each is tried at one merge; where that lets the analysis go on to another merge that does not fit, again there.
"""

from collections.abc import Callable, Iterator

from poolcalc.analysis.branches import BrokenMerge, broken_merge, fork
from poolcalc.analysis.layer import Sized
from poolcalc.analysis.layers import analyse
from poolcalc.network.edit import inserted, with_op, with_window
from poolcalc.network.graph import Graph
from poolcalc.network.op import Shape
from poolcalc.rule.insertions import Insertion, crop, pad

Change = Callable[[Graph, BrokenMerge], tuple[str, str, Graph] | None]
"""Changes one merge; returns what was changed, where, and the network."""

MOST_MERGES = 8
"""Merges to mend by the same change."""


def mended(graph: Graph, name: str) -> Iterator[tuple[str, Graph]]:
    """Yield changes at a merge, in words, and the networks that they make; whether these run remains to be seen."""
    others = {merge.node.name for merge in _broken(graph)} - {name}
    for change in (_ceil, _resize, _crop, _pad):
        if found := _repeated(change, graph, others):
            yield found


def _repeated(change: Change, graph: Graph, others: set[str]) -> tuple[str, Graph] | None:
    """Change one merge after the other until all fit but those that did not fit to begin with."""
    places: dict[str, list[str]] = {}
    for _ in range(MOST_MERGES):
        broken = next((merge for merge in _broken(graph) if merge.node.name not in others), None)
        if broken is None:
            break
        changed = change(graph, broken)
        if changed is None:
            return None
        what, where, graph = changed
        places.setdefault(what, []).append(where)
        if len(places) > 1 and change in (_crop, _pad):  # what has to grow from merge to merge is no mend of its cause
            return None
    return ", ".join(f"{what} {' and '.join(where)}" for what, where in places.items()), graph


def _broken(graph: Graph) -> Iterator[BrokenMerge]:
    return filter(None, map(broken_merge, analyse(graph).layers))


def _differences(merge: BrokenMerge) -> tuple[int, int, Shape]:
    """Return the smaller and the larger branch, and how much they differ on every axis."""
    small, large = merge.extremes
    return small, large, tuple(y - x for x, y in zip(merge.shapes[small][1:], merge.shapes[large][1:], strict=True))


def _ceil(graph: Graph, merge: BrokenMerge) -> tuple[str, str, Graph] | None:
    """Let the last layer on the way to the smaller map that rounds down round up, where it can."""
    layers = analyse(graph).sized
    small, large = (merge.node.inputs[place] for place in merge.extremes)
    for layer in reversed(fork(graph, layers, (small, large)).paths[0]):
        if isinstance(layer, Sized) and layer.remainders and layer.remainders[0][merge.axis].rounded:
            changed = with_window(graph, layer.node.name, ceil_mode=True)
            return ("`ceil_mode: true`", f"in {layer.node.name}", changed) if changed else None
    return None


def _resize(graph: Graph, merge: BrokenMerge) -> tuple[str, str, Graph] | None:
    """Ask the operator that sets the size of a branch for the size of another one, the smallest branch first."""
    layers = analyse(graph).sized
    small, large = merge.extremes
    for place, other in ((small, large), (large, small)):
        found, wanted = (merge.shapes[each][1:] for each in (place, other))
        layer = layers.get(merge.node.inputs[place])
        while layer and layer.input_shapes[0][1:] == layer.shape[1:]:
            layer = layers.get(layer.node.inputs[0])
        change = layer.node.op.resized(found, wanted) if layer else None
        if layer and change:
            return change.words, f"in {layer.node.name}", with_op(graph, layer.node.name, change.op)
    return None


def _crop(graph: Graph, merge: BrokenMerge) -> tuple[str, str, Graph] | None:
    _, large, extra = _differences(merge)
    if min(extra) < 0:
        return None
    return _between(graph, merge, large, crop(_split(extra)))


def _pad(graph: Graph, merge: BrokenMerge) -> tuple[str, str, Graph] | None:
    small, _, missing = _differences(merge)
    return _between(graph, merge, small, pad(_split(missing)))


def _split(amounts: Shape) -> tuple[tuple[int, int], ...]:
    """Share amounts out before and after, an odd one after, where a floor loses it."""
    return tuple((amount // 2, amount - amount // 2) for amount in amounts)


def _between(graph: Graph, merge: BrokenMerge, place: int, layer: Insertion) -> tuple[str, str, Graph]:
    name, source = merge.node.name, merge.node.inputs[place]
    return f"`{layer.text}`", f"between {source} and {name}", inserted(graph, name, place, layer.op)
