"""Layers by their names, and what the question makes sense for; or why there is none."""

from itertools import accumulate

from poolcalc.analysis.actual import ActualField
from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import last_local
from poolcalc.answers.report import Report
from poolcalc.errors import UnknownLayer
from poolcalc.network.op import Shape
from poolcalc.wish import Wish
from poolcalc.wording import did_you_mean


def layer_named(report: Report, name: str) -> Layer:
    """Return a layer by its name, or the last layer of a block by the block's."""
    layers = {layer.node.name: layer for layer in report.layers}
    inside = [layer for layer in report.layers if layer.node.name.startswith(f"{name}.")]
    if found := layers.get(name, inside[-1] if inside else None):
        return found
    known = {prefix for each in layers for prefix in accumulate(each.split("."), "{}.{}".format)}
    close = did_you_mean(name, sorted(known))
    raise UnknownLayer(f"no layer is called '{name}'" + (f"; {close}" if close else ""))


def last_map(report: Report, start: Layer | None = None) -> Layer:
    """Return the last layer, back from `start`, whose units still look at different places."""
    layers = {layer.node.name: layer for layer in report.layers}
    start = start or report.layers[-1]
    if layer := last_local(start, layers):
        return layer
    if start.shape is None:
        raise UnknownLayer(f"{start.node.name} cannot run, so its units see nothing", Wish.NAME_A_LAYER)
    raise UnknownLayer("no layer has units of its own", Wish.NAME_A_LAYER)


def units_of(report: Report, layer: Layer) -> Shape:
    """Return how many places the units of a layer have on every axis: those of flat vectors all stand at 0."""
    return layer.spatial or (1,) * len(report.analysis.origin_shape[1:])


def actual_of(report: Report, layer: Layer) -> ActualField:
    """Return a layer's actual field, or say why there is none."""
    name = layer.node.name
    if layer.shape is None:
        raise UnknownLayer(f"{name} cannot run, so its units see nothing")
    if name not in report.actual:
        raise UnknownLayer(f"{name} does not see {report.analysis.origin}")
    field = report.actual[name]
    if field is None:
        raise UnknownLayer(f"the field of {name} is too ragged to list")
    return field


def seeing(report: Report, name: str) -> Layer:
    """Return a layer by its name; refuse one that sees nothing of what fields are given in."""
    layer = layer_named(report, name)
    if layer.shape and layer.node.name not in report.actual:
        actual_of(report, layer)
    return layer
