"""Where the gradient of one unit goes, worked out by hand on a few pixels; `test_effective` has large networks."""

import tracemalloc
from collections.abc import Sequence

import pytest
from support.analysis import analysed

from poolcalc.execution.gradient import effective_field

MAX = "max_pool: {kernel_size: 2, name: a}"
AVG = "avg_pool: {kernel_size: %d, stride: 2, padding: %d, from: input, name: b}, add: [a, b]"
ASIDE = "max_pool: {kernel_size: 2, padding: 1, dilation: 5, name: a}, gap: {from: input, name: b}, add: [a, b]"
UP = "conv_transpose: {out_channels: 1, kernel_size: 3, stride: 2, padding: 1, output_padding: 1, name: a}"
ONE = "channel_slice: {start: 1, stop: 2, name: one}"
CONV = "conv: {out_channels: %d, kernel_size: %d, padding: %d, name: %s, from: %s}"


def energy(shape: Sequence[int], layers: str, *unit: int) -> list[float]:
    analysis = analysed(f"input: {[*shape]}\nlayers: [{layers}]\n")
    found: list[float] = effective_field(analysis, analysis.layers[-1], unit).energy.tolist()
    return found


@pytest.mark.parametrize(
    ("shape", "layers", "unit", "expected"),
    [
        # A third to each tap, and as much as to all of them to what is added.
        ([1, 5], f"{CONV % (1, 3, 1, 'a', 'input')}, add: [a, input]", 2, [0, 1 / 6, 4 / 6, 1 / 6, 0]),
        # At the border a tap meets padding, and what it would have had is lost.
        ([1, 5], f"{CONV % (1, 3, 1, 'a', 'input')}, add: [a, input]", 0, [4 / 5, 1 / 5, 0, 0, 0]),
        # A maximum is any of the two, a mean of two has a quarter of the energy of each.
        (
            [1, 4],
            "max_pool: {kernel_size: 2, name: a}, avg_pool: {kernel_size: 2, from: input, name: b}, add: [a, b]",
            1,
            [0, 0, 0.5, 0.5],
        ),
        (
            [1, 4],
            f"{MAX}, {AVG % (4, 1)}",
            0,
            [(1 / 2 + 1 / 16) / (19 / 16), (1 / 2 + 1 / 16) / (19 / 16), (1 / 16) / (19 / 16), 0],
        ),
        # Kernel 3 and stride 2: unit 1 meets two of its taps and unit 2 one, each a half.
        (
            [1, 4],
            f"{UP}, upsample: {{scale_factor: 2, from: input, name: b}}, add: [a, b]",
            1,
            [3 / 4, 1 / 4, 0, 0],
        ),
        # A unit that reads padding alone has nothing to pass on.
        (
            [1, 4],
            "max_pool: {kernel_size: 2, padding: 1, dilation: 5, name: a}, gap: {from: input, name: b}, add: [a, b]",
            0,
            [1 / 4] * 4,
        ),
        # One of two channels is read by itself, both are read together, and what comes in is read besides.
        (
            [1, 3],
            f"{CONV % (2, 3, 1, 'a', 'input')}, {ONE}, {CONV % (1, 1, 0, 'both', 'a')}, add: [one, both, input]",
            1,
            [2 / 9, 5 / 9, 2 / 9],
        ),
        # One value repeated for all gets what they would all have had.
        ([2, 4], "gap: {name: a}, multiply: [a, input]", 3, [1 / 16 / (5 / 4)] * 3 + [17 / 16 / (5 / 4)]),
    ],
)
def test_energy_flows_to_what_is_read(shape: list[int], layers: str, unit: int, expected: list[float]) -> None:
    assert energy(shape, layers, unit) == pytest.approx(expected)


@pytest.mark.parametrize(("start", "expected"), [(0, [1 / 6, 4 / 6, 1 / 6]), (1, [0, 1, 0])])
def test_energy_stays_in_its_group_of_channels(start: int, expected: list[float]) -> None:
    """Two channels look around and two look straight; of each pair a group makes one."""
    layers = [
        CONV % (2, 3, 1, "around", "input"),
        CONV % (2, 1, 0, "straight", "input"),
        "concat: {from: [around, straight], name: both}",
        "conv: {out_channels: 2, kernel_size: 1, groups: 2, from: both}",
        f"channel_slice: {{start: {start}, stop: {start + 1}, name: one}}",
        "add: [one, input]",
    ]
    assert energy([1, 3], ", ".join(layers), 1) == pytest.approx(expected)
    square = ", ".join(layers).replace("padding: 1", "padding: [0, 1]").replace("kernel_size: 3", "kernel_size: [1, 3]")
    assert energy([1, 2, 3], square, 0, 1) == [pytest.approx(expected), [0, 0, 0]]


def test_energy_of_a_vector_goes_to_all_values_alike() -> None:
    """A quarter to the pixel that is cut out, and three to a matrix of a matrix of both."""
    layers = (
        "crop: [[0, 1]], flatten: {name: a}, flatten: {from: input}, linear: 3, linear: {out_features: 3, name: b}, "
        "concat: [a, b], linear: 1"
    )
    assert energy([1, 2], layers) == pytest.approx([1 / 4 + 3 / 8, 3 / 8])


def test_channels_that_are_alike_are_followed_as_one() -> None:
    """Four thousand channels of 64 × 64 values would take 134 MB, in the convolution, the maximum and their sum."""
    pool = "max_pool: {kernel_size: 3, stride: 1, padding: 1, name: p}"
    layers = f"{CONV % (4096, 3, 1, 'a', 'input')}, {pool}, add: [p, a], {CONV % (1, 3, 1, 'b', 'add1')}"
    analysis = analysed(f"input: [1, 64, 64]\nlayers: [{layers}]\n")
    tracemalloc.start()
    field = effective_field(analysis, analysis.layers[-1], (32, 32))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Two convolutions, and half of the energy through a maximum: 2/3 each.
    assert field.deviation == pytest.approx([(2 * 2 / 3 + 1 / 3) ** 0.5] * 2)
    assert most < 2**21
