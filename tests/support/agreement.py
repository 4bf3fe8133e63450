"""Comparing an operator with another implementation of it: what it refuses, its sizes, its values and what it reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from poolcalc.kernels import convolution, pooling
from poolcalc.network.op import Impossible, Op, Shape
from support.weights import GivenWeights

Array = NDArray[np.float32]
Reference = Callable[[Any, dict[str, Array], Sequence[Array]], NDArray[Any] | None]
"""Another implementation: takes an operator, its weights and inputs and returns the output, None where it refuses.

There are no weights where the operator itself refuses.
"""


@dataclass(frozen=True)
class Case:
    """An operator, the shapes of its inputs, the seed of all values, and the size of the kernels' work buffers."""

    op: Op
    shapes: tuple[Shape, ...]
    seed: int = 0
    workspace: int = 1 << 20


def assert_agreement(case: Case, reference: Reference) -> str:
    """Require the same refusal, or the same shape, the same values and reads as the taps tell; return which it was."""
    op, generator = case.op, np.random.default_rng(case.seed)
    inputs = [generator.normal(0, 3, shape).astype(np.float32) for shape in case.shapes]
    try:
        predicted = None if op.contradiction() else op.output_shape(case.shapes)
    except Impossible:
        predicted = None
    if predicted is None:
        refused = reference(op, {}, inputs) is None
        assert refused, "only the operator refuses"
        return "both refuse"
    # Around 0, or above 0 where the mean is 1: scales and variances.
    weights = {
        name: (2 * weight.mean + generator.uniform(-1, 1, weight.shape)).astype(np.float32)
        for name, weight in op.weights(case.shapes).items()
    }
    expected = reference(op, weights, inputs)
    assert expected is not None, "only the reference refuses"
    assert predicted == expected.shape
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="raise", under="ignore"):
        patch.setattr(convolution, "WORKSPACE", case.workspace)
        patch.setattr(pooling, "WORKSPACE", case.workspace)
        found = op.forward(inputs, GivenWeights(weights))
    assert found.shape == expected.shape
    assert found.dtype == np.float32
    # Sums of large values of both signs may come out small, with the rounding of the large ones.
    largest = np.abs(expected[np.isfinite(expected)]).max(initial=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6 * largest, equal_nan=False)
    _assert_reads(op, inputs, GivenWeights(weights), generator)
    return "both agree"


def _assert_reads(op: Op, inputs: Sequence[Array], weights: GivenWeights, generator: np.random.Generator) -> None:
    """Make one pixel NaN and require that exactly the units turn NaN that read it by the operator's taps."""
    place = int(generator.integers(len(inputs)))
    pixel = tuple(int(generator.integers(size)) for size in inputs[place].shape[1:])
    every_channel: tuple[int | slice, ...] = (slice(None), *pixel)
    inputs[place][every_channel] = np.nan
    with np.errstate(invalid="ignore"):
        found = np.isnan(op.forward(inputs, weights)).any(axis=0)
    reads = np.ones(found.shape, bool)
    for axis, units in enumerate(() if op.reads_whole_map else found.shape):
        sizes = [x.shape[1 + axis] for x in inputs]
        taps = op.taps(axis, sizes)[place]
        along = np.array([pixel[axis] in taps.inside(unit, sizes[place]) for unit in range(units)])
        reads &= along.reshape(-1, *(1,) * (found.ndim - axis - 1))
    np.testing.assert_array_equal(found, reads, err_msg=f"units that read {pixel} of input {place}")
