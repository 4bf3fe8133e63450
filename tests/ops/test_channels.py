"""Channels that operators reorder, leave out or join: values find their way back to where they came from."""

from typing import Any

import numpy as np
import pytest
from support.weights import GivenWeights

from poolcalc.network.op import Shape, make
from poolcalc.ops import BY_NAME


@pytest.mark.parametrize(
    ("keyword", "parameters", "shapes"),
    [
        ("channel_shuffle", {"groups": 2}, [(6, 3, 2)]),
        ("channel_shuffle", {"groups": 3}, [(6, 5)]),
        ("channel_slice", {"start": 1, "stop": 3}, [(4, 3, 2)]),
        ("channel_slice", {"stop": 1}, [(4, 5)]),
        ("channel_slice", {"start": 2, "stop": 6}, [(6,)]),
        ("concat", {}, [(2, 3, 4), (3, 3, 4)]),
        ("concat", {}, [(2, 5), (1, 5), (3, 5)]),
        ("relu", {}, [(3, 4)]),
    ],
)
def test_values_go_back_to_the_channels_that_were_taken(
    keyword: str, parameters: dict[str, Any], shapes: list[Shape]
) -> None:
    """Every channel holds its number, so that what comes out tells where it came from."""
    op = make(BY_NAME[keyword], max(len(shapes[0]) - 1, 1), **parameters)
    ends = np.cumsum([shape[0] for shape in shapes])
    numbered = [
        np.broadcast_to(np.arange(end - shape[0], end).reshape(-1, *[1] * (len(shape) - 1)), shape).astype(np.float32)
        for end, shape in zip(ends, shapes, strict=True)
    ]
    y = op.forward(numbered, GivenWeights({}))
    values = np.random.default_rng(0).integers(1, 99, y.shape).astype(float)
    for place, channels in enumerate(numbered):
        handed = op.channels_backward(values, place, shapes)
        assert handed.shape == shapes[place]
        for number, back in zip(channels, handed, strict=True):
            assert np.array_equal(back, np.where(y == number.flat[0], values, 0).sum(axis=0))


def test_pixel_shuffle_hands_values_back_to_all_the_channels_of_a_pixel() -> None:
    op = make(BY_NAME["pixel_shuffle"], 2, upscale_factor=2)
    values = np.array([[[8.0]], [[4.0]]])
    assert op.channels_backward(values, 0, [(8, 3, 3)]).tolist() == [[[2]]] * 4 + [[[1]]] * 4


@pytest.mark.parametrize(("given", "kept"), [(1, (0, 1)), (2, (0, 2)), (3, (0, 2)), (9, (0, 2))])
def test_a_slice_of_few_channels_takes_the_first_and_no_more_than_it_did(given: int, kept: tuple[int, int]) -> None:
    thin = make(BY_NAME["channel_slice"], 1, start=3, stop=5).with_channels(given, 9)
    assert thin == make(BY_NAME["channel_slice"], 1, start=kept[0], stop=kept[1])


@pytest.mark.parametrize(
    ("keyword", "parameters", "shape", "macs"),
    [
        ("conv", {"out_channels": 6, "kernel_size": 3, "groups": 2}, (4, 9), 6 * 2 * 3 * 7),
        ("depthwise_conv", {"kernel_size": 3, "channel_multiplier": 2, "padding": 1}, (4, 9), 8 * 3 * 9),
        # Every weight times every position of the input, those that are cut off included.
        (
            "conv_transpose",
            {"out_channels": 6, "kernel_size": 3, "stride": 2, "padding": 1, "groups": 2},
            (4, 9),
            4 * 3 * 3 * 9,
        ),
        ("linear", {"out_features": 6}, (4,), 24),
        ("max_pool", {"kernel_size": 3}, (4, 9), 0),
    ],
)
def test_multiplications_are_those_counted_by_hand(
    keyword: str, parameters: dict[str, Any], shape: Shape, macs: int
) -> None:
    op = make(BY_NAME[keyword], 1, **parameters)
    assert op.macs([shape], op.output_shape([shape])) == macs
