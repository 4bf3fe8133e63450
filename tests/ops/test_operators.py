"""Operators by numbers that can be checked by hand: sizes, values, refusals and their remedies, NaN."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from support.analysis import analysed
from support.weights import GivenWeights

from poolcalc.errors import InvalidParameter
from poolcalc.families.pointwise import Activation
from poolcalc.network.op import Impossible, Op, Shape, make
from poolcalc.network.parameter import parameters as declared_parameters
from poolcalc.ops import BY_NAME, operators
from poolcalc.wording import times

Parameters = dict[str, Any]
NAN, INF = float("nan"), float("inf")


def operator(keyword: str, shape: Sequence[int], **parameters: Any) -> Op:
    return make(BY_NAME[keyword], len(shape) - 1, **parameters)


def output_shape(keyword: str, *shapes: Shape, **parameters: Any) -> Shape:
    return operator(keyword, shapes[0], **parameters).output_shape(shapes)


def output(
    keyword: str, *inputs: ArrayLike, weights: Mapping[str, ArrayLike] = MappingProxyType({}), **parameters: Any
) -> Any:
    """Run an operator on maps of one channel, given without that axis, and return its output alike."""
    maps = [np.array(x, np.float32)[None] for x in inputs]
    op = operator(keyword, maps[0].shape, **parameters)
    with np.errstate(invalid="ignore"):
        y = op.forward(maps, GivenWeights(weights))
    assert y.shape == op.output_shape([x.shape for x in maps])
    return y[0].tolist() if len(y) == 1 else y.tolist()


# Values

TEXTBOOK = [[1, 3, 2, 4], [5, 6, 1, 2], [3, 2, 4, 7], [1, 0, 6, 3]]
OTHER = [[1, 3, 2, 1], [5, 6, 7, 8], [4, 2, 1, 3], [10, 14, 12, 16]]
NINE, SIXTEEN = np.arange(9).reshape(3, 3), np.arange(16).reshape(4, 4)
ABOVE_AND_LEFT = ((1, 0), (1, 0))
LEFT_AND_RIGHT = ((0, 0), (1, 1))


@pytest.mark.parametrize(
    ("keyword", "x", "parameters", "y"),
    [
        ("max_pool", TEXTBOOK, {"kernel_size": 2}, [[6, 4], [3, 7]]),
        ("avg_pool", TEXTBOOK, {"kernel_size": 2}, [[3.75, 2.25], [1.5, 5]]),
        ("max_pool", OTHER, {"kernel_size": 2}, [[6, 8], [14, 16]]),
        ("max_pool", NINE, {"kernel_size": 2, "stride": 1}, [[4, 5], [7, 8]]),
        ("avg_pool", NINE, {"kernel_size": 2, "stride": 1}, [[2, 3], [5, 6]]),
        ("max_pool", SIXTEEN, {"kernel_size": 3}, [[10]]),
        ("max_pool", SIXTEEN, {"kernel_size": 3, "stride": 2, "padding": ABOVE_AND_LEFT}, [[5, 7], [13, 15]]),
        ("max_pool", SIXTEEN, {"kernel_size": (2, 3), "padding": LEFT_AND_RIGHT}, [[5, 7], [13, 15]]),
        ("global_avg_pool", NINE, {}, [[4]]),
        ("global_max_pool", NINE, {}, [[8]]),
        ("lp_pool", [3, 4, 6, 8], {"kernel_size": 2}, [5, 10]),
        ("lp_pool", [-3, 4, 6, -8], {"kernel_size": 2, "norm_type": 1}, [7, 14]),
        # Padding counts in the mean, unless it shall not; never what hangs over it.
        ("avg_pool", [3, 6, 9], {"kernel_size": 3, "stride": 2, "padding": 1}, [3, 5]),
        ("avg_pool", [3, 6, 9], {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False}, [4.5, 7.5]),
        ("avg_pool", [3, 6, 9], {"kernel_size": 2, "ceil_mode": True}, [4.5, 9]),
        # Padding never is the largest value, not even of negative ones.
        ("max_pool", [-1, -2, -3], {"kernel_size": 3, "stride": 2, "padding": 1}, [-1, -2]),
        ("max_pool", [1], {"kernel_size": 2, "stride": 1, "padding": 1, "dilation": 2}, [-INF]),
        # A window that would start in the padding is left out in ceil mode.
        ("max_pool", [1, 2, 3, 4, 5, 6], {"kernel_size": 1, "stride": 2, "ceil_mode": True}, [1, 3, 5]),
        ("max_pool", range(9), {"kernel_size": 4, "padding": 2, "ceil_mode": True}, [1, 5, 8]),
        # `same`: the odd pixel goes after, or before.
        ("max_pool", [1, 2, 3, 4], {"kernel_size": 3, "stride": 2, "padding": "same"}, [3, 4]),
        ("max_pool", [1, 2, 3, 4], {"kernel_size": 3, "stride": 2, "padding": "same_lower"}, [2, 4]),
        ("max_pool", [1, 2, 3, 4, 5], {"kernel_size": 3, "stride": 2, "padding": "same"}, [2, 4, 5]),
        # Shares overlap where sizes do not divide, and repeat where the output is larger.
        ("adaptive_avg_pool", [0, 2, 4, 6, 8], {"output_size": 2}, [2, 6]),
        ("adaptive_max_pool", [1, 2], {"output_size": 3}, [1, 2, 2]),
        ("adaptive_max_pool", TEXTBOOK, {"output_size": (None, 1)}, [[4], [6], [7], [6]]),
        ("upsample", [1, 2, 3], {"scale_factor": 2}, [1, 1, 2, 2, 3, 3]),
        ("upsample", [0, 4], {"scale_factor": 2, "mode": "linear"}, [0, 1, 3, 4]),
        ("upsample", [0, 3], {"size": (4,), "mode": "linear", "align_corners": True}, [0, 1, 2, 3]),
        ("pad", [1, 2, 3], {"padding": ((2, -1),)}, [0, 0, 1, 2]),
        ("pad", [1, 2, 3], {"padding": 2, "mode": "reflect"}, [3, 2, 1, 2, 3, 2, 1]),
        ("pad", [1, 2, 3], {"padding": 2, "mode": "replicate"}, [1, 1, 1, 2, 3, 3, 3]),
        ("pad", [1, 2, 3], {"padding": 2, "mode": "circular"}, [2, 3, 1, 2, 3, 1, 2]),
        ("crop", [1, 2, 3, 4], {"cropping": ((1, 2),)}, [2]),
    ],
)
def test_a_value_is_the_one_computed_by_hand(keyword: str, x: ArrayLike, parameters: Parameters, y: ArrayLike) -> None:
    assert output(keyword, x, **parameters) == y


@pytest.mark.parametrize(
    "parameters",
    [
        {"kernel_size": 3},
        {"kernel_size": 3, "stride": 2, "padding": ABOVE_AND_LEFT},
        {"kernel_size": (2, 3), "padding": LEFT_AND_RIGHT},
    ],
)
def test_channels_are_pooled_each_for_itself(parameters: Parameters) -> None:
    x = np.stack([SIXTEEN, SIXTEEN + 1]).astype(np.float32)
    first, second = operator("max_pool", x.shape, **parameters).forward([x], GivenWeights({}))
    assert (first + 1).tolist() == second.tolist()


def test_a_convolution_does_not_turn_its_kernel_around() -> None:
    kernel: dict[str, ArrayLike] = {"weight": [[[1, 10, 100]]], "bias": [1000]}
    assert output("conv", [1, 2, 3, 4], weights=kernel, out_channels=1, kernel_size=3) == [1321, 1432]


def test_a_transposed_convolution_adds_where_kernels_overlap() -> None:
    given = {"out_channels": 1, "kernel_size": 3, "stride": 2, "bias": False}
    kernel = {"weight": [[[1, 10, 100]]]}
    assert output("conv_transpose", [1, 2], weights=kernel, **given) == [1, 10, 102, 20, 200]
    assert output("conv_transpose", [1, 2], weights=kernel, padding=1, output_padding=1, **given) == [10, 102, 20, 200]


def test_pixel_shuffle_deals_channels_out_to_rows_and_columns() -> None:
    x = np.arange(4, dtype=np.float32).reshape(4, 1, 1)
    assert operator("pixel_shuffle", x.shape, upscale_factor=2).forward([x], GivenWeights({})).tolist() == [
        [[0, 1], [2, 3]]
    ]


def test_channel_shuffle_deals_channels_out_from_their_groups_in_turn() -> None:
    x = np.arange(6, dtype=np.float32).reshape(6, 1)
    assert operator("channel_shuffle", x.shape, groups=2).forward([x], GivenWeights({})).ravel().tolist() == [
        0,
        3,
        1,
        4,
        2,
        5,
    ]


# Sizes


@pytest.mark.parametrize(
    ("keyword", "shape", "parameters", "expected"),
    [
        ("max_pool", (1, 7), {"kernel_size": 2, "stride": 2, "padding": 0}, (1, 3)),
        ("max_pool", (16, 24, 24), {"kernel_size": 2, "stride": 2}, (16, 12, 12)),
        ("global_avg_pool", (32, 7, 7), {}, (32, 1, 1)),
        ("max_pool", (1, 6), {"kernel_size": 1, "stride": 2, "ceil_mode": True}, (1, 3)),
        ("max_pool", (1, 9), {"kernel_size": 4, "stride": 4, "padding": 2, "ceil_mode": True}, (1, 3)),
        ("max_pool", (1, 9), {"kernel_size": 4, "stride": 4, "padding": 2}, (1, 3)),
        ("max_pool", (1, 7), {"kernel_size": 2, "ceil_mode": True}, (1, 4)),
        ("conv", (3, 224, 224), {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3}, (64, 112, 112)),
        ("conv", (3, 321, 224), {"out_channels": 8, "kernel_size": 3, "stride": 2, "padding": "same"}, (8, 161, 112)),
        ("conv_transpose", (8, 4, 4), {"out_channels": 4, "kernel_size": 4, "stride": 2, "padding": 1}, (4, 8, 8)),
        ("upsample", (1, 5), {"scale_factor": Fraction(3, 2)}, (1, 7)),
        ("pixel_shuffle", (16, 2, 3, 4), {"upscale_factor": 2}, (2, 4, 6, 8)),
        ("flatten", (32, 7, 7), {}, (1568,)),
    ],
)
def test_a_size_is_the_one_computed_by_hand(
    keyword: str, shape: Shape, parameters: Parameters, expected: Shape
) -> None:
    assert output_shape(keyword, shape, **parameters) == expected


def test_five_halvings_take_224_to_7_and_each_drops_three_quarters() -> None:
    shapes: list[Shape] = [(1, 224, 224)]
    while shapes[-1][1] > 7:
        shapes.append(output_shape("max_pool", shapes[-1], kernel_size=2))
    assert [size for _, size, _ in shapes] == [224, 112, 56, 28, 14, 7]
    assert {prod(after) / prod(before) for before, after in pairwise(shapes)} == {0.25}


def test_global_pooling_of_7_by_7_leaves_32_of_1568_values() -> None:
    before = (32, 7, 7)
    after = output_shape("global_avg_pool", before)
    assert (prod(before), prod(after)) == (1568, 32)
    assert round(100 * (1 - prod(after) / prod(before))) == 98


def test_an_object_of_8_by_8_is_one_unit_after_three_strides_of_2() -> None:
    shape: Shape = (1, 8, 8)
    for _ in range(3):
        shape = output_shape("conv", shape, out_channels=1, kernel_size=3, stride=2, padding=1)
    assert shape == (1, 1, 1)


@pytest.mark.parametrize(
    ("size", "padding", "before", "after"),
    [(224, "same", 0, 1), (224, "same_lower", 1, 0), (321, "same", 1, 1), (321, "same_lower", 1, 1)],
)
def test_same_padding_depends_on_the_size(size: int, padding: str, before: int, after: int) -> None:
    op = operator("conv", (3, size), out_channels=8, kernel_size=3, stride=2, padding=padding)
    (_, units) = op.output_shape([(3, size)])
    (taps,) = op.taps(0, [size])
    assert (taps[0][0], taps[units - 1][-1]) == (-before, size - 1 + after)


# Rows that no window reaches


@pytest.mark.parametrize(
    ("size", "layer", "dropped"),
    [
        (7, "max_pool: 2", (0, 1)),
        (7, "max_pool: {kernel_size: 2, ceil_mode: true}", (0, 0)),
        (224, "conv: {out_channels: 1, kernel_size: 7, stride: 2, padding: 3}", (0, 0)),  # one padded row, no real one
        (9, "max_pool: {kernel_size: 1, stride: 4}", (0, 0)),
        (8, "max_pool: {kernel_size: 1, stride: 4}", (0, 3)),
        (8, "max_pool: {kernel_size: 4, padding: [[0, 1]]}", (0, 0)),
        (10, "crop: [[1, 2]]", (1, 2)),
        (10, "pad: [[-1, 2]]", (1, 0)),
        (5, "conv_transpose: {out_channels: 1, kernel_size: 1, stride: 2, padding: [[1, 2]]}", (1, 1)),
        (5, "adaptive_max_pool: 3", (0, 0)),
    ],
)
def test_rows_that_nothing_reads_are_dropped(size: int, layer: str, dropped: tuple[int, int]) -> None:
    (found,) = analysed(f"{{input: [1, {size}], layers: [{layer}]}}").layers
    assert found.dropped == (dropped,)


# What cannot run, and what to do about it


@dataclass(frozen=True)
class Refusal:
    """A layer that cannot run, the advice, and the ways out that it names: parameters, or `inputs`."""

    keyword: str
    inputs: list[Shape]
    parameters: Parameters
    help: str
    cures: list[Parameters]

    def __str__(self) -> str:
        return f"{self.keyword} {self.help}"


REFUSALS = [
    Refusal(
        "conv",
        [(4, 5)],
        {"out_channels": 6, "kernel_size": 1, "groups": 3},
        "use groups: 2, or a multiple of 3 as in_channels",
        [{"groups": 2}, {"inputs": [(6, 5)]}],
    ),
    Refusal(
        "conv",
        [(6, 5)],
        {"out_channels": 4, "kernel_size": 1, "groups": 3},
        "use groups: 2, or a multiple of 3 as out_channels",
        [{"groups": 2}, {"out_channels": 6}],
    ),
    Refusal(
        "conv_transpose",
        [(4, 5)],
        {"out_channels": 8, "kernel_size": 1, "groups": 3},
        "use groups: 2, or a multiple of 3 as out_channels",
        [{"groups": 2}, {"inputs": [(6, 5)], "out_channels": 9}],
    ),
    Refusal(
        "channel_shuffle",
        [(4, 5)],
        {"groups": 3},
        "use groups: 2, or a multiple of 3 as in_channels",
        [{"groups": 2}, {"inputs": [(6, 5)]}],
    ),
    Refusal("group_norm", [(8, 5)], {"num_groups": 5}, "use num_groups: 4", [{"num_groups": 4}]),
    Refusal(
        "conv",
        [(1, 4)],
        {"out_channels": 1, "kernel_size": 7},
        "use padding: 2, or kernel_size up to 4, or an input of at least 7 here",
        [{"padding": 2}, {"kernel_size": 4}, {"inputs": [(1, 7)]}],
    ),
    Refusal(
        "conv",
        [(1, 4)],
        {"out_channels": 1, "kernel_size": 3, "dilation": 4, "padding": 1},
        "use padding: 3, or kernel_size up to 2, or an input of at least 7 here",
        [{"padding": 3}, {"kernel_size": 2}, {"inputs": [(1, 7)]}],
    ),
    Refusal(
        "max_pool",
        [(1, 2)],
        {"kernel_size": 7, "padding": ((3, 0),)},
        "use padding: 3, or an input of at least 4 here",  # a kernel of 5 would not take the padding
        [{"padding": 3}, {"inputs": [(1, 4)]}],
    ),
    Refusal(
        "avg_pool",
        [(1, 5, 2)],
        {"kernel_size": 5, "ceil_mode": False},
        "use padding: 2, or kernel_size up to 2, or an input of at least 5 here",
        [{"padding": 2}, {"kernel_size": 2}, {"inputs": [(1, 5, 5)]}],
    ),
    Refusal(
        "lp_pool",
        [(1, 2)],
        {"kernel_size": 3},
        "use kernel_size up to 2, or an input of at least 3 here",  # it has no padding
        [{"kernel_size": 2}, {"inputs": [(1, 3)]}],
    ),
    Refusal(
        "max_pool",
        [(1, 9)],
        {"kernel_size": 3, "padding": 2},
        "use padding up to 1, or kernel_size from 4",
        [{"padding": 1}, {"kernel_size": 4}],
    ),
    Refusal(
        "conv_transpose",
        [(1, 5)],
        {"out_channels": 1, "kernel_size": 3, "stride": 2, "output_padding": 2},
        "use output_padding up to 1",
        [{"output_padding": 1}],
    ),
    Refusal(
        "conv_transpose",
        [(1, 2)],
        {"out_channels": 1, "kernel_size": 2, "stride": 2, "padding": 2},
        "use padding up to 1",
        [{"padding": 1}],
    ),
    Refusal("crop", [(1, 9, 3)], {"cropping": 2}, "crop less than 9×3 in total", [{"cropping": 1}]),
    Refusal("pad", [(1, 9, 2)], {"padding": -1}, "cut off less than 9×2", [{"padding": ((-1, -1), (-1, 0))}]),
    Refusal(
        "pad",
        [(1, 3)],
        {"padding": 3, "mode": "reflect"},
        "use up to 2, or mode: replicate",
        [{"padding": 2}, {"mode": "replicate"}],
    ),
    Refusal(
        "pad",
        [(1, 3)],
        {"padding": 4, "mode": "circular"},
        "use up to 3, or mode: replicate",
        [{"padding": 3}, {"mode": "replicate"}],
    ),
    Refusal(
        "pad",
        [(1, 3)],
        {"padding": ((-1, 1),), "mode": "circular"},
        "crop by 1 in a layer of its own, with `crop`",
        [{"padding": ((0, 1),), "inputs": [(1, 2)]}],
    ),
    Refusal(
        "pixel_shuffle", [(7, 5, 5)], {"upscale_factor": 2}, "give its input 8 channels", [{"inputs": [(8, 5, 5)]}]
    ),
    Refusal(
        "pixel_shuffle", [(1, 5, 5)], {"upscale_factor": 2}, "give its input 4 channels", [{"inputs": [(4, 5, 5)]}]
    ),
    Refusal("channel_slice", [(4, 5)], {"start": 2, "stop": 5}, "use start < stop ≤ 4", [{"stop": 4}]),
    Refusal("channel_slice", [(4, 5)], {"start": 2, "stop": 2}, "use start up to 1", [{"start": 1}]),
    Refusal("upsample", [(1, 5)], {}, "give exactly one of the two", [{"size": 7}, {"scale_factor": 2}]),
    Refusal("upsample", [(1, 5)], {"size": 7, "scale_factor": 2}, "give exactly one of the two", [{"size": None}]),
    Refusal(
        "upsample",
        [(1, 5)],
        {"size": 7, "mode": "bilinear"},
        "use mode: linear, or nearest",
        [{"mode": "linear"}, {"mode": "nearest"}],
    ),
    Refusal("upsample", [(1, 5)], {"size": 7, "align_corners": True}, "leave it out", [{"align_corners": False}]),
    Refusal(
        "upsample",
        [(1, 5)],
        {"scale_factor": Fraction(1, 6)},
        "use a factor of at least 1 / input size",
        [{"scale_factor": Fraction(1, 5)}],
    ),
    Refusal("concat", [(1, 5), (2,)], {}, "flatten all of the inputs, or none", [{"inputs": [(5,), (2,)]}]),
]


def advice_of(keyword: str, inputs: Sequence[Shape], **parameters: Any) -> str | None:
    try:
        output_shape(keyword, *inputs, **parameters)
    except (InvalidParameter, Impossible) as problem:
        return problem.help
    return None


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refusal_advises_what_works(refusal: Refusal) -> None:
    assert advice_of(refusal.keyword, refusal.inputs, **refusal.parameters) == refusal.help
    for cure in refusal.cures:
        parameters = refusal.parameters | cure
        assert output_shape(refusal.keyword, *parameters.pop("inputs", refusal.inputs), **parameters)


@pytest.mark.parametrize(
    ("keyword", "shapes"),
    [
        ("add", [(4, 5), (6, 5)]),
        ("add", [(4,), (6,), (1,)]),
        ("add", [(3, 4, 9), (3, 5, 7)]),
        ("multiply", [(1, 5), (1, 7), (1, 1)]),
        ("multiply", [(8, 3, 1), (8, 5, 5)]),
        ("concat", [(1, 5), (2, 1)]),
    ],
)
def test_a_merge_advises_layers_that_work(keyword: str, shapes: list[Shape]) -> None:
    advice = advice_of(keyword, shapes)
    assert advice is not None
    remedies = re.findall(r"(?:path|that) of (\S+) with `- (.+?)`", advice)
    assert remedies
    for path, layer in remedies:
        ended = [through(shape, layer) if times(shape) == path else shape for shape in shapes]
        assert output_shape(keyword, *ended)


def test_a_merge_of_many_sizes_advises_the_smallest() -> None:
    advice = advice_of("concat", [(1, 6), (2, 5), (2, 7)])
    assert advice == "bring every path to 5 with `- crop`"


def through(shape: Shape, layer: str) -> Shape:
    """Return what a layer, as it stands in a file, makes of a shape."""
    text = f"{{input: {[*shape]}, layers: [{layer}]}}"
    if len(shape) == 1:
        text = f"{{input: [1, {shape[0]}], layers: [flatten, {layer}]}}"
    found = analysed(text).layers[-1]
    assert found.shape, found.problem
    return found.shape


def test_a_map_where_a_vector_is_needed_is_cured_by_flatten() -> None:
    assert advice_on("[linear: 3]") == "put `- flatten` in front of linear"
    assert advice_on("[flatten, linear: 3]") is None


def test_a_vector_where_a_map_is_needed_is_cured_by_moving_the_flatten() -> None:
    assert advice_on("[flatten, max_pool: 2]") == "move max_pool in front of the flatten"
    assert advice_on("[max_pool: 2, flatten]") is None


def advice_on(layers: str) -> str | None:
    *_, last = analysed(f"{{input: [1, 4], layers: {layers}}}").layers
    return last.problem.help if last.problem else None


@given(
    keyword=st.sampled_from(["conv", "max_pool", "avg_pool", "lp_pool"]),
    size=st.integers(1, 6),
    kernel_size=st.integers(1, 9),
    dilation=st.integers(1, 3),
    padding=st.tuples(st.integers(0, 4), st.integers(0, 4)),
)
def test_advice_on_a_kernel_that_does_not_fit_works(
    keyword: str, size: int, kernel_size: int, dilation: int, padding: tuple[int, int]
) -> None:
    possible = {"out_channels": 1, "kernel_size": kernel_size, "padding": (padding,), "dilation": dilation}
    declared = {p.name for p in declared_parameters(BY_NAME[keyword])}
    given = {name: possible[name] for name in declared & set(possible)}
    advice = advice_of(keyword, [(1, size)], **given) or ""
    assume("an input of at least" in advice)
    op = operator(keyword, (1, size), **given)
    for number in re.findall(r"padding: (\d+)", advice):
        assert op.with_(padding=((int(number),) * 2,)).output_shape([(1, size)])
    for number in re.findall(r"kernel_size up to (\d+)", advice):
        assert op.with_(kernel_size=(int(number),)).output_shape([(1, size)])
    for number in re.findall(r"at least (\d+) here", advice):
        assert op.output_shape([(1, int(number))])
        assert int(number) > size


@given(
    keyword=st.sampled_from(["conv", "max_pool", "avg_pool", "lp_pool"]),
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=3),
    data=st.data(),
)
def test_advice_on_a_kernel_that_does_not_fit_works_on_all_axes_at_once(
    keyword: str, sizes: list[int], data: st.DataObject
) -> None:
    def each(least: int, most: int) -> tuple[int, ...]:
        return tuple(data.draw(st.integers(least, most)) for _ in sizes)

    kernel_size, dilation, shape = each(1, 9), each(1, 3), (1, *sizes)
    padding = tuple(zip(each(0, 4), each(0, 4), strict=True))
    possible = {"out_channels": 1, "kernel_size": kernel_size, "padding": padding, "dilation": dilation}
    declared = {p.name for p in declared_parameters(BY_NAME[keyword])}
    given = {name: possible[name] for name in declared & set(possible)}
    advice = advice_of(keyword, [shape], **given) or ""
    assume("an input of at least" in advice)
    op = operator(keyword, shape, **given)
    for number in re.findall(r"padding: (\d+)", advice):
        assert op.with_(padding=((int(number),) * 2,) * len(sizes)).output_shape([shape])
    for number in re.findall(r"kernel_size up to (\d+)", advice):
        assert op.with_(kernel_size=(int(number),) * len(sizes)).output_shape([shape])
    for text in re.findall(r"at least ([\d×]+) here", advice):
        numbers = [int(number) for number in text.split("×")]
        assert op.output_shape([(1, *(numbers if len(numbers) > 1 else numbers * len(sizes)))])


# NaN


@pytest.mark.parametrize(
    ("keyword", "x", "parameters", "y"),
    [
        ("max_pool", [1, NAN, 3, 4], {"kernel_size": 2}, [True, False]),
        ("avg_pool", [1, 2, 3, NAN], {"kernel_size": 2}, [False, True]),
        ("lp_pool", [NAN, 2, 3, 4], {"kernel_size": 2}, [True, False]),
        ("adaptive_max_pool", [1, 2, NAN, 4, 5, 6], {"output_size": 2}, [True, False]),
        ("adaptive_avg_pool", [1, 2, 3, NAN], {"output_size": 2}, [False, True]),
        ("global_max_pool", [1, NAN, 3], {}, [True]),
        ("global_avg_pool", [1, NAN, 3], {}, [True]),
        ("upsample", [1, NAN], {"scale_factor": 2, "mode": "linear"}, [False, True, True, True]),
        # What lies in a hole, between the windows or behind the last of them is not read.
        ("max_pool", [1, NAN, 3], {"kernel_size": 2, "dilation": 2}, [False]),
        ("avg_pool", [1, NAN, 3], {"kernel_size": 1, "stride": 2}, [False, False]),
        ("max_pool", [1, 2, NAN], {"kernel_size": 2}, [False]),
        ("crop", [NAN, 2, 3, NAN], {"cropping": 1}, [False, False]),
        ("upsample", [1, NAN, 3, 4], {"scale_factor": Fraction(1, 2)}, [False, False]),
        ("upsample", [1, NAN, 3], {"size": 2, "mode": "linear", "align_corners": True}, [False, False]),
    ],
)
def test_a_unit_is_nan_where_it_reads_one(keyword: str, x: ArrayLike, parameters: Parameters, y: list[bool]) -> None:
    assert np.isnan(output(keyword, x, **parameters)).tolist() == y


@pytest.mark.parametrize("keyword", [op.keyword for op in operators() if issubclass(op, Activation)])
def test_an_activation_keeps_nan_where_it_is(keyword: str) -> None:
    assert np.isnan(output(keyword, [-1, NAN, 1, 9])).tolist() == [False, True, False, False]
