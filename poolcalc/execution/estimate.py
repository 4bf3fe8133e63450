"""What a forward pass will take, known before it runs: bytes from the layers' sizes, seconds from one short product."""

from collections.abc import Callable, Iterator
from math import prod
from time import perf_counter

import numpy as np

from poolcalc.analysis.layers import Analysis, Layer
from poolcalc.execution.weights import LENGTH, SHIFTS, block_length
from poolcalc.kernels import WORKSPACE
from poolcalc.network.graph import INPUT

VALUE = 4
"""Bytes of a float32."""

FIXED = 6 << 20
"""Bytes of what is still imported, and of what the allocator keeps for itself."""

BESIDE = {
    "conv_transpose": 0.5,
    "lp_pool": 1.75,
    "adaptive_avg_pool": 1.2,
    "upsample": 2.7,
    "group_norm": 2.0,
    "layer_norm": 2.0,
    "local_response_norm": 3.1,
    "leaky_relu": 2.0,
    "elu": 2.0,
    "gelu": 3.0,
    **dict.fromkeys(("relu6", "silu", "mish", "sigmoid", "hardswish", "hardsigmoid", "softmax"), 1.0),
}
"""Intermediate results, as traced: multiples of the larger of input and output; none for the others."""

PER_COLUMN, PER_WEIGHT, PER_DRAWN, PER_CALL = 0.25e-9, 0.09e-9, 12e-9, 40e-6
"""Seconds to copy a value into a column matrix, to read a weight of a matrix times a vector, to draw one, and to
get a kernel going."""

SHARE_OF_PEAK = 0.85
"""How fast products are in a network, compared with a single one that fits into the cache."""

Size = Callable[[tuple[int, ...]], int]
"""How many values a tensor of that shape has; fewer in a thin pass."""


def memory(analysis: Analysis, *, threads: int = 1, size: Size = prod) -> int:
    """Return the bytes that a forward pass takes at most beside what the process takes anyway.

    Tensors live until their last reader has run, and a view keeps alive what it looks at.
    """
    owner, sizes = {INPUT: INPUT}, {INPUT: size(analysis.graph.input)}
    most = drawn = 0
    for layer, expiring in zip(analysis.layers, analysis.graph.expiring, strict=True):
        name, op, values = layer.node.name, layer.node.op, size(layer.shape) if layer.shape else 0
        if op.is_view and values:
            owner[name] = owner[layer.node.inputs[0]]
        else:
            owner[name], sizes[name] = name, values
        before, drawn = drawn, _drawn(drawn, layer, size)
        alive = sum(sizes[each] for each in {*owner.values()})
        growing = drawn if drawn > before else 0  # for a moment the new block and the parts that it is made of
        most = max(most, alive + drawn + max(growing, _beside(layer, threads, size)))
        for unused in expiring:
            owner.pop(unused, None)
    return VALUE * most + FIXED


def _beside(layer: Layer, threads: int, size: Size) -> int:
    """Return the values that a layer needs beside its inputs and output: weights and intermediate results."""
    op, params = layer.node.op, _params(layer, size)
    scaled = min(params, LENGTH)
    if op.keyword in ("conv", "depthwise_conv"):
        return scaled + threads * min(WORKSPACE, _columns(layer, layer.macs or 0))
    if op.keyword == "linear":
        return scaled
    shapes = [shape for shape in (layer.shape, *layer.input_shapes) if shape]
    results = 0.5 if getattr(op, "mode", "") == "nearest" else BESIDE.get(op.keyword, 0)
    return scaled + params + int(results * max(map(size, shapes), default=0))


def seconds(analysis: Analysis, *, threads: int = 1, size: Size = prod) -> list[float]:
    """Return the time that each layer will take, about."""
    per_product = 1 / _products_per_second()
    found, drawn = [], 0
    for layer in analysis.layers:
        before, drawn = drawn, _drawn(drawn, layer, size)
        found.append(_seconds(layer, per_product, threads, size) + (drawn - before) * PER_DRAWN)
    return found


def _drawn(before: int, layer: Layer, size: Size) -> int:
    """Return how many values have been drawn for weights once a layer has run, if `before` were before it."""
    params = _params(layer, size)
    return block_length(before, min(params, LENGTH) + SHIFTS) if params else before


def _params(layer: Layer, size: Size) -> int:
    """Return the values of a layer's weights, in proportion fewer in a thin pass."""
    return (layer.params or 0) * size(layer.shape) // (layer.activations or 1) if layer.shape else 0


def _seconds(layer: Layer, per_product: float, threads: int, size: Size) -> float:
    op, shape, given = layer.node.op, layer.shape, layer.input_shapes[0]
    if not shape or not given:
        return 0
    if op.is_view:
        return PER_CALL
    thin = size(shape) / prod(shape)
    values = max(size(shape), size(given)) + min(_params(layer, size), LENGTH)
    products = (layer.macs or 0) * thin * size(given) / prod(given)
    if len(shape) == 1:
        work = products * (per_product + PER_WEIGHT)
    else:
        work = (products * per_product + _columns(layer, products) / thin * PER_COLUMN) / threads
    return work + values * op.effort + PER_CALL


def _columns(layer: Layer, products: float) -> int:
    """Return how many values are copied for that many products: each is multiplied for every channel of a group."""
    channels = (layer.shape or (1,))[0]
    return int(products) // max(1, channels // layer.node.op.channel_groups((layer.input_shapes[0] or (1,))[0]))


def _products_per_second() -> float:
    """Measure how fast one thread multiplies: the best of a few products of less than a millisecond."""
    a, out = np.ones((256, 256), np.float32), np.empty((256, 256), np.float32)

    def timed() -> Iterator[float]:
        for _ in range(4):
            start = perf_counter()
            np.matmul(a, a, out=out)
            yield perf_counter() - start

    return SHARE_OF_PEAK * len(a) ** 3 / max(min(timed()), 1e-6)
