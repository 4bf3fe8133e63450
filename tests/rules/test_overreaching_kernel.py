"""Kernels that mostly meet padding: shares by hand, by running one tap at a time, and kernels that do the same."""

from collections.abc import Sequence
from math import prod

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.weights import GivenWeights

import poolcalc
from poolcalc.finding import Finding
from poolcalc.network.op import Impossible, Op, Shape, make
from poolcalc.ops import BY_NAME
from poolcalc.rules import rules


def found(text: str) -> list[Finding]:
    """Return what the rule finds, with its remedies."""
    facts = poolcalc.analyze(poolcalc.loads(text)).facts
    return [finding for rule in rules() if rule.id.code == "PC214" for finding in rule.check(facts)]


def conv(size: str, window: str, keyword: str = "conv", channels: int = 64) -> list[Finding]:
    """Return what is found in a network of one convolution."""
    filters = "" if keyword == "depthwise_conv" else f"out_channels: {channels}, "
    return found(f"input: [{channels}, {size}]\nlayers:\n  - {keyword}: {{{filters}{window}, name: c}}\n")


# By hand


def test_a_rate_larger_than_the_map_leaves_the_middle_tap() -> None:
    (finding,) = conv("28, 28", "kernel_size: 3, padding: 36, dilation: 36")
    assert finding.message == (
        f"c: 8 of 9 taps never meet the map of 28×28: {8 * 64 * 64:,} of {9 * 64 * 64:,} weights are never used"
    )
    assert finding.notes == ("along rows and columns, each tap meets the map at 0, 28, 0 of 28 places",)
    # A dilation of 13 would do, at 13·2 + 1 = 27 of 28 rows, were it not for its holes.
    assert finding.help == "use `kernel_size: 1` with `dilation: 1` and `padding: 0` in c"


def test_a_rate_near_the_map_meets_it_seldom() -> None:
    (finding,) = conv("28, 28", "kernel_size: 3, padding: 24, dilation: 24")
    share = 100 * (4 + 28 + 4) ** 2 / (3 * 28) ** 2
    assert finding.message == f"c: its taps meet the map of 28×28 at {share:.1f} % of places, and padding at all others"
    assert finding.notes == ("along rows and columns, each tap meets the map at 4, 28, 4 of 28 places",)
    assert finding.help is None


def test_a_3x3_kernel_on_one_unit_uses_one_of_nine_taps() -> None:
    (finding,) = conv("1, 1", "kernel_size: 3, padding: 1", channels=2)
    assert finding.message == "c: 8 of 9 taps never meet the map of 1×1: 32 of 36 weights are never used"
    assert finding.help == "use `kernel_size: 1` with `padding: 0` in c"
    (finding,) = conv("1, 1", "kernel_size: 3, padding: same", "depthwise_conv", channels=2)
    assert finding.message == "c: 8 of 9 taps never meet the map of 1×1: 16 of 18 weights are never used"


def test_axes_are_told_apart() -> None:
    (finding,) = conv("1, 9", "kernel_size: 3, padding: 1", channels=2)
    assert finding.message == "c: 6 of 9 taps never meet the map of 1×9: 24 of 36 weights are never used"
    assert finding.notes == ("along rows, each tap meets the map at 0, 1, 0 of 1 places",)
    assert finding.help == "use `kernel_size: [1, 3]` with `padding: [0, 1]` in c"


def test_what_a_transposed_convolution_cuts_off_is_no_use() -> None:
    # One unit makes 4×4, of which padding leaves the middle.
    (finding,) = conv("1, 1", "kernel_size: 4, stride: 2, padding: 1", "conv_transpose", channels=2)
    assert finding.message == "c: 12 of 16 taps never meet the map of 2×2: 48 of 64 weights are never used"
    assert finding.help == "use `kernel_size: 2` with `padding: 0` in c"


def test_nothing_is_proposed_that_a_layer_beside_it_does_already() -> None:
    pyramid = "".join(
        f"  - conv: {{out_channels: 2, kernel_size: 3, padding: {rate}, dilation: {rate}, from: input}}\n"
        for rate in (6, 12)
    )
    (finding,) = found(f"input: [2, 14, 14]\nlayers:\n{pyramid}  - concat: [conv1, conv2]\n")
    assert (finding.layer, finding.help) == ("conv2", None)
    (finding,) = found(f"input: [2, 14, 14]\nlayers:\n{pyramid.replace('6', '5')}  - concat: [conv1, conv2]\n")
    assert finding.help == "use `dilation: 6` with `padding: 6` in conv2"


def test_many_taps_are_not_listed_one_by_one() -> None:
    (finding,) = found("input: [2, 1]\nlayers:\n  - conv: {out_channels: 2, kernel_size: 15, padding: 7}\n")
    assert finding.notes == ("along positions, each tap meets the map at 0 to 1 of 1 places",)


