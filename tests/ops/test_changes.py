"""What operators offer instead of themselves: other sizes, even shares, the nearest divisors."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcalc.families.groups import nearest_divisor
from poolcalc.network.op import Op, make
from poolcalc.ops import BY_NAME


def operator(keyword: str, rank: int = 1, **parameters: Any) -> Op:
    return make(BY_NAME[keyword], rank, **parameters)


def transposed(**parameters: Any) -> Op:
    rank = len(parameters["stride"]) if isinstance(parameters.get("stride"), tuple) else 1
    return operator("conv_transpose", rank, out_channels=1, **parameters)


def evened(op: Op, *spatial: int) -> list[str]:
    return [change.words for change in op.evened(spatial)]


@pytest.mark.parametrize(
    ("size", "wanted", "offered"),
    [
        (12, 5, ["`output_size: 4`", "`output_size: 6`"]),
        (8, 4, ["`output_size: 4`", "`output_size: 4`"]),
        (12, 4, ["`output_size: 4`", "`output_size: 4`"]),
        # 7 and 1 are too far from 3: less than half of it, and more than twice as much.
        (7, 3, ["`output_size: 3`", "`output_size: 3`"]),
        # Half and twice as many are too far as well, but one more or less than that is not.
        (16, 4, ["`output_size: 4`", "`output_size: 4`"]),
        (18, 4, ["`output_size: 3`", "`output_size: 6`"]),
        (14, 6, ["`output_size: 6`", "`output_size: 7`"]),
        (40, 6, ["`output_size: 5`", "`output_size: 8`"]),
        (10, 4, ["`output_size: 4`", "`output_size: 5`"]),
        (6, 4, ["`output_size: 3`", "`output_size: 6`"]),
        (5, 3, ["`output_size: 3`", "`output_size: 5`"]),
        (2, 1, ["`output_size: 1`", "`output_size: 1`"]),
    ],
)
def test_adaptive_pooling_offers_the_nearest_sizes_that_divide_the_map(
    size: int, wanted: int, offered: list[str]
) -> None:
    assert evened(operator("adaptive_avg_pool", output_size=wanted), size) == offered


def test_an_axis_that_adaptive_pooling_leaves_alone_stays_so() -> None:
    op = operator("adaptive_max_pool", 2, output_size=(None, 5))
    assert evened(op, 9, 12) == ["`output_size: [9, 4]`", "`output_size: [9, 6]`"]
    assert [change.op.output_shape([(1, 9, 12)]) for change in op.evened((9, 12))] == [(1, 9, 4), (1, 9, 6)]


@given(st.integers(1, 200), st.integers(1, 200))
def test_the_nearest_divisor_divides_and_none_is_nearer(number: int, wanted: int) -> None:
    divisors = [n for n in range(1, number + 1) if number % n == 0]
    found = nearest_divisor(number, wanted)
    assert found in divisors
    assert abs(found - wanted) == min(abs(n - wanted) for n in divisors)


@pytest.mark.parametrize(("number", "wanted", "nearest"), [(7, 1, 1), (6, 9, 6), (9, 2, 1), (9, 3, 3), (12, 5, 4)])
def test_of_two_divisors_as_near_the_smaller_is_named(number: int, wanted: int, nearest: int) -> None:
    assert nearest_divisor(number, wanted) == nearest


@pytest.mark.parametrize(
    ("parameters", "offered"),
    [
        # The kernel grows to a multiple of the stride, and as much more is cut off: the same on both sides.
        ({"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1}, [("4", "1", "0")]),
        ({"kernel_size": 3, "stride": 2}, [("4", "1", "1")]),
        ({"kernel_size": 5, "stride": 3}, [("6", "1", "1")]),
        ({"kernel_size": 4, "stride": 3, "output_padding": 2}, [("6", "0", "0"), ("6", "1", "2")]),
        ({"kernel_size": 1, "stride": 2, "output_padding": 1}, [("2", "0", "0")]),
        ({"kernel_size": 7, "stride": 4, "padding": ((3, 2),)}, [("8", "3", "0"), ("8", "4", "2")]),
        # Nothing can be cut where something would have to be added.
        ({"kernel_size": 1, "stride": 1, "dilation": 2, "output_padding": 1}, []),
        # One amount of output padding has to do for both axes.
        (
            {"kernel_size": (3, 3), "stride": (2, 1), "padding": 1, "output_padding": (1, 0)},
            [("[4, 3]", "1", "0")],
        ),
        (
            {"kernel_size": (3, 4), "stride": (2, 2), "padding": ((1, 1), (0, 0)), "output_padding": (1, 0)},
            [("4", "[1, 0]", "0")],
        ),
        ({"kernel_size": (3, 3), "stride": (2, 2), "output_padding": (1, 0)}, []),
    ],
)
def test_a_transposed_convolution_offers_kernels_that_the_stride_divides(
    parameters: dict[str, Any], offered: list[tuple[str, str, str]]
) -> None:
    op = transposed(**parameters)
    spatial = (7,) * (op.rank or 1)
    words = "`kernel_size: {}` with `padding: {}` and `output_padding: {}`"
    assert evened(op, *spatial) == [words.format(*values) for values in offered]
    for change in op.evened(spatial):
        assert change.op.output_shape([(1, *spatial)]) == op.output_shape([(1, *spatial)])


@pytest.mark.parametrize(
    ("found", "wanted", "words"),
    [
        ((8, 8), (9, 8), "`output_padding: [2, 1]`"),
        ((8, 8), (7, 7), "`output_padding: 0`"),
        ((8, 8), (6, 8), "`padding: [1, 0]` with `output_padding: 1`"),  # 1 + 6 − 8 + 2·1 = 1
        ((8, 8), (8, 5), "`padding: [0, 1]` with `output_padding: [1, 0]`"),
        ((9, 7), (9, 7), "`output_padding: 1`"),
    ],
)
def test_a_transposed_convolution_reaches_other_sizes_by_its_paddings(
    found: tuple[int, int], wanted: tuple[int, int], words: str
) -> None:
    change = transposed(kernel_size=3, stride=(3, 3), output_padding=1).resized(found, wanted)
    assert change
    assert change.words == words


def test_upsampling_reaches_other_sizes_by_the_size_itself() -> None:
    by_factor = operator("upsample", 2, scale_factor=2).resized((8, 8), (9, 8))
    by_size = operator("upsample", 2, size=8).resized((8, 8), (9, 9))
    assert by_factor
    assert by_size
    assert (by_factor.words, by_size.words) == ("`size: [9, 8]` instead of a factor", "`size: 9`")
    assert by_factor.op.output_shape([(1, 4, 4)]) == (1, 9, 8)
    assert by_size.op.output_shape([(1, 4, 4)]) == (1, 9, 9)


def test_a_size_that_is_meant_as_a_factor_keeps_axes_that_are_left_alone() -> None:
    found = operator("upsample", 2, size=(None, 2)).elsewhere()
    assert found
    assert found.words == "Keras' size is a factor, here `scale_factor: [1, 2]`"
    assert found.op.output_shape([(1, 4, 5)]) == (1, 4, 10)
    assert operator("upsample", 2, scale_factor=2).elsewhere() is None


@pytest.mark.parametrize(
    ("op", "axis", "size", "unevenness"),
    [
        (operator("adaptive_avg_pool", output_size=3), 0, 7, "7 is no multiple of 3"),
        (operator("adaptive_avg_pool", 2, output_size=(3, None)), 1, 7, "7 is no multiple of 7"),
        (
            operator("conv_transpose", 2, out_channels=1, kernel_size=(4, 3), stride=(3, 2)),
            1,
            7,
            "kernel_size 3 is no multiple of stride 2",
        ),
    ],
)
def test_what_is_uneven_is_said_by_numbers(op: Op, axis: int, size: int, unevenness: str) -> None:
    assert op.unevenness(axis, size) == unevenness


@pytest.mark.parametrize(
    ("keyword", "parameters", "sizes", "words"),
    [
        # Of taps at −36, 0, 36 on 28 pixels one is left; else three taps span 3 to 27 pixels, 13 apart.
        (
            "conv",
            {"kernel_size": 3, "padding": 36, "dilation": 36},
            [28],
            ["`kernel_size: 1` with `dilation: 1` and `padding: 0`", "`dilation: 13` with `padding: 13`"],
        ),
        (
            "conv",
            {"kernel_size": 3, "padding": 36, "dilation": 36},
            [29],
            ["`kernel_size: 1` with `dilation: 1` and `padding: 0`", "`dilation: 14` with `padding: 14`"],
        ),
        # Where no tap ever meets the map, none is left to be offered.
        ("conv", {"kernel_size": 2, "padding": 5, "dilation": 10}, [3], ["`dilation: 2` with `padding: 1`"]),
        (
            "conv",
            {"kernel_size": (2, 3), "padding": (5, 0), "dilation": (10, 1)},
            [3, 9],
            ["`dilation: [2, 1]` with `padding: [1, 0]`"],
        ),
        # A stride may step over a map of one pixel.
        (
            "conv",
            {"kernel_size": (1, 3), "stride": (2, 1), "padding": ((1, 3), (2, 2)), "dilation": (1, 2)},
            [1, 1],
            ["`dilation: 1` with `padding: [[1, 3], [1, 1]]`"],
        ),
        # An odd number cannot be taken away in halves.
        (
            "conv",
            {"kernel_size": (2, 3), "padding": (2, 4), "dilation": (3, 4)},
            [3, 3],
            ["`kernel_size: [2, 1]` with `dilation: [3, 1]` and `padding: [2, 0]`"],
        ),
        # The padding gets smaller on the side on which taps go, and there is none to take away on the right.
        (
            "conv",
            {"kernel_size": 5, "padding": ((8, 0),), "dilation": 2},
            [1],
            ["`kernel_size: 1` with `dilation: 1` and `padding: 0`"],
        ),
        ("conv", {"kernel_size": 3, "padding": 1}, [7], []),
        # An axis that is too small changes alone.
        (
            "conv",
            {"kernel_size": (3, 3), "padding": 1},
            [1, 7],
            ["`kernel_size: [1, 3]` with `padding: [0, 1]`"],
        ),
        (
            "depthwise_conv",
            {"kernel_size": (3, 3), "padding": (4, 1), "dilation": (4, 1)},
            [3, 9],
            ["`kernel_size: [1, 3]` with `dilation: 1` and `padding: [0, 1]`", "`dilation: 1` with `padding: 1`"],
        ),
        # What is scattered is cut off: taps at −2 and 2 of an output of one unit.
        (
            "conv_transpose",
            {"kernel_size": 3, "padding": 2, "dilation": 2},
            [1],
            ["`kernel_size: 1` with `dilation: 1` and `padding: 0`", "`dilation: 1` with `padding: 1`"],
        ),
    ],
)
def test_kernels_are_offered_that_reach_less_far_and_keep_the_size(
    keyword: str, parameters: dict[str, Any], sizes: list[int], words: list[str]
) -> None:
    channels = {} if keyword == "depthwise_conv" else {"out_channels": 1}
    op = operator(keyword, len(sizes), **channels, **parameters)
    (_, *output) = op.output_shape([(1, *sizes)])
    offered = list(op.tightened(sizes, output))
    assert [change.words for change in offered] == words
    for change in offered:
        assert change.op.output_shape([(1, *sizes)]) == (1, *output)
