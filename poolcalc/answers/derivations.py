"""How the size of every layer comes about, written out with its numbers."""

from collections.abc import Iterator

from poolcalc.analysis.layers import Layer
from poolcalc.answers.report import Report
from poolcalc.network.op import Shape


def arithmetic_lines(report: Report) -> list[str]:
    """Return a heading and one line for every layer."""
    width = max((len(layer.node.name) for layer in report.layers), default=0)
    lines = (f"  {layer.node.name:{width}}  {'; '.join(_parts(layer))}" for layer in report.layers)
    return ["how the sizes come about:", *lines]


def _parts(layer: Layer) -> Iterator[str]:
    """Yield what there is to say of the channels, then of the spatial axes: once where these agree."""
    inputs = [shape for shape in layer.input_shapes if shape is not None]
    if layer.shape is None:
        yield f"impossible: {layer.problem.message}" if layer.problem else "unknown"
        return
    channels, *axes = (_part(layer, place, size, inputs) for place, size in enumerate(layer.shape))
    if not axes:
        yield channels
    elif layer.node.op.arithmetic(0, inputs):
        yield f"channels {channels}"
    if len(set(axes)) > 1:
        yield from (f"axis {axis}: {part}" for axis, part in enumerate(axes))
    else:
        yield from axes[:1]


def _part(layer: Layer, place: int, size: int, inputs: list[Shape]) -> str:
    if formula := layer.node.op.arithmetic(place, inputs):
        return f"{formula} = {size}"
    kept = all(len(shape) > place and shape[place] == size for shape in inputs)
    return f"{size}, {'unchanged' if kept else 'set by the layer'}"
