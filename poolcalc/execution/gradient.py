"""The effective receptive field of one unit, exactly: expected energy of its gradient at every input pixel.

Weights are independent with mean zero and variance 1 / fan-in, activations let everything pass, and the largest of a
window is any of its pixels with equal probability. What flows backward, one layer after the other, are the expected
products of the gradients at *pairs* of places: a small matrix for every axis says how much of a pair of units goes to
which pair of pixels. A place with itself is the energy. Two places have something in common behind fixed filters
(average pooling, interpolation), and that counts where another one brings them together again; only pairs that may
still meet are kept. Borders are exact.

Left out are the statistics of normalisations over the whole map, and what branches without weights have in common.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np

from poolcalc.analysis.layer import Layer, Read, Sized
from poolcalc.analysis.layers import Analysis
from poolcalc.analysis.spread import ROUNDING, chooses, separates_taps
from poolcalc.execution.proof import EvenWeights
from poolcalc.execution.results import EffectiveField
from poolcalc.geometry.taps import IDENTITY, Taps
from poolcalc.kernels import AnyArray
from poolcalc.network.op import Op

Pair = tuple[int, int]
"""Two places along one axis."""


class _Gradient(NamedTuple):
    """Expected products of a tensor's gradient at pairs of places.

    values: (channels, *pairs). pairs: which ones, along every axis; vectors have no axes.
    """

    values: AnyArray
    pairs: tuple[Sequence[Pair], ...]


def effective_field(analysis: Analysis, layer: Layer, unit: Sequence[int]) -> EffectiveField:
    """Return the expected energy of the gradient of one unit of `layer`, summed over channels."""
    channels = analysis.shapes[layer.node.name][0]
    start = np.full((1,) * (1 + len(unit)), 1 / channels)
    here = tuple([(place, place)] for place in unit)
    waiting = {layer.node.name: _Gradient(np.broadcast_to(start, (channels, *start.shape[1:])), here)}
    reach = _reach(analysis)
    for name, other in reversed(analysis.sized.items()):
        if name in waiting and name != analysis.origin:
            gradient = waiting.pop(name)
            for read in other.reads:
                if read.source in reach and not (read.is_global and other.node.op.reads_whole_map):
                    part = _backward(other, read, gradient, reach[read.source] or ())
                    waiting[read.source] = _sum(waiting[read.source], part) if read.source in waiting else part
    energy = _energy(waiting[analysis.origin], analysis.origin_shape[1:])
    middle, deviation = zip(*(_moments(energy, axis) for axis in range(energy.ndim)), strict=True)
    near = [
        slice(max(0, int(np.ceil(m - 2 * d))), int(np.floor(m + 2 * d)) + 1)
        for m, d in zip(middle, deviation, strict=True)
    ]
    return EffectiveField(layer.node.name, tuple(unit), energy, middle, deviation, float(energy[tuple(near)].sum()))


def _energy(gradient: _Gradient, sizes: Sequence[int]) -> AnyArray:
    """Return the share of every pixel: the pairs of a place with itself."""
    alone = _alone(gradient)
    energy: AnyArray = np.zeros((1, *sizes))
    energy[_grid([first for first, _ in pairs] for pairs in alone.pairs)] = alone.values.sum(axis=0)
    whole: AnyArray = energy[0] / energy.sum()
    return whole


def _moments(energy: AnyArray, axis: int) -> tuple[float, float]:
    marginal = energy.sum(axis=tuple(other for other in range(energy.ndim) if other != axis))
    places = np.arange(len(marginal))
    middle = float(marginal @ places)
    variance = float(marginal @ (places - middle) ** 2)
    return middle, variance**0.5 if variance > ROUNDING else 0.0


def _reach(analysis: Analysis) -> dict[str, tuple[int, ...] | None]:
    """Return how far apart the places of a tensor are at most that may still meet, along every axis.

    Global branches beside local ones are not followed.
    """

    def step(layer: Sized, sources: Sequence[tuple[Read, tuple[int, ...]]]) -> tuple[int, ...]:
        op, shapes = layer.node.op, dict(zip(layer.node.inputs, layer.input_shapes, strict=True))
        along = [
            map(_spacing, repeat(op), read.taps, before, layer.spatial, shapes[read.source][1:])
            for read, before in sources
            if read.taps
        ]
        return tuple(map(max, zip(*along, strict=True)))

    def local(layer: Sized) -> Sequence[Read]:
        return [read for read in layer.reads if not read.is_global] or layer.reads

    return analysis.spread((0,) * len(analysis.origin_shape[1:]), step, reads=local)


def _spacing(op: Op, taps: Taps, reach: int, units: int, pixels: int) -> int:
    """Return how far apart units are at most that read places at most `reach` apart."""
    if taps is IDENTITY:
        return reach
    if separates_taps(op):
        return reach // taps.step * len(taps.phases)
    readers: dict[int, tuple[int, int]] = {}
    for unit in range(units):
        for pixel in taps.inside(unit, pixels):
            readers[pixel] = readers.get(pixel, (unit, unit))[0], unit
    return max(
        (
            readers[other][1] - first
            for pixel, (first, _) in readers.items()
            for other in range(pixel - reach, pixel + reach + 1)
            if other in readers
        ),
        default=0,
    )


def _backward(layer: Sized, read: Read, gradient: _Gradient, reach: Sequence[int]) -> _Gradient:
    """Return what flows from a layer's output into what it reads."""
    op, place = layer.node.op, layer.node.inputs.index(read.source)
    channels, *sizes = shape = layer.input_shapes[place]
    values = gradient.values
    if op.gradient == "learned":
        if read.taps is None:
            return _Gradient(np.full(shape, values.sum() / channels), ())
        values = _through_weights(values, channels, op.channel_groups(channels))
    else:
        values = op.channels_backward(values, place, layer.input_shapes)
        if len(layer.shape) < len(shape):  # flatten
            return _Gradient(values.reshape(shape), tuple([(n, n) for n in range(size)] for size in sizes))
        if len(values) > channels:  # one channel was repeated
            values = values.sum(axis=0, keepdims=True)
    gradient = gradient._replace(values=values)
    along = [*zip(read.taps or (), gradient.pairs, layer.spatial, sizes, strict=True)]
    together = [_together(op, axis, *each) for axis, each in enumerate(along)]
    if not chooses(op):
        return _onward(gradient, together, reach)
    # Every unit chooses for itself: it and itself the same pixel, any two independently.
    alone = _alone(gradient)
    chosen = _onward(alone, [_choice(taps, size) for taps, *_, size in along], reach)
    if alone is gradient:
        return chosen
    others = _sum(gradient, alone._replace(values=_once(alone.values, np.negative)))
    return _sum(chosen, _onward(others, together, reach))


