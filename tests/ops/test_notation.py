"""What tables say of an operator, in a few signs."""

from fractions import Fraction
from typing import Any

import pytest

from poolcalc.network.op import make
from poolcalc.ops import BY_NAME

OBLONG = ((1, 1), (0, 2))


@pytest.mark.parametrize(
    ("keyword", "parameters", "text"),
    [
        ("conv", {"out_channels": 8, "kernel_size": 3}, "3×3"),
        (
            "conv",
            {"out_channels": 8, "kernel_size": 1, "stride": (1, 2), "padding": ((0, 0), (0, 1))},
            "1×1/1×2 p0×(0,1)",
        ),
        ("conv", {"out_channels": 8, "kernel_size": (3, 5), "padding": OBLONG, "groups": 2}, "3×5 p1×(0,2) g2"),
        ("conv", {"out_channels": 8, "kernel_size": 3, "padding": "same", "dilation": 2}, "3×3 same d2"),
        ("max_pool", {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}, "3×3/2 p1 ceil"),
        ("conv_transpose", {"out_channels": 8, "kernel_size": 2}, "2×2"),
        ("conv_transpose", {"out_channels": 8, "kernel_size": 3, "padding": (0, 1)}, "3×3 p0×1"),
        ("conv_transpose", {"out_channels": 8, "kernel_size": 3, "padding": ((0, 1), (0, 1))}, "3×3 p(0,1)"),
        (
            "conv_transpose",
            {"out_channels": 8, "kernel_size": 4, "stride": 2, "padding": 1, "groups": 2},
            "4×4↑2 p1 g2",
        ),
        (
            "conv_transpose",
            {
                "out_channels": 8,
                "kernel_size": 3,
                "stride": (1, 2),
                "output_padding": (0, 1),
                "dilation": 3,
                "groups": 8,
            },
            "3×3↑1×2 o0×1 d3 g8",
        ),
        ("upsample", {"scale_factor": Fraction(3, 2)}, "↑3/2 nearest"),
        ("upsample", {"size": (4, 8), "mode": "bilinear", "align_corners": True}, "→4×8 bilinear corners"),
        ("upsample", {"size": (None, 8)}, "→n×8 nearest"),
        ("adaptive_avg_pool", {"output_size": 7}, "→7"),
        ("adaptive_avg_pool", {"output_size": (None, 7)}, "→n×7"),
        ("pad", {"padding": OBLONG}, "p1×(0,2)"),
        ("pad", {"padding": 1, "mode": "reflect"}, "p1 reflect"),
        ("crop", {"cropping": OBLONG}, "−1×(0,2)"),
        ("channel_slice", {"start": 1, "stop": 3}, "1:3"),
        ("channel_slice", {"stop": 3}, "0:3"),
        ("pixel_shuffle", {"upscale_factor": 2}, "↑2"),
        ("relu", {}, ""),
    ],
)
def test_an_operator_is_told_by_what_is_not_usual(keyword: str, parameters: dict[str, Any], text: str) -> None:
    assert make(BY_NAME[keyword], 2, **parameters).notation() == text
