"""Windows that hang over the end: which of them count, with padding on one side or on both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcalc.geometry.arithmetic import ceil_windows, floor_windows


@pytest.mark.parametrize(
    ("size", "before", "after", "count"),
    [
        # Kernel 2, stride 3, on 7 pixels with the padding: windows start at 0, 3 and 6.
        (5, 2, 0, 3),  # the last one starts on the last pixel of the input
        (5, 0, 2, 2),  # it would start in the padding behind
        (6, 0, 1, 2),
        (6, 1, 0, 3),
        (4, 3, 0, 3),
        (7, 0, 0, 3),
    ],
)
def test_a_window_that_would_start_in_the_padding_behind_is_left_out(
    size: int, before: int, after: int, count: int
) -> None:
    assert ceil_windows(size, before, after, 2, 1, 3) == count


@given(
    size=st.integers(1, 12),
    before=st.integers(0, 6),
    after=st.integers(0, 6),
    kernel_size=st.integers(1, 5),
    dilation=st.integers(1, 3),
    stride=st.integers(1, 6),
)
def test_windows_are_those_that_can_be_laid_out_one_by_one(
    size: int, before: int, after: int, kernel_size: int, dilation: int, stride: int
) -> None:
    span, padded = dilation * (kernel_size - 1) + 1, before + size + after
    starts = range(0, padded, stride)
    fitting = sum(start + span <= padded for start in starts)
    assert max(0, floor_windows(size, before, after, kernel_size, dilation, stride)) == fitting
    # One more may hang over, if it begins on the input or before it and something is left for it to cover.
    overhanging = sum(start < before + size and start + span < padded + stride for start in starts)
    assert max(0, ceil_windows(size, before, after, kernel_size, dilation, stride)) == overhanging
