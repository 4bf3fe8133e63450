"""Values of layers with weights and of normalisations, worked out by hand; those of pooling are in `test_operators`."""

from math import log
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike
from support.weights import GivenWeights

from poolcalc.network.op import make
from poolcalc.ops import BY_NAME


def output(keyword: str, x: ArrayLike, weights: dict[str, ArrayLike], **parameters: Any) -> Any:
    """Return what an operator makes of an array of (channels, *spatial), as lists."""
    array = np.array(x, np.float32)
    op = make(BY_NAME[keyword], max(array.ndim - 1, 1), **parameters)
    y = op.forward([array], GivenWeights(weights))
    assert y.shape == op.output_shape([array.shape])
    return y.tolist()


def test_a_linear_layer_is_a_matrix_and_a_shift() -> None:
    weights: dict[str, ArrayLike] = {"weight": [[1, 2], [3, 4], [0, -1]], "bias": [0.5, -1, 0]}
    assert output("linear", [10, 1], weights, out_features=3) == [12.5, 33, -1]
    assert output("linear", [10, 1], weights, out_features=3, bias=False) == [12, 34, -1]


def test_groups_of_a_convolution_read_channels_of_their_own() -> None:
    x = [[1, 2], [10, 20], [100, 200], [1000, 2000]]
    weight = [[[1], [2]], [[3], [4]]]
    mixed = output("conv", x, {"weight": weight, "bias": [0, 5]}, out_channels=2, kernel_size=1, groups=2)
    assert mixed == [[21, 42], [4305, 8605]]


def test_a_depthwise_convolution_gives_every_channel_its_filters_one_after_the_other() -> None:
    weight = [[[1]], [[2]], [[3]], [[4]]]
    y = output("depthwise_conv", [[1], [10]], {"weight": weight}, kernel_size=1, channel_multiplier=2, bias=False)
    assert y == [[1], [2], [30], [40]]


def test_a_transposed_convolution_scatters_group_by_group() -> None:
    """Two channels, each scattered 1 and 10 apart by 2, behind each other by a stride of 3, and shifted by the bias."""
    weight = [[[1, 10]], [[2, 20]]]
    y = output(
        "conv_transpose",
        [[1, 2], [3, 4]],
        {"weight": weight, "bias": [0, 100]},
        out_channels=2,
        kernel_size=2,
        stride=3,
        dilation=2,
        groups=2,
    )
    assert y == [[1, 0, 10, 2, 0, 20], [106, 100, 160, 108, 100, 180]]


def test_a_transposed_convolution_adds_up_the_channels_of_a_group() -> None:
    weight = [[[1], [2]], [[10], [20]]]
    y = output("conv_transpose", [[1], [3]], {"weight": weight}, out_channels=2, kernel_size=1, bias=False)
    assert y == [[31], [62]]


def test_a_transposed_convolution_is_cut_by_its_padding_on_either_side() -> None:
    given: dict[str, Any] = {"out_channels": 1, "kernel_size": (1, 3), "stride": (2, 1), "bias": False}
    weights: dict[str, ArrayLike] = {"weight": [[[[1, 10, 100]]]]}
    x = [[[1, 2], [3, 4]]]
    assert output("conv_transpose", x, weights, **given) == [[[1, 12, 120, 200], [0, 0, 0, 0], [3, 34, 340, 400]]]
    cut = output("conv_transpose", x, weights, padding=((1, 0), (2, 1)), output_padding=(1, 0), **given)
    assert cut == [[[0], [340], [0]]]


def test_batch_norm_takes_the_running_statistics() -> None:
    """(x − 1)/√(4 + 5), then doubled and shifted by 10."""
    weights: dict[str, ArrayLike] = {"running_mean": [1], "running_var": [4], "weight": [2], "bias": [10]}
    assert output("batch_norm", [[4, 7]], weights, eps=5) == [[12, 14]]
    assert output("batch_norm", [[4, 7]], weights, eps=5, affine=False) == [pytest.approx([1, 2])]


def test_group_norm_takes_the_statistics_of_every_group() -> None:
    """Of 4 and 6 the mean is 5 and the variance 1; of 14 and 26 they are 20 and 36."""
    weights: dict[str, ArrayLike] = {"weight": [1, 2, 3, 4], "bias": [0, 0, 10, 10]}
    x = [[4], [6], [14], [26]]
    assert output("group_norm", x, weights, num_groups=2) == [
        [pytest.approx(value, abs=1e-4)] for value in (-1, 2, 7, 14)
    ]
    plain = output("group_norm", x, {}, num_groups=2, affine=False, eps=3)
    assert plain == [[pytest.approx(value)] for value in (-0.5, 0.5, -6 / 39**0.5, 6 / 39**0.5)]


