"""Proof of receptive fields by execution: put NaN into one pixel, run the kernels, see which units turn NaN.

The network is run along one axis at a time, on a copy with the same geometry and one channel. The copy is a map whose
first axis counts the probes: probe p has its NaN at pixel p, and every operator acts on the second axis alone. So one
run gives the whole relation between pixels and units, for every unit of every layer, and it must equal the bit masks of
`actual.py`: a missing pixel would show a unit that stays finite, an extra one a unit that turns NaN.

All channels count as one here, as they do in the fields: a unit sees what any of its channels sees. Where channels are
left out that may see more than the others, nothing is proven from there on. How the axes combine where branches with
different windows meet is not proven either, only what is seen along each of them.
"""

from collections.abc import Container, Iterator, Sequence
from functools import reduce
from operator import or_

import numpy as np

from poolcalc.analysis.actual import ActualField, Masks
from poolcalc.analysis.channels import overstated
from poolcalc.analysis.layer import Layer, Sized
from poolcalc.analysis.layers import Analysis
from poolcalc.execution.results import Proof
from poolcalc.kernels import AnyArray, Array
from poolcalc.network.graph import INPUT, Node
from poolcalc.network.op import Op
from poolcalc.network.walk import walk
from poolcalc.wording import counted

MOST_PROBES = 512
"""Probes in one run; wide inputs take several."""


def prove(analysis: Analysis, predicted: dict[str, ActualField | None]) -> Proof:
    """Compare the predicted fields of all units of all layers with what the kernels really read, axis by axis."""
    refuted: dict[str, str] = {}
    partial = overstated(analysis)
    unproven = {layer.node.name: why for layer in analysis.layers if (why := _why_not(layer, predicted, partial))}
    for axes in _alike(analysis):
        pixels = analysis.origin_shape[1 + axes[0]]
        for low in range(0, pixels, MOST_PROBES):
            probes = range(low, min(low + MOST_PROBES, pixels))
            for name, nan in _run(analysis, axes[0], probes).items():
                field = predicted.get(name)
                if field is None or name in unproven or name in refuted:
                    continue
                if nan[-1].any():
                    unproven[name] = "it gives NaN without a probe"
                elif difference := _first_difference(field, axes, nan[:-1], probes):
                    refuted[name] = difference
    names = [layer.node.name for layer in analysis.layers]
    proven = tuple(name for name in names if name not in refuted and name not in unproven)
    return Proof(proven, refuted, unproven)


def _alike(analysis: Analysis) -> list[list[int]]:
    """Group the axes along which the network is the same in sizes and parameters: one run serves them all."""
    groups: dict[object, list[int]] = {}
    for axis in range(len(analysis.graph.input) - 1):
        along = (layer.node.op.on_axes([axis]) for layer in analysis.layers)
        groups.setdefault((analysis.graph.input[1 + axis], *along), []).append(axis)
    return list(groups.values())


def _first_difference(field: ActualField, axes: list[int], reached: AnyArray, probes: range) -> str | None:
    seen: dict[Masks, int] = {}
    for axis in axes:
        seen.setdefault(_along(field, axis), axis)  # mostly one and the same
    for masks, axis in seen.items():
        if difference := _difference(masks, reached, probes):
            return f"axis {axis}, {difference}"
    return None


def _along(field: ActualField, axis: int) -> Masks:
    """Return what the units see along one axis, by any path."""
    by_path = [product[axis] for product in field.products]
    return by_path[0] if len(by_path) == 1 else tuple(reduce(or_, masks) for masks in zip(*by_path, strict=True))


def _why_not(layer: Layer, predicted: dict[str, ActualField | None], partial: Container[str]) -> str | None:
    if layer.shape is None:
        return "it cannot run"
    if layer.node.name not in predicted:
        return "it sees nothing of the origin"
    if predicted[layer.node.name] is None:
        return "its field is too ragged to list"
    if layer.node.name in partial:
        return "channels are left out that may see more than the others"
    return None