Joint = Callable[[int, int], Iterable[tuple[Pair, float]]]
"""Gives, for two units, the pairs of pixels that they read, with the expected product of the weights."""


def _together(op: Op, axis: int, taps: Taps, pairs: Sequence[Pair], units: int, pixels: int) -> Joint | None:
    """Return how these pairs read; None where each reads itself."""
    if taps is IDENTITY:
        return None
    if separates_taps(op):
        return partial(_same_tap, taps, units, pixels)
    reads = {unit: taps.inside(unit, pixels) for unit in {*chain(*pairs)}}
    if op.has_fixed_weights:
        weights = _fixed(op.on_axes([axis]), reads, pixels)
    else:
        weights = {unit: {pixel: 1 / len(row) for pixel in row} for unit, row in reads.items()}
    return lambda u, v: (((p, q), a * b) for p, a in weights[u].items() for q, b in weights[v].items())


def _same_tap(taps: Taps, units: int, pixels: int, u: int, v: int) -> Iterable[tuple[Pair, float]]:
    """Yield the pairs that two units read with the same weights."""
    period = len(taps.phases)
    most = max(len(taps[unit]) for unit in range(min(units, period)))
    for pair in zip(taps[u], taps[v], strict=True) if (v - u) % period == 0 else ():
        if min(pair) >= 0 and max(pair) < pixels:
            yield pair, 1 / most


def _fixed(op: Op, reads: Mapping[int, Sequence[int]], pixels: int) -> dict[int, dict[int, float]]:
    """Return the weights with which units read pixels: what the kernel makes of each pixel in a channel of its own."""
    wanted = sorted({*chain(*reads.values())})
    alone, single = op.with_channels(1, 1), np.zeros((len(wanted), pixels), np.float32)
    single[range(len(wanted)), wanted] = 1
    found = alone.forward([single], EvenWeights(alone, [single])).astype(float)
    place = {pixel: number for number, pixel in enumerate(wanted)}
    return {unit: {pixel: found[place[pixel], unit] for pixel in row} for unit, row in reads.items()}


