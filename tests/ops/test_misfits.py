"""What is said of a window that does not fit, with one-sided padding and with every way out in its place."""

from typing import Any

import pytest

from poolcalc.network.op import Impossible, Shape, make
from poolcalc.ops import BY_NAME


@pytest.mark.parametrize(
    ("keyword", "shape", "parameters", "message", "note", "advice"),
    [
        (
            "conv",
            (1, 4),
            {"out_channels": 1, "kernel_size": 7, "padding": ((1, 0),)},
            "kernel_size 7 does not fit the padded input of 5",
            "axis 0: 1 + 4 + 0 = 5 < 7, input 4",
            "use padding: 2, or kernel_size up to 5, or an input of at least 6 here",
        ),
        (
            "conv",
            (1, 9, 3),
            {"out_channels": 1, "kernel_size": 3, "dilation": 4, "padding": ((0, 0), (0, 2))},
            "kernel_size 3 with dilation 4 spans 9 and does not fit the padded input of 5",
            "axis 1: 0 + 3 + 2 = 5 < 9, input 9×3",
            "use padding: 3, or kernel_size up to 2, or an input of at least 9×7 here",
        ),
        # One value has to do for all axes: padding for the smaller one, a kernel for it too.
        (
            "conv",
            (1, 4, 2),
            {"out_channels": 1, "kernel_size": (5, 7), "padding": ((1, 1), (0, 1))},
            "kernel_size 7 does not fit the padded input of 3",
            "axis 1: 0 + 2 + 1 = 3 < 7, input 4×2",
            "use padding: 3, or kernel_size up to 3, or an input of at least 3×6 here",
        ),
        # An axis on which the window fits needs one pixel at least.
        (
            "conv",
            (1, 3, 3),
            {"out_channels": 1, "kernel_size": (1, 7), "padding": ((1, 1), (0, 0))},
            "kernel_size 7 does not fit the padded input of 3",
            "axis 1: 0 + 3 + 0 = 3 < 7, input 3×3",
            "use padding: 2, or kernel_size up to 3, or an input of at least 1×7 here",
        ),
        # Padding of 2 is too much for a kernel of 2 beside one of 7, and a kernel of 5 too little for padding of 4.
        (
            "max_pool",
            (1, 3, 9),
            {"kernel_size": (7, 2)},
            "kernel_size 7 does not fit the padded input of 3",
            "axis 0: 0 + 3 + 0 = 3 < 7, input 3×9",
            "use kernel_size up to 3, or an input of at least 7×2 here",
        ),
        (
            "max_pool",
            (1, 1, 9),
            {"kernel_size": (9, 2), "padding": ((4, 0), (0, 0))},
            "kernel_size 9 does not fit the padded input of 5",
            "axis 0: 4 + 1 + 0 = 5 < 9, input 1×9",
            "use an input of at least 5×2 here",
        ),
        # Padding is at most half of the kernel: 3 of 7, and not 4; nor would 2 be half of a kernel that fits.
        (
            "max_pool",
            (1, 1),
            {"kernel_size": 9, "padding": ((4, 0),)},
            "kernel_size 9 does not fit the padded input of 5",
            "axis 0: 4 + 1 + 0 = 5 < 9, input 1",
            "use padding: 4, or an input of at least 5 here",
        ),
        (
            "max_pool",
            (1, 1),
            {"kernel_size": 9, "padding": ((0, 4),)},
            "kernel_size 9 does not fit the padded input of 5",
            "axis 0: 0 + 1 + 4 = 5 < 9, input 1",
            "use padding: 4, or an input of at least 5 here",
        ),
        (
            "lp_pool",
            (1, 4),
            {"kernel_size": 5},
            "kernel_size 5 does not fit the padded input of 4",
            "axis 0: 0 + 4 + 0 = 4 < 5, input 4",
            "use kernel_size up to 4, or an input of at least 5 here",
        ),
    ],
)
def test_a_window_that_does_not_fit_is_told_with_what_would(
    keyword: str, shape: Shape, parameters: dict[str, Any], message: str, note: str, advice: str
) -> None:
    with pytest.raises(Impossible) as refused:
        make(BY_NAME[keyword], len(shape) - 1, **parameters).output_shape([shape])
    assert (refused.value.message, refused.value.notes, refused.value.help) == (message, (note,), advice)
