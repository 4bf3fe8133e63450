"""Which pixels units read, by hand; `tests/execution/test_proof.py` finds them by running."""

from fractions import Fraction
from typing import Any

import pytest

from poolcalc.geometry.taps import IDENTITY, everything
from poolcalc.network.op import make
from poolcalc.ops import BY_NAME

CORNERS = {"mode": "linear", "align_corners": True}


@pytest.mark.parametrize(
    ("keyword", "size", "parameters", "reads"),
    [
        ("upsample", 4, {"scale_factor": 2}, [[0], [0], [1], [1], [2], [2], [3], [3]]),
        ("upsample", 4, {"size": (3,)}, [[0], [1], [2]]),
        ("upsample", 4, {"size": (None,)}, [[0], [1], [2], [3]]),
        # Points at −1/4, 1/4, 3/4, 5/4, and at 1/6, 3/2, 17/6.
        ("upsample", 2, {"scale_factor": 2, "mode": "linear"}, [[0], [0, 1], [0, 1], [1]]),
        ("upsample", 4, {"size": (3,), "mode": "linear"}, [[0, 1], [1, 2], [2, 3]]),
        ("upsample", 4, {"scale_factor": Fraction(1, 2), "mode": "linear"}, [[0, 1], [2, 3]]),
        ("upsample", 4, {"scale_factor": Fraction(11, 10), "mode": "linear"}, [[0], [1], [2], [3]]),
        ("upsample", 7, {"size": (2,), "mode": "linear"}, [[1, 2], [4, 5]]),
        # Corners keep their places: points at 0, 3/2, 3, and at 0 alone for one unit.
        ("upsample", 4, {"size": (3,), **CORNERS}, [[0], [1, 2], [3]]),
        ("upsample", 4, {"size": (2,), **CORNERS}, [[0], [3]]),
        ("upsample", 4, {"size": (1,), **CORNERS}, [[0]]),
        ("pixel_shuffle", 2, {"upscale_factor": 3}, [[0], [0], [0], [1], [1], [1]]),
        ("adaptive_avg_pool", 5, {"output_size": 2}, [[0, 1, 2], [2, 3, 4]]),
        ("adaptive_avg_pool", 2, {"output_size": (None,)}, [[0], [1]]),
        ("global_avg_pool", 3, {}, [[0, 1, 2]]),
        ("crop", 4, {"cropping": ((2, 1),)}, [[2]]),
        ("pad", 3, {"padding": ((1, -1),)}, [[], [0], [1]]),
        (
            "conv_transpose",
            2,
            {"out_channels": 1, "kernel_size": 3, "stride": 2, "padding": ((1, 0),)},
            [[0], [0, 1], [1], [1]],
        ),
        ("max_pool", 4, {"kernel_size": 3, "stride": 2, "padding": "same"}, [[0, 1, 2], [2, 3]]),
        ("max_pool", 4, {"kernel_size": 3, "stride": 2, "padding": "same_lower"}, [[0, 1], [1, 2, 3]]),
    ],
)
def test_units_read_the_pixels_that_they_do_by_hand(
    keyword: str, size: int, parameters: dict[str, Any], reads: list[list[int]]
) -> None:
    op = make(BY_NAME[keyword], 1, **parameters)
    _, units = op.output_shape([(9, size)])
    (taps,) = op.taps(0, [size])
    assert [list(taps.inside(unit, size)) for unit in range(units)] == reads


def test_one_unit_between_corners_reads_the_first_pixel_wherever_it_stands() -> None:
    (taps,) = make(BY_NAME["upsample"], 1, size=(1,), **CORNERS).taps(0, [4])
    assert (taps.step, list(taps[0]), list(taps[5])) == (0, [0], [0])


def test_a_vector_sees_the_whole_map_but_where_that_is_one_position() -> None:
    flatten = make(BY_NAME["flatten"], 2)
    assert [flatten.taps(axis, [size]) for axis, size in enumerate((1, 2))] == [(IDENTITY,), (everything(2),)]
