"""Which channels see alike, and where some are left out that may see more than the others.

Fields are those of a whole map: a unit sees what any of its channels sees. Behind a slice of channels that may be more
than is really seen.
"""

from collections.abc import Sequence
from itertools import chain, count
from typing import NamedTuple

from poolcalc.analysis.layer import Sized
from poolcalc.analysis.layers import Analysis
from poolcalc.network.graph import INPUT, Node
from poolcalc.network.walk import walk

Kinds = Sequence[int] | None
"""A number for every channel; those with the same one see the same. None where that is not followed."""


class _Channels(NamedTuple):
    """The kinds of a tensor's channels, and whether some are left out, here or before."""

    kinds: Kinds
    partial: bool = False


def overstated(analysis: Analysis) -> set[str]:
    """Return the layers that leave channels out that may see more than the others, and all layers behind them."""
    if not any(map(_drops, analysis.sized.values())):
        return set()
    numbers = count(1)

    def step(node: Node, sources: Sequence[_Channels]) -> _Channels | None:
        layer = analysis.sized.get(node.name)
        if layer is None:
            return None
        given = [source.kinds for source in sources]
        kinds = _kinds(layer, given, next(numbers))
        return _Channels(kinds, _leaves_out(layer, given, kinds) or any(source.partial for source in sources))

    known = {INPUT: _Channels((0,) * analysis.graph.input[0])}
    if analysis.origin_shape:
        known[analysis.origin] = _Channels((0,) * analysis.origin_shape[0])
    return {node.name for node, found in walk(analysis.graph, known, step) if found and found.partial}


def _drops(layer: Sized) -> bool:
    """Whether some channels are not read: by a slice, or as every position of a pixel shuffle has its own."""
    op, given = layer.node.op, layer.input_shapes
    slices = layer.shape[0] < sum(shape[0] for shape in given) and op.rearranged([()] * len(given)) is not None
    return slices or op.fewest_channels(1) > 1


def _kinds(layer: Sized, sources: Sequence[Kinds], number: int) -> Kinds:
    op, given = layer.node.op, layer.input_shapes[0]
    known = [kinds for kinds in sources if kinds is not None]
    if len(known) == len(sources) and (found := op.rearranged(known)) is not None:
        return found
    mixed = op.gradient == "learned" and op.channel_groups(given[0]) == 1
    alike = len(layer.shape) == len(given) and (mixed or _uniform(sources))
    return (number,) * layer.shape[0] if alike else None


def _leaves_out(layer: Sized, sources: Sequence[Kinds], found: Kinds) -> bool:
    if not _drops(layer) or _uniform(sources):
        return False
    known = [kinds for kinds in sources if kinds is not None]
    return layer.node.op.fewest_channels(1) > 1 or found is None or {*found} != {*chain(*known)}


def _uniform(sources: Sequence[Kinds]) -> bool:
    """Whether all channels see the same, of every source."""
    return all(kinds is not None and len({*kinds}) == 1 for kinds in sources)
