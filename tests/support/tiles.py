"""Running a network on a tile of an image, and on the whole of it."""

from dataclasses import replace
from zlib import crc32

import numpy as np

from poolcalc.analysis.layers import analyse
from poolcalc.analysis.sizes import Tiling
from poolcalc.kernels import Array
from poolcalc.network.graph import INPUT, Graph
from support.weights import GivenWeights


def values(graph: Graph, image: Array) -> dict[str, Array]:
    """Return what the outputs give; the weights of a layer are the same on every image."""
    analysis = analyse(replace(graph, input=image.shape))
    tensors = {INPUT: image}
    for layer in analysis.sized.values():
        op, inputs = layer.node.op, [tensors[name] for name in layer.node.inputs]
        generator = np.random.default_rng(crc32(layer.node.name.encode()))
        wanted = op.weights([x.shape for x in inputs])
        weights = {name: generator.uniform(0.5, 1.5, weight.shape) for name, weight in wanted.items()}
        tensors[layer.node.name] = op.forward(inputs, GivenWeights(weights))
    return {name: tensors[name] for name in graph.outputs}


def tile_differs(graph: Graph, axis: int, tiling: Tiling, image: Array, start: int, size: int) -> dict[str, list[int]]:
    """Return, for every output, the kept units of a tile that are not those of the whole image.

    start: a multiple of the step. size: of the tile along the axis.
    """
    place = (slice(None),) * (1 + axis) + (slice(start, start + size),)
    whole, tile = values(graph, image), values(graph, image[place])
    wrong = {}
    for name, (first, last), gain in zip(graph.outputs, tiling.drops, tiling.gains, strict=True):
        mine = np.moveaxis(tile[name], 1 + axis, 0)
        kept = mine[first : max(first, len(mine) - last)]
        there = np.moveaxis(whole[name], 1 + axis, 0)[start // tiling.step * gain + first :][: len(kept)]
        assert len(there) == len(kept)
        alike = np.isclose(kept, there, rtol=1e-3, atol=1e-4, equal_nan=True).all(axis=tuple(range(1, kept.ndim)))
        wrong[name] = [first + int(unit) for unit in np.flatnonzero(~alike)]
    return wrong
