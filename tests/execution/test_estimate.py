"""What a pass will take, counted by hand on networks of a few values; `test_forward` measures it on large ones."""

from collections.abc import Sequence

import pytest
from support.analysis import analysed

from poolcalc.execution import estimate
from poolcalc.execution.estimate import FIXED, PER_CALL, PER_COLUMN, PER_DRAWN, PER_WEIGHT
from poolcalc.execution.weights import LENGTH, SHIFTS, DrawnWeights, Noise, block_length, block_of, held
from poolcalc.network.op import Weight

CONV = "conv: {out_channels: 3, kernel_size: 3, name: c}"
"""On 2·10 values: 3·8 values, 18 weights and 3 biases, windows of 6 taps at 8 positions."""

NOISE = 18 + SHIFTS
"""Values to draw for that: the weights may start anywhere among the first."""


@pytest.mark.parametrize(
    ("shape", "layers", "values"),
    [
        # The image and the block that it is drawn from, then the image and what comes out.
        ([4, 9], "relu", 2 * 36),
        # Beside them, what the operator needs.
        ([4, 9], "gelu", 3 * 36),
        # A view keeps alive what it looks at: 36 pixels, and 4·2 values twice.
        ([4, 9], "crop: [[3, 4]], relu", 36 + 36),
        ([40, 9], "crop: [[3, 4]], elu, elu", 360 + 360),
        ([4, 9], "upsample: 10, crop: [[3, 80]], elu, elu", 360 + 28 + 2 * 28),
        # Noise that grows exists twice for a moment.
        ([2, 10], CONV, 20 + 24 + 2 * NOISE),
        # For 3,000 weights more of it is needed, which makes twice as much.
        ([2, 10], f"{CONV}, conv: {{out_channels: 1000, kernel_size: 1, bias: false}}", 24 + 8000 + 2 * 2 * NOISE),
        # What is there already does not grow: 2 · 2,400 values, 9 weights and 800 windows of 3 taps.
        (
            [2, 10],
            f"{CONV}, upsample: 100, conv: {{out_channels: 3, kernel_size: 1, bias: false}}",
            4800 + NOISE + 9 + 2400,
        ),
        ([1024, 1], "flatten, linear: {out_features: 1024, bias: false}", 2048 + 2 * (LENGTH + SHIFTS)),
        # A layer that cannot run takes nothing.
        ([4, 9], "relu, max_pool: 11", 2 * 36),
        # Both branches wait for their sum.
        ([4, 9], "relu: {name: a}, relu: {name: b}, relu: {name: c}, concat: [a, b, c]", 3 * 36 + 3 * 36),
    ],
)
def test_memory_is_what_is_alive_at_once(shape: Sequence[int], layers: str, values: int) -> None:
    found = estimate.memory(analysed(f"input: {[*shape]}\nlayers: [{layers}]\n"))
    assert found == 4 * values + FIXED


def test_a_thin_pass_has_as_many_channels_of_every_map() -> None:
    """Two channels of 9 pixels, three times: the input, what comes out and two intermediate results of `elu`."""
    analysis = analysed("input: [40, 9]\nlayers: [elu, elu]\n")
    assert estimate.memory(analysis, channels=2) == 4 * 4 * 18 + FIXED
    assert estimate.memory(analysis) == 4 * 4 * 360 + FIXED


RELU = 0.56e-9
"""Seconds to write a value."""


