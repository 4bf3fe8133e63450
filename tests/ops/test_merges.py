"""Merges: what they read, and what is said where sizes differ."""

from collections.abc import Sequence
from typing import Any

import pytest

from poolcalc.geometry.taps import IDENTITY, broadcast
from poolcalc.network.op import Impossible, Op, Shape, make
from poolcalc.ops import BY_NAME


def merge(keyword: str, shapes: Sequence[Shape]) -> Op:
    return make(BY_NAME[keyword], max(len(shape) for shape in shapes) - 1)


@pytest.mark.parametrize(
    ("sizes", "repeated"), [((5, 1), (False, True)), ((1, 1), (False, False)), ((7, 7), (False, False))]
)
def test_only_what_is_smaller_than_another_is_repeated(sizes: tuple[int, ...], repeated: tuple[bool, ...]) -> None:
    taps = merge("add", [(1, 5)]).taps(0, sizes)
    assert taps == tuple(broadcast() if again else IDENTITY for again in repeated)


@pytest.mark.parametrize(
    ("keyword", "shapes", "message", "advice"),
    [
        (
            "add",
            [(4, 5), (6, 5)],
            "add needs equal channels, found 4 and 6",
            "end the path of 4×5 with `- conv: {out_channels: 6, kernel_size: 1}`",
        ),
        ("add", [(4,), (6,)], "add needs equal features, found 4 and 6", "end the path of 4 with `- linear: 6`"),
        (
            "add",
            [(3, 4, 9), (3, 4, 7)],
            "add needs equal sizes on axis 1, found 9 and 7",
            "end the path of 3×4×9 with `- crop: [[0, 0], [0, 2]]`, or that of 3×4×7 with `- pad: [[0, 0], [0, 2]]`",
        ),
        # One is larger on one axis and smaller on the other: a negative amount cuts.
        (
            "concat",
            [(3, 4, 6), (2, 5, 5)],
            "concat needs equal sizes on axis 0, found 4 and 5",
            "end the path of 3×4×6 with `- pad: [[0, 1], [0, -1]]`",
        ),
        # Size 1 is repeated and needs no change, size 2 does.
        (
            "multiply",
            [(1, 2), (1, 3), (1, 1)],
            "multiply needs equal sizes on axis 0, found 2 and 3 and 1",
            "end the path of 1×3 with `- crop: [[0, 1]]`, or that of 1×2 with `- pad: [[0, 1]]`",
        ),
        # Two sizes of three maps are two sizes, whatever their channels.
        (
            "concat",
            [(2, 5), (3, 6), (4, 6)],
            "concat needs equal sizes on axis 0, found 5 and 6 and 6",
            "end the path of 3×6 with `- crop: [[0, 1]]`, or that of 2×5 with `- pad: [[0, 1]]`",
        ),
        (
            "concat",
            [(1, 6, 2), (2, 5, 9), (2, 7, 2)],
            "concat needs equal sizes on axis 0, found 6 and 5 and 7",
            "bring every path to 5×9 with `- crop`",
        ),
        ("add", [(8, 2), (8,)], "add cannot merge maps with flat vectors", "flatten all of the inputs, or none"),
    ],
)
def test_sizes_that_differ_are_told_with_layers_that_make_them_equal(
    keyword: str, shapes: list[Shape], message: str, advice: str
) -> None:
    with pytest.raises(Impossible) as refused:
        merge(keyword, shapes).output_shape(shapes)
    assert (refused.value.message, refused.value.help) == (message, advice)


@pytest.mark.parametrize(
    ("keyword", "parameters", "note"),
    [
        ("conv", {"out_channels": 6, "kernel_size": 1, "groups": 3}, "7 = 2 · 3 + 1"),
        ("channel_shuffle", {"groups": 4}, "7 = 1 · 4 + 3"),
    ],
)
def test_groups_that_do_not_divide_are_told_with_the_division(
    keyword: str, parameters: dict[str, Any], note: str
) -> None:
    with pytest.raises(Impossible) as refused:
        make(BY_NAME[keyword], 1, **parameters).output_shape([(7, 5)])
    assert refused.value.notes == (note,)


def test_one_sided_padding_counts_by_its_larger_side() -> None:
    """A window of 4 may reach 2 pixels beyond a border, and 3 on the other side are too many."""
    op = make(BY_NAME["max_pool"], 1, kernel_size=4, padding=((0, 2),))
    assert op.contradiction() is None
    for padding in ((0, 3), (3, 0)):
        found = op.with_(padding=(padding,)).contradiction()
        assert found
        assert found.message == "padding 3 is more than half of kernel_size 4"
        assert found.help == "use padding up to 2, or kernel_size from 6"


def test_padding_and_kernels_that_would_do_are_told_for_all_axes() -> None:
    op = make(BY_NAME["max_pool"], 2, kernel_size=(4, 13))
    found = op.with_(padding=((3, 0), (1, 6))).contradiction()
    assert found
    assert found.message == "padding 3 is more than half of kernel_size 4"
    assert found.help == "use padding up to 2, or kernel_size from 12"
