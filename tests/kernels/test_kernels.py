"""What kernels promise beside right values: little memory, few calls, and nothing that depends on how work is cut."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from support.weights import GivenWeights

from poolcalc.execution.weights import LENGTH, DrawnWeights, Noise
from poolcalc.kernels import WORKSPACE, Array, convolution, parallel, pooling
from poolcalc.network.op import Op, Shape, Weight, make
from poolcalc.ops import BY_NAME

MIB = 2**20

CONVOLUTIONS: list[tuple[str, Shape, dict[str, Any]]] = [
    ("conv", (16, 130, 130), {"out_channels": 32, "kernel_size": 3, "padding": 1}),
    ("conv", (64, 56, 57), {"out_channels": 128, "kernel_size": 1, "stride": 2}),
    ("conv", (24, 64, 64), {"out_channels": 48, "kernel_size": (3, 5), "padding": ((2, 0), (1, 3)), "groups": 4}),
    ("conv", (32, 96, 96), {"out_channels": 16, "kernel_size": 3, "dilation": 32, "padding": 32}),
    ("conv", (8, 20, 24, 28), {"out_channels": 16, "kernel_size": 3, "padding": "same", "stride": (1, 2, 1)}),
    ("conv", (64, 4096), {"out_channels": 32, "kernel_size": 5, "dilation": 64, "padding": 128}),
    ("conv", (1024, 8, 8), {"out_channels": 128, "kernel_size": 3, "padding": 1}),
    ("depthwise_conv", (96, 80, 80), {"kernel_size": 5, "padding": 2, "channel_multiplier": 2}),
    ("conv", (256, 7, 7), {"out_channels": 256, "kernel_size": 3, "padding": 1, "groups": 32, "bias": False}),
]

POOLS: list[tuple[str, Shape, dict[str, Any]]] = [
    ("max_pool", (64, 224, 224), {"kernel_size": 3, "stride": 2, "padding": 1}),
    ("avg_pool", (32, 300, 200), {"kernel_size": (2, 5), "stride": 1}),
    ("max_pool", (1, 2000, 1500), {"kernel_size": 7, "stride": 3, "ceil_mode": True}),
]

convolutions = pytest.mark.parametrize(("keyword", "shape", "parameters"), CONVOLUTIONS)
everything = pytest.mark.parametrize(("keyword", "shape", "parameters"), CONVOLUTIONS + POOLS)


def operator(keyword: str, shape: Shape, parameters: dict[str, Any]) -> Op:
    return make(BY_NAME[keyword], len(shape) - 1, **parameters)


def weights_of(op: Op, shape: Shape, noise: Noise) -> DrawnWeights:
    noise.rewind()
    return noise.drawn(op.weights([shape]))


@pytest.fixture(scope="module")
def noise() -> Noise:
    return Noise(0)


def traced(work: Any) -> tuple[Array, int]:
    """Return a result, and the bytes that were taken at most beside it."""
    tracemalloc.start()
    try:
        result = work()
        return result, tracemalloc.get_traced_memory()[1] - result.nbytes
    finally:
        tracemalloc.stop()


@convolutions
def test_a_convolution_takes_its_output_a_work_buffer_and_one_block_of_weights(
    keyword: str, shape: Shape, parameters: dict[str, Any], noise: Noise
) -> None:
    op, x = operator(keyword, shape, parameters), noise.image(shape)
    op.forward([x], weights_of(op, shape, noise))
    _, beside = traced(lambda: op.forward([x], weights_of(op, shape, noise)))
    scaled = 4 * min(op.weights([shape])["weight"].size, LENGTH + 4096)
    assert beside <= 4 * min(WORKSPACE, op.macs([shape], op.output_shape([shape]))) + scaled + MIB // 4


@pytest.mark.parametrize(("keyword", "shape", "parameters"), POOLS)
def test_pooling_takes_its_output_and_a_few_channels(
    keyword: str, shape: Shape, parameters: dict[str, Any], noise: Noise
) -> None:
    op, x = operator(keyword, shape, parameters), noise.image(shape)
    _, beside = traced(lambda: op.forward([x], weights_of(op, shape, noise)))
    assert beside <= 3 * 4 * max(WORKSPACE, x[0].size)


@everything
@pytest.mark.parametrize("count", [2, 3])
def test_values_do_not_depend_on_the_number_of_threads(
    keyword: str, shape: Shape, parameters: dict[str, Any], count: int, noise: Noise
) -> None:
    op, x = operator(keyword, shape, parameters), noise.image(shape)
    alone = op.forward([x], weights_of(op, shape, noise))
    with parallel.threads(count):
        together = op.forward([x], weights_of(op, shape, noise))
    assert alone.tobytes() == together.tobytes()


@everything
@pytest.mark.parametrize("workspace", [1, 999, 1 << 14])
def test_values_do_not_depend_on_the_size_of_the_work_buffer(
    keyword: str, shape: Shape, parameters: dict[str, Any], workspace: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small integers: their sums are exact in any order.
    op, small = operator(keyword, shape, parameters), (shape[0], *(min(size, 40) for size in shape[1:]))
    generator = np.random.default_rng(0)
    x = generator.integers(-4, 5, small).astype(np.float32)
    weights = op.weights([small]).items()
    given = GivenWeights({name: generator.integers(-4, 5, weight.shape) for name, weight in weights})
    expected = op.forward([x], given)
    monkeypatch.setattr(convolution, "WORKSPACE", workspace)
    monkeypatch.setattr(pooling, "WORKSPACE", workspace)
    assert op.forward([x], given).tobytes() == expected.tobytes()


@pytest.mark.parametrize("size", [56, 112])
def test_products_are_counted_by_blocks_and_never_by_positions(
    size: int, noise: Noise, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Shape] = []
    product = np.matmul

    def counting(a: Array, b: Array, out: Array) -> Array:
        calls.append(b.shape)
        return product(a, b, out=out)

    monkeypatch.setattr(np, "matmul", counting)
    shape = (64, size, size)
    op = operator("conv", shape, {"out_channels": 64, "kernel_size": 3, "padding": 1})
    op.forward([noise.image(shape)], weights_of(op, shape, noise))
    rows = WORKSPACE // (64 * 9) // size
    assert len(calls) == -(-size // rows)
    assert {b[1] for b in calls} == {64 * 9}


@pytest.mark.parametrize("shape", [(7, 3), (4096, 25088 // 16), (3, 2 * LENGTH), (2, 512, 3, 3)])
def test_drawn_weights_cover_every_row_once_and_are_alike_whole_and_in_blocks(shape: Shape, noise: Noise) -> None:
    weights = DrawnWeights(noise, {"weight": Weight(shape, 0.5, 2.0)}, 3)
    blocks = list(weights.rows("weight"))
    assert [i for part, _ in blocks for i in range(part.start, part.stop)] == [*range(shape[0])]
    whole = weights["weight"]
    assert whole.shape == shape
    assert all(np.array_equal(whole[part], block) for part, block in blocks)
    # No row repeats the one before.
    assert all(not np.array_equal(a, b) for a, b in pairwise(whole[:20]))
    if whole.size > 10_000:
        assert float(whole.mean()) == pytest.approx(0.5, abs=0.02)
        assert float(whole.std()) == pytest.approx(2, abs=0.02)


def test_an_error_in_a_helper_is_raised_and_the_pool_ends() -> None:
    def work(pieces: Any) -> None:
        for piece in pieces:
            if piece == 3:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), parallel.threads(3):
        parallel.share(work, range(9))
    assert parallel._helpers.get() is None  # noqa: SLF001


@pytest.mark.parametrize("count", [1, 2, 3])
def test_as_many_threads_take_part_as_are_asked_for(count: int) -> None:
    together, started = Barrier(count), list[int]()

    def work(pieces: Any) -> None:
        started.append(next(pieces))
        together.wait(10)

    with parallel.threads(count):
        for pieces in (range(count), range(9)):
            started.clear()
            parallel.share(work, pieces)
            assert sorted(started) == [*range(count)]


def test_no_more_threads_take_part_than_there_are_pieces() -> None:
    calls: list[list[int]] = []
    with parallel.threads(4):
        for pieces in range(3):
            calls.clear()
            parallel.share(lambda pending: calls.append([*pending]), range(pieces))
            assert len(calls) <= max(1, pieces)
            assert sorted(piece for each in calls for piece in each) == [*range(pieces)]


def test_kernels_that_are_called_from_several_threads_do_not_share_their_helpers(noise: Noise) -> None:
    keyword, shape, parameters = CONVOLUTIONS[0]
    op, x = operator(keyword, shape, parameters), noise.image(shape)
    expected = op.forward([x], DrawnWeights(noise, op.weights([shape]), 1))

    def once(number: int) -> bool:
        with parallel.threads(1 + number % 3):
            return np.array_equal(op.forward([x], DrawnWeights(noise, op.weights([shape]), 1)), expected)

    with ThreadPoolExecutor(4) as callers:
        assert all(callers.map(once, range(12)))