def test_layer_norm_takes_the_statistics_of_every_position_or_of_all() -> None:
    x = [[4, 14], [6, 26]]
    weights: dict[str, ArrayLike] = {"weight": [1, 2], "bias": [0, 10]}
    assert np.array(output("layer_norm", x, weights)) == pytest.approx(np.array([[-1, -1], [12, 12]]), abs=1e-4)
    weights = {"weight": [[1, 2], [3, 4]], "bias": [[0, 0], [0, 10]]}
    # The mean of all is 12.5, the variance (8.5² + 1.5² + 6.5² + 13.5²)/4 = 74.75.
    expected = np.array([[-8.5, 2 * 1.5], [3 * -6.5, 4 * 13.5]]) / 74.75**0.5 + [[0, 0], [0, 10]]
    assert np.array(output("layer_norm", x, weights, over="all")) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("size", "denominators"),
    [
        # 1 + the squares of the channel and its neighbours; of an even number, one more of those before it.
        (1, [2, 5, 10, 17]),
        (2, [2, 6, 14, 26]),
        (3, [6, 15, 30, 26]),
        (4, [6, 15, 31, 30]),
    ],
)
def test_local_response_norm_divides_by_what_neighbours_hold(size: int, denominators: list[int]) -> None:
    y = output("local_response_norm", [[1], [2], [3], [4]], {}, size=size, alpha=size, beta=1, k=1)
    assert [value for (value,) in y] == pytest.approx(
        [channel / below for channel, below in enumerate(denominators, start=1)]
    )


def test_the_parameters_of_local_response_norm_weigh_add_and_raise() -> None:
    """2 / (5 + 4 · 4/1)² = 2/441."""
    assert output("local_response_norm", [[2]], {}, size=1, alpha=4, beta=2, k=5)[0][0] == pytest.approx(2 / 441)


def test_softmax_shares_one_among_channels_or_positions() -> None:
    x = [[0, log(3)], [log(3), log(9)]]
    quarters = [[0.25, 0.25], [0.75, 0.75]]
    assert np.array(output("softmax", x, {})) == pytest.approx(np.array(quarters))
    assert np.array(output("softmax", x, {}, over="positions")) == pytest.approx(np.array([[0.25, 0.75]] * 2))


def test_softmax_never_overflows() -> None:
    assert output("softmax", [[-1000, 1000], [1000, 1000]], {}) == [[0, 0.5], [1, 0.5]]


def test_padding_holds_the_value_that_it_is_given() -> None:
    assert output("pad", [[1, 2]], {}, padding=((1, 2),), value=7) == [[7, 1, 2, 7, 7]]
    assert output("pad", [[1, 2, 3, 4]], {}, padding=((-1, -2),)) == [[2]]
    assert output("pad", [[1, 2, 3, 4]], {}, padding=((-1, 2),), mode="reflect") == [[2, 3, 4, 3, 2]]
    assert output("pad", [[1, 2, 3, 4]], {}, padding=((1, -2),), mode="replicate") == [[1, 1, 2]]


def test_a_slice_keeps_the_channels_from_start_to_stop() -> None:
    assert output("channel_slice", [[1], [2], [3], [4]], {}, start=1, stop=3) == [[2], [3]]


def test_channels_are_dealt_out_with_their_maps() -> None:
    x = [[[1, 2], [3, 4]], [[5, 6], [7, 8]], [[10, 20], [30, 40]], [[50, 60], [70, 80]]]
    assert output("channel_shuffle", x, {}, groups=2) == [x[0], x[2], x[1], x[3]]


def test_pixels_are_shuffled_along_one_axis_and_three() -> None:
    assert output("pixel_shuffle", [[1, 2], [3, 4], [5, 6]], {}, upscale_factor=3) == [[1, 3, 5, 2, 4, 6]]
    cube = output("pixel_shuffle", np.arange(8).reshape(8, 1, 1, 1), {}, upscale_factor=2)
    assert cube == [[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]]


@pytest.mark.parametrize(
    ("parameters", "values"),
    [
        ({"scale_factor": 1.5}, [0, 0, 12, 24, 24, 36]),
        ({"scale_factor": 0.5}, [0, 24]),
        ({"size": 3}, [0, 12, 24]),
        ({"size": 6}, [0, 0, 12, 24, 24, 36]),
        ({"size": None}, [0, 12, 24, 36]),
        # Points at (i + 1/2)/f − 1/2, and never beyond the border.
        ({"scale_factor": 2, "mode": "linear"}, [0, 3, 9, 15, 21, 27, 33, 36]),
        ({"scale_factor": 0.5, "mode": "linear"}, [6, 30]),
        ({"size": 3, "mode": "linear"}, [2, 18, 34]),
        ({"size": 3, "mode": "linear", "align_corners": True}, [0, 18, 36]),
        ({"size": 2, "mode": "linear", "align_corners": True}, [0, 36]),
        ({"size": 1, "mode": "linear", "align_corners": True}, [0]),
        ({"size": 1, "mode": "linear"}, [18]),
        # A factor that keeps the size keeps the values.
        ({"scale_factor": 1.1, "mode": "linear"}, [0, 12, 24, 36]),
    ],
)
def test_resizing_takes_the_nearest_pixel_or_what_lies_between_two(
    parameters: dict[str, Any], values: list[float]
) -> None:
    given = {name: (value,) if name == "size" else value for name, value in parameters.items()}
    assert output("upsample", [[0, 12, 24, 36]], {}, **given) == [pytest.approx(values, abs=1e-5)]
