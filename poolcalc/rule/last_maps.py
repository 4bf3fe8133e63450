"""The last maps whose units still look at different places: what predictions are made from."""

from fractions import Fraction
from typing import NamedTuple

from poolcalc.analysis.layer import Layer, Sized
from poolcalc.network.graph import INPUT
from poolcalc.rule.facts import Facts


class LastMap(NamedTuple):
    """A last map whose units still look at different places, and what becomes of it.

    gathers: the layer that makes one of all places; None where the map is a result itself.
    is_dense: whether learned weights then tell the places apart, as in a flatten before a linear layer.
    """

    layer: Sized
    gathers: Layer | None
    is_dense: bool


def last_maps(facts: Facts) -> tuple[LastMap, ...]:
    """Return the last maps on the way to every result that can run (see `Facts.knows_results`)."""
    found: dict[str, LastMap] = {}
    known = filter(facts.sized.__contains__, facts.graph.outputs)
    waiting: list[tuple[str, Layer | None, bool]] = [(name, None, False) for name in known]
    seen = set(waiting)
    while waiting:
        name, gathers, dense = waiting.pop(0)
        if name == INPUT:
            continue
        layer = facts.sized[name]
        if any(field.local for field in layer.fields):
            found.setdefault(name, LastMap(layer, gathers, dense and gathers is not None and gathers.node.op.flattens))
            continue
        dense = dense or (layer.node.op.takes == "vectors" and layer.node.op.gradient == "learned")
        more = {(source, layer, dense) for source in layer.node.inputs} - seen
        seen |= more
        waiting += more
    return tuple(found.values())


def finest(facts: Facts) -> tuple[Sized, Fraction] | None:
    """Return the finest of the last maps, and its jump; None where one of them is not known."""
    if not facts.knows_results:
        return None
    jumps = ((last.layer, facts.largest_jump(last.layer.node.name)) for last in last_maps(facts))
    return min(((layer, jump) for layer, jump in jumps if jump), key=lambda found: found[1], default=None)