@pytest.mark.parametrize(
    ("shape", "layers", "threads", "expected"),
    [
        ([4, 9], "relu", 1, [36 * RELU + PER_CALL]),
        ([4, 9], "crop: 1", 1, [PER_CALL]),
        ([4, 9], "max_pool: 11, relu", 1, [0, 0]),
        ([4, 9], "gap", 1, [36 * RELU + PER_CALL]),
        # 144 products, and a third as many values to copy into columns; 24 values and 21 weights; noise to draw.
        ([2, 10], CONV, 1, [144e-9 + 48 * PER_COLUMN + 45 * RELU + PER_CALL + NOISE * PER_DRAWN]),
        ([2, 10], CONV, 4, [(144e-9 + 48 * PER_COLUMN) / 4 + 45 * RELU + PER_CALL + NOISE * PER_DRAWN]),
        # With two groups, each column serves one filter and not two.
        (
            [2, 10],
            "conv: {out_channels: 2, kernel_size: 3, groups: 2, bias: false}, relu",
            1,
            [
                48e-9 + 48 * PER_COLUMN + 26 * RELU + PER_CALL + (6 + SHIFTS) * PER_DRAWN,
                16 * RELU + PER_CALL,
            ],
        ),
        (
            [4, 9],
            "depthwise_conv: {kernel_size: 3, bias: false}",
            1,
            [84e-9 + 84 * PER_COLUMN + 48 * RELU + PER_CALL + (12 + SHIFTS) * PER_DRAWN],
        ),
        # A matrix times a vector reads every weight once.
        (
            [10, 10],
            "flatten, linear: {out_features: 20, bias: false}",
            1,
            [PER_CALL, 2000 * (1e-9 + PER_WEIGHT) + 2100 * RELU + PER_CALL + (2000 + SHIFTS) * PER_DRAWN],
        ),
    ],
)
def test_time_is_that_of_products_copies_values_and_calls(
    shape: Sequence[int], layers: str, threads: int, expected: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that multiplies 10⁹ numbers in a second."""
    monkeypatch.setattr(estimate, "_products_per_second", lambda: 1e9)
    found = estimate.seconds(analysed(f"input: {[*shape]}\nlayers: [{layers}]\n"), threads=threads)
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("milliseconds", "best"), [([5, 3, 4, 2], 2e-3), ([2, 3, 4, 5], 2e-3), ([0, 0, 0, 0], 1e-6)])
def test_a_machine_is_as_fast_as_the_best_of_four_products(
    milliseconds: list[int], best: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of 256³ multiplications; a millionth of a second is the least that is measured."""
    ticks = iter([tick for number, each in enumerate(milliseconds) for tick in (number, number + each / 1000)])
    monkeypatch.setattr(estimate, "perf_counter", lambda: next(ticks))
    assert estimate._products_per_second() == pytest.approx(estimate.SHARE_OF_PEAK * 256**3 / best)  # noqa: SLF001
    assert next(ticks, None) is None


# Noise


@pytest.mark.parametrize(
    ("shape", "rows", "length"),
    [
        ((3, 2, 3), 3, 18),
        ((64, LENGTH // 64), 64, LENGTH),
        # Half as many rows at a time, and room for blocks to start at other places.
        ((64, LENGTH // 32), 32, LENGTH + SHIFTS),
        ((3, LENGTH + 1), 1, LENGTH + 1 + SHIFTS),
        ((1, LENGTH + 1), 1, LENGTH + 1),
    ],
)
def test_weights_come_in_blocks_of_as_many_rows_as_fit(shape: tuple[int, ...], rows: int, length: int) -> None:
    assert block_of(Weight(shape)) == (rows, length)


def test_noise_that_grows_doubles_up_to_a_block() -> None:
    assert block_length(0, 5) == 5
    assert block_length(10, 5) == block_length(10, 10) == 10
    assert block_length(10, 11) == 20
    assert block_length(10, 21) == 21
    assert block_length(LENGTH, LENGTH + 1) == LENGTH + SHIFTS


def test_a_tensor_is_held_as_it_is_taken() -> None:
    small, large, wide = Weight((3, 6)), Weight((64, LENGTH // 32)), Weight((2, LENGTH + SHIFTS))
    assert (held(small, in_blocks=True), held(small, in_blocks=False)) == (18, 18)
    assert held(large, in_blocks=True) == LENGTH + SHIFTS
    assert held(large, in_blocks=False) == LENGTH + SHIFTS + 2 * LENGTH
    # A row that is longer than the noise is made of it repeated.
    assert held(wide, in_blocks=True) == 2 * (LENGTH + 2 * SHIFTS)


def test_images_are_drawn_from_their_beginning_and_repeat_themselves() -> None:
    small, large = Noise(5).image((2, 3)), Noise(5).image((LENGTH + 3,))
    assert small.ravel().tolist() == large[:6].tolist()
    assert large[LENGTH:].tolist() == large[:3].tolist()
    assert float(large.mean()) == pytest.approx(0, abs=0.01)
    assert float(large.std()) == pytest.approx(1, abs=0.01)
    assert -(3**0.5) <= float(large.min()) < -1.73 < 1.73 < float(large.max()) <= 3**0.5
    noise = Noise(5)
    assert not (noise.image((9,)) == noise.image((9,))).any()


def test_layers_in_a_row_have_weights_of_their_own_and_the_next_image_meets_the_same() -> None:
    noise, declared = Noise(5), {"weight": Weight((2, 9), deviation=1.0)}
    first, second = (noise.drawn(declared)["weight"] for _ in range(2))
    assert not (first == second).any()
    noise.rewind()
    assert (noise.drawn(declared)["weight"] == first).all()
    starts = {DrawnWeights(noise, {}, drawing).start for drawing in range(SHIFTS)}
    assert starts == {*range(SHIFTS)}


def test_a_tensor_of_two_blocks_is_both_of_them() -> None:
    weights = Noise(5).drawn({"weight": Weight((2, LENGTH))})
    (_, first), (_, second) = weights.rows("weight")
    assert [row.tolist()[:9] for row in weights["weight"]] == [first[0].tolist()[:9], second[0].tolist()[:9]]
