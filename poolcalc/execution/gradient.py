"""The effective receptive field of one unit, exactly: expected energy of its gradient at every input pixel.

Weights are independent with mean zero and variance 1 / fan-in, activations let everything pass, and the largest of a
window is any of its pixels with equal probability. Then gradients at different positions are uncorrelated, and energies
(squares) flow backward one layer after the other: a small matrix for every axis says how much of a unit's goes to which
pixel. Borders are exact.

Fixed filters (average pooling, interpolation, repeated pixels) leave gradients of neighbours correlated, and weights do
not undo that. One such layer on a path is exact; where a second one, nearer to the input, adds such gradients up, their
energies are summed as if there were no correlation. Left out are the statistics of normalisations over the whole map.
"""

from collections.abc import Sequence
from math import prod

import numpy as np

from poolcalc.analysis.layer import Layer, Read, Sized
from poolcalc.analysis.layers import Analysis
from poolcalc.execution.proof import EvenWeights
from poolcalc.execution.results import EffectiveField
from poolcalc.geometry.taps import IDENTITY, Taps
from poolcalc.kernels import AnyArray
from poolcalc.network.op import Op, Shape


def effective_field(analysis: Analysis, layer: Layer, unit: Sequence[int]) -> EffectiveField:
    """Return the expected energy of the gradient of one unit of `layer`, summed over channels."""
    channels, *units = analysis.shapes[layer.node.name]
    start = np.zeros((1, *units))
    start[(0, *(unit if units else ()))] = 1 / channels
    waiting = {layer.node.name: np.broadcast_to(start, (channels, *units))}
    for name, other in reversed(analysis.sized.items()):
        if name in waiting and name != analysis.origin:
            energy = waiting.pop(name)
            for read in other.reads:
                if read.is_global and other.node.op.reads_whole_map:
                    continue
                part = _backward(other, read, energy)
                waiting[read.source] = _sum(waiting[read.source], part) if read.source in waiting else part
    energy = waiting[analysis.origin].sum(axis=0)
    energy /= energy.sum()
    middle, deviation = zip(*(_moments(energy, axis) for axis in range(energy.ndim)), strict=True)
    near = [
        slice(max(0, int(np.ceil(m - 2 * d))), int(np.floor(m + 2 * d)) + 1)
        for m, d in zip(middle, deviation, strict=True)
    ]
    return EffectiveField(layer.node.name, tuple(unit), energy, middle, deviation, float(energy[tuple(near)].sum()))


def _moments(energy: AnyArray, axis: int) -> tuple[float, float]:
    marginal = energy.sum(axis=tuple(other for other in range(energy.ndim) if other != axis))
    places = np.arange(len(marginal))
    middle = float(marginal @ places)
    return middle, float(marginal @ (places - middle) ** 2) ** 0.5


def _backward(layer: Sized, read: Read, energy: AnyArray) -> AnyArray:
    """Return the energy that flows from a layer's output into what it reads. energy: (channels, *units)."""
    op, inputs = layer.node.op, layer.input_shapes
    place = layer.node.inputs.index(read.source)
    shape = inputs[place]
    if op.gradient == "learned":
        return _through_weights(layer, shape, read, energy)
    energy = op.channels_backward(energy, place, inputs)
    if energy.ndim < len(shape):  # flatten
        return energy.reshape(shape)
    if len(energy) > shape[0]:  # one channel was repeated
        energy = energy.sum(axis=0, keepdims=True)
    for axis, taps in enumerate(read.taps or ()):
        if taps is not IDENTITY:
            energy = _along(energy, axis, _passed_on(op, axis, taps, energy.shape[1 + axis], shape[1 + axis]))
    return energy


def _passed_on(op: Op, axis: int, taps: Taps, units: int, pixels: int) -> AnyArray:
    """Return how much of a unit's energy (row) goes to which pixel (column)."""
    if op.has_fixed_weights:  # what the kernel makes of single pixels, each in a channel of its own
        alone, single = op.with_channels(1, 1).on_axes([axis]), np.eye(pixels, dtype=np.float32)
        return alone.forward([single], EvenWeights(alone, [single])).T.astype(float) ** 2
    reads = _matrix(taps, units, pixels)
    return reads if op.gradient == "copied" else reads / np.maximum(reads.sum(axis=1, keepdims=True), 1)


def _through_weights(layer: Sized, shape: Shape, read: Read, energy: AnyArray) -> AnyArray:
    """Spread evenly over the taps, and over the channels of each group."""
    if read.taps is None:
        return np.full(shape, energy.sum() / prod(shape))
    groups = layer.node.op.channel_groups(shape[0])
    energy = energy.reshape(groups, -1, *energy.shape[1:]).sum(axis=1)
    for axis, taps in enumerate(read.taps):
        matrix = _matrix(taps, energy.shape[1 + axis], shape[1 + axis])
        most = max(len(taps[unit]) for unit in range(min(len(matrix), len(taps.phases))))
        energy = _along(energy, axis, matrix / max(most, 1))
    each = energy / (shape[0] // groups)
    return np.broadcast_to(each, shape) if groups == 1 else each.repeat(shape[0] // groups, axis=0)


def _matrix(taps: Taps, units: int, pixels: int) -> AnyArray:
    """Return which unit (row) reads which pixel (column)."""
    matrix = np.zeros((units, pixels))
    for unit in range(units):
        matrix[unit, list(taps.inside(unit, pixels))] = 1
    return matrix


def _is_uniform(energy: AnyArray) -> bool:
    """Whether all channels are one and the same, repeated without a copy."""
    return energy.ndim > 1 and energy.strides[0] == 0


def _along(energy: AnyArray, axis: int, matrix: AnyArray) -> AnyArray:
    if _is_uniform(energy):
        one = _along(energy[:1].copy(), axis, matrix)
        return np.broadcast_to(one, (len(energy), *one.shape[1:]))
    return np.moveaxis(np.moveaxis(energy, 1 + axis, -1) @ matrix, -1, 1 + axis)


def _sum(a: AnyArray, b: AnyArray) -> AnyArray:
    return np.broadcast_to(a[:1] + b[:1], a.shape) if _is_uniform(a) and _is_uniform(b) else a + b