def _difference(masks: Masks, reached: AnyArray, probes: range) -> str | None:
    """Return the first pixel and unit on which prediction and execution differ. reached: (probes, units) of bool."""
    width = (probes.stop + 7) // 8
    window = (1 << probes.stop) - 1
    packed = b"".join((mask & window).to_bytes(width, "little") for mask in masks)
    bits = np.unpackbits(np.frombuffer(packed, np.uint8).reshape(len(masks), width), axis=1, bitorder="little")
    expected = bits[:, probes.start : probes.stop].T.astype(bool)
    if expected.shape != reached.shape:
        return f"{counted(reached.shape[1], 'unit')} instead of {expected.shape[1]}"
    if np.array_equal(expected, reached):
        return None
    probe, unit = map(int, np.argwhere(expected != reached)[0])
    says = "sees" if expected[probe, unit] else "does not see"
    return f"unit {unit} {says} pixel {probes[probe]} by prediction, the kernels disagree"


def _run(analysis: Analysis, axis: int, probes: range) -> dict[str, AnyArray]:
    """Return, for every layer that runs, which probes (rows) turn which units (columns) NaN; the last row has none."""
    rows, graph = len(probes) + 1, analysis.graph
    nan = np.zeros((1, rows, analysis.origin_shape[1 + axis]), np.float32)
    nan[0, range(rows - 1), probes] = np.nan

    def step(node: Node, inputs: Sequence[Array]) -> Array | None:
        layer = analysis.sized.get(node.name)
        if layer is None:
            return None
        result = _forward(layer, axis, inputs)
        # Whatever a kernel made of the channels, they count as one.
        return result if len(result) == 1 else result.mean(axis=0, keepdims=True)

    known: dict[str, Array] = {INPUT: np.zeros((1, rows, graph.input[1 + axis]), np.float32), analysis.origin: nan}
    with np.errstate(all="ignore"):
        tensors = walk(graph, known, step, forget=True)
        return {node.name: np.isnan(tensor[0]) for node, tensor in tensors if tensor is not None}


def _forward(layer: Sized, axis: int, inputs: Sequence[Array]) -> Array:
    """Run one layer along one axis for all probes; maps are (channels, probes, size), with size 1 for flat vectors."""
    op = layer.node.op
    if not _mixes_positions(layer):
        together = op.with_channels(1, 1).on_axes([None, axis])
        result = together.forward(inputs, EvenWeights(together, inputs))
        if len(inputs) > 1 or not np.isnan(result[:, -1]).any():
            return result
    # It mixes the probes too, or spread NaN to the row without one: run them one by one, on a map of one axis; only
    # once what is alike, as most rows are where units see nearly everything.
    rows = list(inputs[0][0])
    alike = {row.tobytes(): row for row in rows}
    results = {key: _alone(op, axis, row) for key, row in alike.items()}
    return np.stack([results[row.tobytes()] for row in rows], axis=1)


def _alone(op: Op, axis: int, row: Array) -> Array:
    """Run one operator for one probe."""
    alone, channels = op.with_channels(1, 1).on_axes([axis]), op.fewest_channels(1)
    one = row if op.takes == "vectors" else row[np.newaxis].repeat(channels, axis=0)
    result = alone.forward([one], EvenWeights(alone, [one]))
    # A vector counts as a whole.
    return result if result.ndim > 1 else result.reshape(1, -1).mean(axis=1, keepdims=True)


def _mixes_positions(layer: Sized) -> bool:
    """Whether an operator with one input would act on the probes' axis too."""
    op, (shape, *others) = layer.node.op, layer.input_shapes
    if others:
        return False
    reads_all = 1 in (len(shape), len(layer.shape)) or any(read.is_global for read in layer.reads)
    return reads_all or op.fewest_channels(1) > 1


class EvenWeights:
    """Weights that only average, so that nothing overflows and no NaN arises but from a NaN that was read."""

    def __init__(self, op: Op, inputs: Sequence[Array]) -> None:
        self.declared = op.weights([x.shape for x in inputs])

    def __getitem__(self, name: str) -> Array:
        """Return a tensor whole."""
        weight = self.declared[name]
        return np.full(weight.shape, weight.mean or weight.shape[0] / weight.size, np.float32)

    def rows(self, name: str) -> Iterator[tuple[slice, Array]]:
        """Yield the tensor as one block."""
        tensor = self[name]
        yield slice(0, len(tensor)), tensor
