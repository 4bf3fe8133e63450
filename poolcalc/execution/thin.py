"""A copy of a layer with the same geometry and a few channels, for networks that are too large to run whole."""

from collections.abc import Sequence

import numpy as np

from poolcalc.kernels import Array
from poolcalc.network.op import Op, Shape


def thinned(shape: Shape, channels: int | None) -> Shape:
    """Return the shape of a map with at most that many channels; vectors stay as they are."""
    return (min(shape[0], channels), *shape[1:]) if channels and len(shape) > 1 else shape


def full_shape(found: Shape, by_rule: Shape, predicted: Shape) -> Shape | None:
    """Return the shape that would have come out with all channels, None where the rule fails for a few already.

    Spatial sizes are those that were found; of the channels, or the length of a vector, only the rule was tried.
    """
    return (predicted[0], *found[1:]) if found == by_rule else None


def with_channels(x: Array, channels: int) -> Array:
    """Leave channels out, or repeat them."""
    return x[:channels] if channels <= len(x) else x[np.arange(channels) % len(x)]


def thin_layer(op: Op, inputs: Sequence[Array], channels: int) -> tuple[Op, list[Array]]:
    """Return an operator with at most that many channels, and its inputs with as many as it needs."""
    thin, shapes = thin_shapes(op, [x.shape for x in inputs], channels)
    return thin, [with_channels(x, shape[0]) for x, shape in zip(inputs, shapes, strict=True)]


def thin_shapes(op: Op, inputs: Sequence[Shape], channels: int) -> tuple[Op, list[Shape]]:
    """Return an operator with at most that many channels, and the shapes that it needs instead of those."""
    few, axes = [shape[0] for shape in inputs], len(inputs[0]) - 1
    if axes:
        few = [max(count, op.fewest_channels(axes)) for count in few]
    elif op.merges:  # vectors that were as long as each other
        few = [min(few)] * len(few)
    return op.with_channels(few[0], channels), [(count, *shape[1:]) for count, shape in zip(few, inputs, strict=True)]
