"""What is left out has PyTorch's default, and what an operator holds is said by its declarations."""

from fractions import Fraction
from typing import Any

import pytest

from poolcalc.network.op import make
from poolcalc.ops import BY_NAME

ONE, NOTHING = (1, 1), ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("keyword", "given", "defaults"),
    [
        (
            "conv",
            {"out_channels": 2, "kernel_size": 3},
            {"stride": ONE, "padding": NOTHING, "dilation": ONE, "groups": 1, "bias": True},
        ),
        (
            "depthwise_conv",
            {"kernel_size": 3},
            {"stride": ONE, "padding": NOTHING, "dilation": ONE, "channel_multiplier": 1, "bias": True},
        ),
        (
            "conv_transpose",
            {"out_channels": 2, "kernel_size": 3},
            {"stride": ONE, "padding": NOTHING, "output_padding": (0, 0), "groups": 1, "bias": True, "dilation": ONE},
        ),
        (
            "max_pool",
            {"kernel_size": 3},
            {"stride": (3, 3), "padding": NOTHING, "dilation": ONE, "ceil_mode": False},
        ),
        (
            "avg_pool",
            {"kernel_size": 3},
            {"stride": (3, 3), "padding": NOTHING, "ceil_mode": False, "count_include_pad": True},
        ),
        ("lp_pool", {"kernel_size": 3}, {"norm_type": 2, "stride": (3, 3), "ceil_mode": False}),
        ("upsample", {"scale_factor": 2}, {"size": None, "mode": "nearest", "align_corners": False}),
        ("upsample", {"size": 2}, {"scale_factor": None}),
        ("pad", {"padding": 1}, {"mode": "constant", "value": 0}),
        ("channel_slice", {"stop": 3}, {"start": 0}),
        ("batch_norm", {}, {"eps": Fraction(1, 100_000), "affine": True}),
        ("group_norm", {"num_groups": 2}, {"eps": Fraction(1, 100_000), "affine": True}),
        ("layer_norm", {}, {"over": "channels", "eps": Fraction(1, 100_000), "affine": True}),
        ("local_response_norm", {"size": 5}, {"alpha": Fraction(1, 10_000), "beta": Fraction(3, 4), "k": 1}),
        ("linear", {"out_features": 3}, {"bias": True}),
        ("leaky_relu", {}, {"negative_slope": Fraction(1, 100)}),
        ("elu", {}, {"alpha": 1}),
        ("gelu", {}, {"approximate": "none"}),
        ("softmax", {}, {"over": "channels"}),
        ("dropout", {}, {"p": Fraction(1, 2)}),
    ],
)
def test_what_is_left_out_is_what_pytorch_takes_it_to_be(
    keyword: str, given: dict[str, Any], defaults: dict[str, Any]
) -> None:
    op = make(BY_NAME[keyword], 2, **given)
    assert {name: getattr(op, name) for name in defaults} == defaults


def test_operators_are_listed_by_all_their_names() -> None:
    assert len(BY_NAME) == len({*BY_NAME})
    assert BY_NAME["gap"] is BY_NAME["global_avg_pool"]
