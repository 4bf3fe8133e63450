"""What is said of layers that cannot run, on the axis that they cannot run on."""

from fractions import Fraction
from typing import Any

import pytest

from poolcalc.errors import InvalidParameter
from poolcalc.network.op import Impossible, Shape, make
from poolcalc.ops import BY_NAME


@pytest.mark.parametrize(
    ("keyword", "shape", "parameters", "message", "advice"),
    [
        (
            "crop",
            (1, 6, 9),
            {"cropping": ((1, 1), (4, 5))},
            "cropping 1×(4,5) leaves nothing of 6×9",
            "crop less than 6×9 in total",
        ),
        (
            "crop",
            (1, 2, 9),
            {"cropping": ((1, 1), (1, 1))},
            "cropping 1 leaves nothing of 2×9",
            "crop less than 2×9 in total",
        ),
        (
            "pad",
            (1, 6, 3),
            {"padding": ((1, 1), (-1, -2))},
            "padding 1×(-1,-2) cuts 6×3 away entirely",
            "cut off less than 6×3",
        ),
        (
            "pad",
            (1, 9, 3),
            {"padding": ((0, 0), (0, 3)), "mode": "reflect"},
            "reflect padding of 3 needs more than the 3 pixels of axis 1",
            "use up to 2, or mode: replicate",
        ),
        # What is cut off is not there to be mirrored.
        (
            "pad",
            (1, 5, 9),
            {"padding": ((3, -2), (0, 0)), "mode": "reflect"},
            "reflect padding of 3 needs more than the 3 pixels of axis 0",
            "use up to 2, or mode: replicate",
        ),
        (
            "conv_transpose",
            (1, 5, 2),
            {"out_channels": 1, "kernel_size": 2, "stride": 2, "padding": ((0, 0), (3, 1))},
            "padding cuts the whole output of 4 away",
            "use padding up to 1",
        ),
        (
            "conv_transpose",
            (1, 5, 3),
            {"out_channels": 1, "kernel_size": 2, "stride": 2, "padding": ((0, 0), (4, 2))},
            "padding cuts the whole output of 6 away",
            "use padding up to 2",
        ),
        (
            "upsample",
            (1, 9, 2),
            {"scale_factor": Fraction(1, 3)},
            "scale_factor leaves nothing of 9×2",
            "use a factor of at least 1 / input size",
        ),
        (
            "pixel_shuffle",
            (10, 5, 5),
            {"upscale_factor": 2},
            "pixel_shuffle needs a multiple of 4 channels, found 10",
            "give its input 8 channels",
        ),
        (
            "channel_slice",
            (4, 5),
            {"start": 2, "stop": 5},
            "channels 2 to 5 are no range of the 4 that come in",
            "use start < stop ≤ 4",
        ),
        ("group_norm", (9, 5), {"num_groups": 2}, "num_groups 2 does not divide 9 channels", "use num_groups: 1"),
    ],
)
def test_a_layer_that_cannot_run_is_told_with_the_size_that_stands_in_its_way(
    keyword: str, shape: Shape, parameters: dict[str, Any], message: str, advice: str
) -> None:
    with pytest.raises(Impossible) as refused:
        make(BY_NAME[keyword], len(shape) - 1, **parameters).output_shape([shape])
    assert (refused.value.message, refused.value.help) == (message, advice)


def test_what_padding_cuts_away_is_told_by_axis() -> None:
    op = make(BY_NAME["conv_transpose"], 2, out_channels=1, kernel_size=(1, 3), stride=2, padding=((0, 0), (3, 2)))
    with pytest.raises(Impossible) as refused:
        op.output_shape([(1, 1, 2)])
    assert refused.value.message == "padding cuts the whole output of 5 away"
    assert refused.value.notes == ("axis 1: 5 − 3 − 2 = 0, input 1×2",)
    assert refused.value.help == "use padding up to 0"


@pytest.mark.parametrize(
    ("keyword", "shape", "parameters", "output"),
    [
        ("crop", (1, 3), {"cropping": 1}, (1, 1)),
        ("pad", (1, 3), {"padding": -1}, (1, 1)),
        ("pad", (1, 3), {"padding": 2, "mode": "reflect"}, (1, 7)),
        ("pad", (1, 3), {"padding": 3, "mode": "circular"}, (1, 9)),
        ("pad", (1, 3), {"padding": ((-1, 0),), "mode": "circular"}, (1, 2)),
        ("pad", (1, 3), {"padding": 9, "mode": "replicate"}, (1, 21)),
        ("pad", (1, 5), {"padding": ((2, -2),), "mode": "reflect"}, (1, 5)),
        ("conv_transpose", (1, 2), {"out_channels": 1, "kernel_size": 1, "padding": ((1, 0),)}, (1, 1)),
        ("upsample", (1, 3), {"scale_factor": Fraction(1, 3)}, (1, 1)),
        ("channel_slice", (4, 5), {"start": 3, "stop": 4}, (1, 5)),
    ],
)
def test_what_just_fits_is_not_refused(keyword: str, shape: Shape, parameters: dict[str, Any], output: Shape) -> None:
    assert make(BY_NAME[keyword], len(shape) - 1, **parameters).output_shape([shape]) == output


@pytest.mark.parametrize(
    ("keyword", "parameters", "parameter"),
    [
        ("channel_slice", {"stop": 0}, "stop"),
        ("channel_slice", {"start": -1, "stop": 2}, "start"),
        ("channel_slice", {"start": 2, "stop": 2}, "start"),
        ("conv", {"out_channels": 0, "kernel_size": 1}, "out_channels"),
        ("conv", {"out_channels": 1, "kernel_size": 0}, "kernel_size"),
        ("conv", {"out_channels": 1, "kernel_size": 1, "stride": 0}, "stride"),
        ("conv", {"out_channels": 1, "kernel_size": 1, "dilation": 0}, "dilation"),
        ("conv", {"out_channels": 1, "kernel_size": 1, "padding": -1}, "padding"),
        ("conv", {"out_channels": 1, "kernel_size": 1, "groups": 0}, "groups"),
        ("depthwise_conv", {"kernel_size": 1, "channel_multiplier": 0}, "channel_multiplier"),
        ("conv_transpose", {"out_channels": 1, "kernel_size": 1, "output_padding": -1}, "output_padding"),
        ("adaptive_avg_pool", {"output_size": 0}, "output_size"),
        ("upsample", {"size": 0}, "size"),
        ("upsample", {"scale_factor": 0}, "scale_factor"),
        ("pixel_shuffle", {"upscale_factor": 0}, "upscale_factor"),
        ("channel_shuffle", {"groups": 0}, "groups"),
        ("group_norm", {"num_groups": 0}, "num_groups"),
        ("batch_norm", {"eps": 0}, "eps"),
        ("linear", {"out_features": 0}, "out_features"),
        ("local_response_norm", {"size": 0}, "size"),
        ("crop", {"cropping": -1}, "cropping"),
        ("lp_pool", {"kernel_size": 1, "norm_type": 0}, "norm_type"),
    ],
)
def test_what_is_no_amount_is_refused_at_its_key(keyword: str, parameters: dict[str, Any], parameter: str) -> None:
    """One more is one, unless another parameter is in its way."""
    with pytest.raises(InvalidParameter) as refused:
        make(BY_NAME[keyword], 1, **parameters)
    assert refused.value.parameter == parameter
    more = {**parameters, parameter: parameters[parameter] + 1} | ({"start": 0} if parameter == "start" else {})
    assert make(BY_NAME[keyword], 1, **more)