def _choice(taps: Taps, pixels: int) -> Joint:
    def same_pixel(unit: int, _: int) -> Iterable[tuple[Pair, float]]:
        reads = taps.inside(unit, pixels)
        return (((pixel, pixel), 1 / len(reads)) for pixel in reads)

    return same_pixel


def _through_weights(values: AnyArray, channels: int, groups: int) -> AnyArray:
    """Spread evenly over the channels of each group."""
    if _is_uniform(values):
        return np.broadcast_to(values[:1] * (len(values) / channels), (channels, *values.shape[1:]))
    each = values.reshape(groups, -1, *values.shape[1:]).sum(axis=1) / (channels // groups)
    return (
        np.broadcast_to(each, (channels, *each.shape[1:])) if groups == 1 else each.repeat(channels // groups, axis=0)
    )


def _onward(gradient: _Gradient, joints: Sequence[Joint | None], reach: Sequence[int]) -> _Gradient:
    """Hand products on along every axis, to pairs of pixels that may still meet."""
    values, found = gradient.values, [*gradient.pairs]
    for axis, (pairs, joint, most) in enumerate(zip(gradient.pairs, joints, reach, strict=True)):
        if joint is None:
            continue
        terms = [
            (number, pair, weight)
            for number, units in enumerate(pairs)
            for pair, weight in joint(*units)
            if abs(pair[0] - pair[1]) <= most
        ]
        places = {pair: number for number, pair in enumerate(sorted({pair for _, pair, _ in terms}))}
        matrix = np.zeros((len(pairs), len(places)))
        for number, pair, weight in terms:
            matrix[number, places[pair]] += weight
        values = _once(values, partial(_along, axis=1 + axis, matrix=matrix))
        found[axis] = [*places]
    return _Gradient(values, tuple(found))


def _along(values: AnyArray, axis: int, matrix: AnyArray) -> AnyArray:
    return np.moveaxis(np.moveaxis(values, axis, -1) @ matrix, -1, axis)


def _is_uniform(values: AnyArray) -> bool:
    """Whether all channels are one and the same, repeated without a copy."""
    return values.ndim > 1 and values.strides[0] == 0


def _once(values: AnyArray, work: Callable[[AnyArray], AnyArray]) -> AnyArray:
    """Work on all channels, or on one that stands for all."""
    if not _is_uniform(values):
        return work(values)
    one = work(values[:1].copy())
    return np.broadcast_to(one, (len(values), *one.shape[1:]))


def _alone(gradient: _Gradient) -> _Gradient:
    """Return what places have in common with themselves: the gradient itself where that is all."""
    kept = [[number for number, (first, second) in enumerate(pairs) if first == second] for pairs in gradient.pairs]
    if all(len(numbers) == len(pairs) for numbers, pairs in zip(kept, gradient.pairs, strict=True)):
        return gradient
    pairs = tuple([along[number] for number in numbers] for numbers, along in zip(kept, gradient.pairs, strict=True))
    return _Gradient(_once(gradient.values, lambda values: values[_grid(kept)]), pairs)


def _grid(places: Iterable[Sequence[int]]) -> tuple[Any, ...]:
    """Return the index of places along every axis, of all channels."""
    whole: tuple[Any, ...] = (slice(None),)
    return whole + np.ix_(*places)


def _sum(*gradients: _Gradient) -> _Gradient:
    """Add up gradients of one tensor."""
    pairs = tuple(sorted(set().union(*along)) for along in zip(*(each.pairs for each in gradients), strict=True))
    places = [{pair: number for number, pair in enumerate(along)} for along in pairs]
    channels = len(gradients[0].values)
    different = 1 if all(_is_uniform(each.values) for each in gradients) else channels
    total = np.zeros((different, *map(len, pairs)))
    for each in gradients:
        where = _grid([place[pair] for pair in own] for place, own in zip(places, each.pairs, strict=True))
        total[where] += each.values[:different]
    return _Gradient(np.broadcast_to(total, (channels, *total.shape[1:])), pairs)
