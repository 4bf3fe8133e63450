"""How many values exist beside inputs, output and weights, worked out by hand; `tests/execution` measures it."""

from typing import Any

import pytest

from poolcalc.kernels import WORKSPACE
from poolcalc.network.op import Shape, make
from poolcalc.ops import BY_NAME


@pytest.mark.parametrize(
    ("keyword", "shape", "parameters", "values"),
    [
        # 3 · 9 taps of 6 · 6 windows; of more than the buffer holds, as many as it holds, and one at least.
        ("conv", (3, 8, 8), {"out_channels": 5, "kernel_size": 3}, 27 * 36),
        ("depthwise_conv", (3, 8, 8), {"kernel_size": 3, "padding": 1}, 27 * 64),
        ("conv", (64, 300, 300), {"out_channels": 1, "kernel_size": 3}, 576 * 910),
        ("conv", (WORKSPACE // 3 + 1, 9), {"out_channels": 1, "kernel_size": 1}, (WORKSPACE // 3 + 1) * 2),
        ("conv", (WORKSPACE + 1, 9), {"out_channels": 1, "kernel_size": 1}, WORKSPACE + 1),
        # Of every channel 4 × 9 values, and 4 × 4 beside them; with padding, the padded map and 5 × 9.
        ("max_pool", (3, 9, 9), {"kernel_size": 2}, 3 * (36 + 16)),
        ("max_pool", (3, 9), {"kernel_size": 2}, 3 * 4),
        ("max_pool", (3, 9, 9), {"kernel_size": 3, "stride": 2, "padding": 1}, 3 * (81 + 45)),
        ("avg_pool", (3, 9, 9), {"kernel_size": 3, "stride": 2, "padding": "same"}, 3 * (81 + 45)),
        ("max_pool", (3, 9, 9), {"kernel_size": 3, "stride": 2, "padding": ((0, 0), (0, 1))}, 3 * (81 + 36)),
        # As many channels at a time as the buffer holds, and one at least.
        ("max_pool", (8, 512, 512), {"kernel_size": 2}, 2 * (256 * 512 + 256 * 256)),
        ("max_pool", (8, 1024, 1024), {"kernel_size": 2}, 512 * 1024 + 512 * 512),
        # Between the axes there are 2 · 3 · 8 values.
        ("adaptive_avg_pool", (2, 9, 8), {"output_size": 3}, 48),
        ("adaptive_max_pool", (2, 9, 8), {"output_size": (None, 3)}, 0),
        ("adaptive_max_pool", (2, 9, 8), {"output_size": (3, None)}, 0),
        ("upsample", (2, 4, 4), {"scale_factor": 2}, 64),
        # Two pixels for every value, of the first axis and then, beside what is left of that, of the second.
        ("upsample", (2, 4, 4), {"scale_factor": 2, "mode": "bilinear"}, 64 + 2 * 128 - 128),
        ("upsample", (2, 4, 4), {"size": (None, 8), "mode": "bilinear"}, 2 * 64 - 64),
        ("upsample", (2, 4, 4), {"size": (8, None), "mode": "bilinear"}, 2 * 64 - 64),
        ("conv_transpose", (3, 4, 5), {"out_channels": 7, "kernel_size": 3, "stride": 2}, 7 * 20),
        ("lp_pool", (3, 9, 9), {"kernel_size": 2}, 243 + 3 * (36 + 16)),
        ("gelu", (4, 9, 8), {}, 288),
        ("gelu", (4, 9, 8), {"approximate": "tanh"}, 0),
        ("layer_norm", (4, 9, 8), {}, 288),
        ("layer_norm", (4, 9, 8), {"over": "all"}, 0),
        ("layer_norm", (4, 9, 8), {"over": "all", "affine": False}, 288),
        ("local_response_norm", (4, 9, 8), {"size": 3}, 3 * 288 + 2 * 72),
        ("elu", (4, 9, 8), {}, 2 * 288),
        ("relu", (4, 9, 8), {}, 0),
    ],
)
def test_values_beside_inputs_and_output_are_those_counted_by_hand(
    keyword: str, shape: Shape, parameters: dict[str, Any], values: int
) -> None:
    op = make(BY_NAME[keyword], len(shape) - 1, **parameters)
    output = op.output_shape([shape])
    assert op.workspace([shape], output, 1) == values
    threads = 3 if keyword in ("conv", "depthwise_conv", "max_pool", "avg_pool") else 1
    if keyword != "lp_pool":  # its powers are shared, and its sums are not
        assert op.workspace([shape], output, 3) == threads * values
