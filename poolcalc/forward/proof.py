"""Proof of receptive fields by execution: put NaN into one pixel, run the kernels, see which units turn NaN.

The network is run along one axis at a time, on a copy with the same geometry and one channel. The copy is a map whose
first axis counts the probes: probe p has its NaN at pixel p, and every operator acts on the second axis alone. So one
run gives the whole relation between pixels and units, for every unit of every layer, and it must equal the bit masks of
`actual.py`: a missing pixel would show a unit that stays finite, an extra one a unit that turns NaN.

All channels count as one here, as they do in the fields: a unit sees what any of its channels sees.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, reduce
from operator import or_
from typing import Any

import numpy as np

from poolcalc.actual import ActualField, Masks
from poolcalc.analysis import Analysis, Layer
from poolcalc.forward.results import Proof
from poolcalc.graph import INPUT
from poolcalc.kernels import AnyArray, Array
from poolcalc.op import Op
from poolcalc.parameter import Amounts, PerAxis, parameters

MOST_PROBES = 512
"""Probes in one run; wide inputs take several."""

NEUTRAL: dict[str, Any] = {
    "kernel_size": 1,
    "stride": 1,
    "dilation": 1,
    "padding": (0, 0),
    "output_padding": 0,
    "scale_factor": 1,
    "output_size": None,
    "cropping": (0, 0),
}
"""For every parameter that axes have of their own, the value that leaves an axis alone."""

ONE_CHANNEL: dict[str, Any] = {
    "out_channels": 1,
    "groups": 1,
    "num_groups": 1,
    "channel_multiplier": 1,
    "out_features": 1,
    "start": 0,
    "stop": 1,
}
"""For every parameter that counts channels, its value in a copy with one channel."""


def prove(analysis: Analysis, predicted: dict[str, ActualField | None]) -> Proof:
    """Compare the predicted fields of all units of all layers with what the kernels really read, axis by axis."""
    refuted: dict[str, str] = {}
    unproven = {layer.node.name: why for layer in analysis.layers if (why := _why_not(layer, predicted))}
    for axes in _alike(analysis):
        pixels = analysis.origin_shape[1 + axes[0]]
        for low in range(0, pixels, MOST_PROBES):
            probes = range(low, min(low + MOST_PROBES, pixels))
            for name, reached in _run(analysis, axes[0], probes).items():
                field = predicted.get(name)
                if field is None or name in unproven or name in refuted:
                    continue
                for masks in {_along(field, axis): None for axis in axes}:  # mostly one and the same
                    if difference := _difference(masks, reached, probes):
                        refuted[name] = f"axis {axes[0]}, {difference}"
    names = [layer.node.name for layer in analysis.layers]
    proven = tuple(name for name in names if name not in refuted and name not in unproven)
    return Proof(proven, refuted, unproven)


def _alike(analysis: Analysis) -> list[list[int]]:
    """Group the axes along which the network is the same in sizes and parameters: one run serves them all."""
    groups: dict[object, list[int]] = {}
    for axis in range(len(analysis.graph.input) - 1):
        parameters_along = [
            getattr(layer.node.op, name)[axis]
            for layer in analysis.layers
            for name in _per_axis(type(layer.node.op))
            if isinstance(getattr(layer.node.op, name), tuple)
        ]
        groups.setdefault((analysis.graph.input[1 + axis], *parameters_along), []).append(axis)
    return list(groups.values())


@cache
def _per_axis(operator: type[Op]) -> tuple[str, ...]:
    """Return the parameters that axes have of their own."""
    return tuple(p.name for p in parameters(operator) if isinstance(p.kind, PerAxis | Amounts))


@cache
def _counting_channels(operator: type[Op]) -> tuple[str, ...]:
    """Return the parameters that count channels."""
    return tuple(p.name for p in parameters(operator) if p.name in ONE_CHANNEL)


def _along(field: ActualField, axis: int) -> Masks:
    """Return what the units see along one axis, by any path."""
    by_path = [product[axis] for product in field.products]
    return by_path[0] if len(by_path) == 1 else tuple(reduce(or_, masks) for masks in zip(*by_path, strict=True))


def _why_not(layer: Layer, predicted: dict[str, ActualField | None]) -> str | None:
    if layer.shape is None:
        return "it cannot run"
    if layer.node.name not in predicted:
        return "it sees nothing of the origin"
    if predicted[layer.node.name] is None:
        return "its field is too ragged to list"
    if layer.node.op.keyword == "channel_slice":
        return "a copy with one channel has none to leave out"
    return None


def _difference(masks: Masks, reached: AnyArray, probes: range) -> str | None:
    """Return the first pixel and unit on which prediction and execution differ. reached: (probes, units) of bool."""
    width = (probes.stop + 7) // 8
    window = (1 << probes.stop) - 1
    packed = b"".join((mask & window).to_bytes(width, "little") for mask in masks)
    bits = np.unpackbits(np.frombuffer(packed, np.uint8).reshape(len(masks), width), axis=1, bitorder="little")
    expected = bits[:, probes.start : probes.stop].T.astype(bool)
    if expected.shape != reached.shape:
        return f"{reached.shape[1]} units instead of {expected.shape[1]}"
    if np.array_equal(expected, reached):
        return None
    probe, unit = map(int, np.argwhere(expected != reached)[0])
    says = "sees" if expected[probe, unit] else "does not see"
    return f"unit {unit} {says} pixel {probes[probe]} by prediction, the kernels disagree"


def _run(analysis: Analysis, axis: int, probes: range) -> dict[str, AnyArray]:
    """Return, for every layer that runs, which probes (rows) turn which units (columns) NaN."""
    count, graph = len(probes), analysis.graph
    nan = np.zeros((1, count, analysis.origin_shape[1 + axis]), np.float32)
    nan[0, range(count), probes] = np.nan
    tensors: dict[str, Array] = {INPUT: np.zeros((1, count, graph.input[1 + axis]), np.float32)}
    tensors[analysis.origin] = nan
    reached: dict[str, AnyArray] = {}
    with np.errstate(all="ignore"):
        for layer, expiring in zip(analysis.layers, graph.expiring, strict=True):
            name = layer.node.name
            if layer.shape is not None and name != analysis.origin:
                # Whatever a kernel made of the channels, they count as one.
                result = _forward(layer, axis, [tensors[source] for source in layer.node.inputs])
                tensors[name] = result if len(result) == 1 else result.mean(axis=0, keepdims=True)
            if name in tensors:
                reached[name] = np.isnan(tensors[name][0])
            for unused in expiring:
                tensors.pop(unused, None)
    return reached


def _forward(layer: Layer, axis: int, inputs: list[Array]) -> Array:
    """Run one layer along one axis for all probes; maps are (channels, probes, size), with size 1 for flat vectors."""
    op, probes = layer.node.op, inputs[0].shape[1]
    if not _mixes_positions(layer):
        together = op_along(op, axis, probes)
        return together.forward(inputs, EvenWeights(together, inputs))
    # It would mix the probes too: run them one by one, on a map of one axis.
    alone, channels = op_along(op, axis, None), op.fewest_channels(1)
    results = []
    for probe in range(probes):
        one = inputs[0][:, probe].repeat(channels, axis=0)
        if op.takes == "vectors":
            one = one.reshape(-1)
        result = alone.forward([one], EvenWeights(alone, [one]))
        # A vector counts as a whole.
        results.append(result if result.ndim > 1 else result.reshape(1, -1).mean(axis=1, keepdims=True))
    return np.stack(results, axis=1)


def _mixes_positions(layer: Layer) -> bool:
    """Whether an operator with one input would act on the probes' axis too."""
    op, (shape, *others) = layer.node.op, layer.input_shapes
    if others or shape is None or layer.shape is None:
        return False
    reads_all = op.takes == "vectors" or any(read.is_global for read in layer.reads)
    return reads_all or len(shape) != len(layer.shape) or op.fewest_channels(1) > 1


def op_along(op: Op, axis: int, probes: int | None) -> Op:
    """Return an operator with one channel that does along its last axis what `op` does along `axis`.

    probes: size of an axis in front, which is left alone; None for a map of that one axis.
    """
    changes = {name: ONE_CHANNEL[name] for name in _counting_channels(type(op))}
    for name in _per_axis(type(op)):
        value = getattr(op, name)
        if isinstance(value, tuple):
            before = () if probes is None else (probes if name == "size" else NEUTRAL[name],)
            changes[name] = (*before, value[axis])
    return replace(op, **changes) if changes else op  # type: ignore[type-var]


class EvenWeights:
    """Weights that only average, so that nothing overflows and no NaN arises but from a NaN that was read."""

    def __init__(self, op: Op, inputs: list[Array]) -> None:
        self.declared = op.weights([x.shape for x in inputs])

    def __getitem__(self, name: str) -> Array:
        """Return a tensor whole."""
        weight = self.declared[name]
        return np.full(weight.shape, weight.mean or 1 / max(1, weight.size // weight.shape[0]), np.float32)

    def rows(self, name: str) -> Iterator[tuple[slice, Array]]:
        """Yield the tensor as one block."""
        tensor = self[name]
        yield slice(0, len(tensor)), tensor
