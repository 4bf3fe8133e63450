"""Less downsampling: the network without some of the strides on the way to its finest prediction."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice

from poolcalc.analysis.branches import path
from poolcalc.analysis.layer import Layer
from poolcalc.network.edit import with_window, without
from poolcalc.network.graph import INPUT, Graph
from poolcalc.rule.facts import Facts
from poolcalc.rule.last_maps import finest
from poolcalc.rule.rule import Remedy

MOST_TRIED = 6
"""Strides to leave out: each by itself, then the first two, three and so on."""


def finer(facts: Facts, limit: Fraction) -> Iterator[Remedy]:
    """Yield the network without one stride, the earliest first, or where one is not enough without the first few.

    limit: how many pixels apart the units of the finest prediction may be.
    """
    found = finest(facts)
    way = path(facts.graph, facts.layers, INPUT, found[0].node.name) if found else ()
    strides = list(islice(filter(_strides, way), MOST_TRIED))
    alone = [strides[place : place + 1] for place in range(len(strides))]
    enough = [layers for layers in alone if _is_enough(facts, layers, limit)]
    if not enough:
        together = (strides[:number] for number in range(2, len(strides) + 1))
        enough = list(islice((layers for layers in together if _is_enough(facts, layers, limit)), 1))
    for layers in enough:
        yield Remedy(_words(layers), _unstrided(facts.graph, layers))


def _strides(layer: Layer) -> bool:
    window = layer.node.op.window
    return window is not None and max(window.stride) > 1


def _is_enough(facts: Facts, layers: Sequence[Layer], limit: Fraction) -> bool:
    graph = _unstrided(facts.graph, layers)
    found = finest(facts.of(graph)) if graph else None
    return found is not None and found[1] <= limit


def _unstrided(graph: Graph, layers: Sequence[Layer]) -> Graph | None:
    """Let convolutions move by one, and leave out pools, which do nothing else."""
    changed: Graph | None = graph
    for layer in layers:
        if changed and layer.node.op.pools:
            changed = without(changed, layer.node.name)
        elif changed:
            changed = with_window(changed, layer.node.name, stride=(1,) * (len(graph.input) - 1))
    return changed


def _words(layers: Sequence[Layer]) -> str:
    pools, others = ([layer.node.name for layer in layers if layer.node.op.pools is pools] for pools in (True, False))
    texts = [f"`stride: 1` in {' and '.join(others)}"] if others else []
    texts += [f"the network without {' and '.join(pools)}"] if pools else []
    return ", and ".join(texts)
