"""What a forward pass will take, known before it runs: bytes from the layers' sizes, seconds from one short product."""

from collections.abc import Collection, Iterator, Sequence
from math import prod
from time import perf_counter
from typing import NamedTuple

import numpy as np

from poolcalc.analysis.layers import Analysis
from poolcalc.execution.thin import thin_shapes, thinned
from poolcalc.execution.weights import LENGTH, SHIFTS, block_length, block_of, held
from poolcalc.network.graph import INPUT, Node
from poolcalc.network.op import Op, Shape, Weight
from poolcalc.network.walk import walk

VALUE = 4
"""Bytes of a float32."""

FIXED = 6 << 20
"""Bytes of what is still imported, and of what the allocator keeps for itself."""

PER_COLUMN, PER_WEIGHT, PER_DRAWN, PER_CALL = 0.25e-9, 0.09e-9, 12e-9, 40e-6
"""Seconds to copy a value into a column matrix, to read a weight of a matrix times a vector, to draw one, and to
get a kernel going."""

SHARE_OF_PEAK = 0.85
"""How fast products are in a network, compared with a single one that fits into the cache."""


class _Step(NamedTuple):
    """One layer that runs: the operator, thin in a thin pass, and the shapes that it really meets."""

    node: Node
    op: Op
    inputs: Sequence[Shape]
    output: Shape

    @property
    def weights(self) -> Collection[Weight]:
        return self.op.weights(self.inputs).values()


def memory(analysis: Analysis, *, threads: int = 1, channels: int | None = None) -> int:
    """Return the bytes that a forward pass takes at most beside what the process takes anyway.

    Tensors live until their last reader has run, and a view keeps alive what it looks at.
    channels: of a thin pass, at most that many in every map.
    """
    image = prod(thinned(analysis.graph.input, channels))
    owner, sizes = {INPUT: INPUT}, {INPUT: image}
    most, drawn = image + min(image, LENGTH), 0
    for step, expiring in zip(_steps(analysis, channels), analysis.graph.expiring, strict=True):
        if step:
            name, view = step.node.name, step.op.is_view
            owner[name] = owner[step.node.inputs[0]] if view else name
            sizes.setdefault(owner[name], prod(step.output))
            before, drawn = drawn, _drawn(drawn, step)
            alive = sum(sizes[each] for each in {*owner.values()})
            growing = drawn if drawn > before else 0  # for a moment the new block and the parts that it is made of
            most = max(most, alive + drawn + max(growing, _beside(step, threads)))
        for unused in expiring:
            owner.pop(unused, None)
    return VALUE * most + FIXED


def _steps(analysis: Analysis, channels: int | None) -> list[_Step | None]:
    """Return what runs, layer by layer; None for those that cannot."""
    steps: dict[str, _Step] = {}

    def step(node: Node, inputs: Sequence[Shape]) -> Shape | None:
        op, output = node.op, analysis.shapes.get(node.name)
        if output is None:
            return None
        if channels:
            op, inputs = thin_shapes(op, inputs, channels)
            output = op.output_shape(inputs)
        steps[node.name] = _Step(node, op, inputs, output)
        return thinned(output, channels)

    start = {INPUT: thinned(analysis.graph.input, channels)}
    return [steps.get(node.name) for node, _ in walk(analysis.graph, start, step)]


def _beside(step: _Step, threads: int) -> int:
    """Return the values that a layer needs beside its inputs and output: weights and intermediate results."""
    weights = (held(weight, in_blocks=step.op.streams_weights) for weight in step.weights)
    return max(weights, default=0) + step.op.workspace(step.inputs, step.output, threads)


def _drawn(before: int, step: _Step) -> int:
    """Return how many values have been drawn for weights once a layer has run, if `before` were before it."""
    needed = (min(block_of(weight)[1], LENGTH + SHIFTS) + SHIFTS for weight in step.weights)
    return block_length(before, max(needed, default=0))


def seconds(analysis: Analysis, *, threads: int = 1, channels: int | None = None) -> list[float]:
    """Return the time that each layer will take, about; see `memory` for `channels`."""
    per_product = 1 / _products_per_second()
    found, drawn = [], 0
    for step in _steps(analysis, channels):
        if step is None:
            found.append(0.0)
            continue
        before, drawn = drawn, _drawn(drawn, step)
        found.append(_seconds(step, per_product, threads) + (drawn - before) * PER_DRAWN)
    return found


def _seconds(step: _Step, per_product: float, threads: int) -> float:
    op, output, (given, *_) = step.op, step.output, step.inputs
    if op.is_view:
        return PER_CALL
    values = max(prod(output), prod(given)) + min(sum(weight.size for weight in step.weights), LENGTH)
    products = op.macs(step.inputs, output)
    if len(output) == 1:
        work = products * (per_product + PER_WEIGHT)
    else:  # what is copied is multiplied for every channel of a group
        columns = products // (output[0] // op.channel_groups(given[0]))
        work = (products * per_product + columns * PER_COLUMN) / threads
    return work + values * op.effort + PER_CALL


def _products_per_second() -> float:
    """Measure how fast one thread multiplies: the best of a few products of less than a millisecond."""
    a, out = np.ones((256, 256), np.float32), np.empty((256, 256), np.float32)

    def timed() -> Iterator[float]:
        for _ in range(4):
            start = perf_counter()
            np.matmul(a, a, out=out)
            yield perf_counter() - start

    return SHARE_OF_PEAK * len(a) ** 3 / max(min(timed()), 1e-6)