def test_layers_that_do_the_same_are_one_finding() -> None:
    layer = "conv: {out_channels: 2, kernel_size: 3, padding: 1}"
    (finding,) = found(f"input: [2, 1, 1]\nlayers:\n  - {layer}\n  - {layer}\n  - {layer}\n")
    assert finding.message == "conv1: 8 of 9 taps never meet the map of 1×1: 96 of 108 weights are never used"
    assert finding.notes[-1] == "conv2, conv3: the same, and counted with it"
    assert finding.help == "use `kernel_size: 1` with `padding: 0` in conv1, conv2, conv3"


@pytest.mark.parametrize(
    ("size", "window"),
    [
        ("7, 7", "kernel_size: 3, padding: 1"),  # 19 of 21 on either axis
        ("2, 2", "kernel_size: 3, padding: 1"),  # 4 of 6
        ("14, 14", "kernel_size: 27, padding: 13"),  # as wide as can be: 14² of 14·27
        ("4, 4", "kernel_size: 3, stride: 2, padding: 1"),
        ("33, 33", "kernel_size: 3, padding: 18, dilation: 18"),  # 15 + 33 + 15 of 99, as published
        ("1, 1", "kernel_size: 1"),
    ],
)
def test_borders_are_no_matter(size: str, window: str) -> None:
    assert not conv(size, window, channels=2)


def test_pools_have_no_weights_to_waste() -> None:
    assert not found("input: [2, 1, 1]\nlayers:\n  - avg_pool: {kernel_size: 3, stride: 1, padding: 1}\n")


# By running it

WINDOWS = ("conv", "depthwise_conv", "conv_transpose")


@st.composite
def kernels(draw: st.DrawFn) -> tuple[Op, Shape, Shape]:
    """Draw a convolution on one channel, a map, and the sizes that come out."""
    keyword, rank = draw(st.sampled_from(WINDOWS)), draw(st.integers(1, 2))
    each = {"kernel_size": (1, 5), "stride": (1, 4), "dilation": (1, 5)}
    values: dict[str, object] = {
        name: tuple(draw(st.integers(low, high)) for _ in range(rank)) for name, (low, high) in each.items()
    }
    values["padding"] = tuple((draw(st.integers(0, 9)), draw(st.integers(0, 9))) for _ in range(rank))
    if keyword != "conv_transpose" and draw(st.booleans()):
        values["padding"] = draw(st.sampled_from(["same", "same_lower"]))
    op = make(BY_NAME[keyword], rank, bias=False, **values, **({} if "depth" in keyword else {"out_channels": 1}))
    shape = (1, *(draw(st.integers(1, 9)) for _ in range(rank)))
    try:
        return op, shape, op.output_shape([shape])[1:]
    except Impossible:
        assume(False)
        raise


def run(op: Op, x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    y: np.ndarray = op.forward([x], GivenWeights({"weight": kernel[None, None]}))[0]
    return y


def by_running(op: Op, sizes: Sequence[int], kernel_size: Sequence[int]) -> np.ndarray:
    """Return how many values of a map of ones every tap brings into the output."""
    ones = np.ones((1, *sizes), np.float32)
    met = np.zeros(kernel_size)
    for tap in np.ndindex(*kernel_size):
        kernel = np.zeros(kernel_size, np.float32)
        kernel[tap] = 1
        met[tap] = run(op, ones, kernel).sum()
    return met


@given(kernels())
def test_every_tap_meets_the_map_as_often_as_a_kernel_of_that_tap_alone_does(drawn: tuple[Op, Shape, Shape]) -> None:
    op, (_, *sizes), output = drawn
    axes = op.meetings(sizes, output)
    met = by_running(op, sizes, [len(axis.met) for axis in axes])
    product = axes[0].met if len(axes) == 1 else np.outer(axes[0].met, axes[1].met)
    assert np.array_equal(met, product)
    assert prod(axis.used for axis in axes) == np.count_nonzero(met)
    places = prod(sizes if op.keyword == "conv_transpose" else output)
    assert prod(axis.share for axis in axes) * met.size * places == met.sum()


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(kernels())
def test_the_kernel_that_is_proposed_computes_the_same(drawn: tuple[Op, Shape, Shape]) -> None:
    op, shape, output = drawn
    axes = op.meetings(shape[1:], output)
    changes = [change for change in op.tightened(shape[1:], output) if "kernel_size" in change.words]
    assume(changes)
    random = np.random.default_rng(0)
    x = random.standard_normal(shape, np.float32)
    kernel = random.standard_normal([len(axis.met) for axis in axes], np.float32)
    inner = kernel[tuple(slice(axis.span.start, axis.span.stop) for axis in axes)]
    np.testing.assert_allclose(run(changes[0].op, x, inner), run(op, x, kernel), rtol=1e-5, atol=1e-5)


@given(kernels())
def test_whatever_is_proposed_keeps_the_sizes(drawn: tuple[Op, Shape, Shape]) -> None:
    op, shape, output = drawn
    for change in op.tightened(shape[1:], output):
        if not change.op.contradiction():
            assert change.op.output_shape([shape])[1:] == output
