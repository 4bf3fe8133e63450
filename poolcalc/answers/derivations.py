"""How the size of every layer comes about, written out with its numbers."""

from collections.abc import Iterator

from poolcalc.analysis.layer import Layer, Stopped
from poolcalc.answers.report import Report
from poolcalc.geometry.worked import derivation


def arithmetic_lines(report: Report) -> list[str]:
    """Return a heading and one line for every layer."""
    width = max((len(layer.node.name) for layer in report.layers), default=0)
    lines = (f"  {layer.node.name:{width}}  {'; '.join(_parts(layer))}" for layer in report.layers)
    return ["how the sizes come about:", *lines]


def _parts(layer: Layer) -> Iterator[str]:
    """Yield what there is to say of the channels, then of the spatial axes: once where these agree."""
    if isinstance(layer, Stopped):
        yield f"impossible: {layer.problem.message}" if layer.problem else "unknown"
        return
    given = zip(*layer.input_shapes, strict=False)
    channels, *axes = (_part(size, sizes) for size, sizes in zip(layer.shape, given, strict=False))
    if not axes:
        yield channels
    elif " = " in channels:
        yield f"channels {channels}"
    if len(set(axes)) > 1:
        yield from (f"axis {axis}: {part}" for axis, part in enumerate(axes))
    else:
        yield from axes[:1]


def _part(size: int, given: tuple[int, ...]) -> str:
    """Return how a size comes about, where the inputs' are `given`."""
    if formula := derivation(size, given):
        return f"{formula} = {size}"
    return f"{size}, {'unchanged' if given == (size,) * len(given) else 'set by the layer'}"
