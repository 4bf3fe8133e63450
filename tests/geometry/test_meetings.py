"""How often the taps of a kernel lie on the map and not on padding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcalc.geometry.taps import Meetings, meetings, windows

amounts = st.integers(0, 6)
steps = st.integers(1, 4)


@given(size=steps, positions=st.integers(1, 9), kernel_size=steps, stride=steps, before=amounts, dilation=steps)
def test_every_tap_is_counted_at_every_position(
    size: int, positions: int, kernel_size: int, stride: int, before: int, dilation: int
) -> None:
    found = meetings(windows(kernel_size, stride, before, dilation), size, positions)
    places = [[unit * stride - before + tap * dilation for unit in range(positions)] for tap in range(kernel_size)]
    assert found.met == tuple(sum(0 <= place < size for place in each) for each in places)
    assert found.positions == positions


@pytest.mark.parametrize(
    ("met", "used", "span", "share"),
    [
        ((0, 28, 0), 1, range(1, 2), Fraction(1, 3)),
        ((6, 7, 6), 3, range(3), Fraction(19, 84)),
        ((0, 4, 0, 2, 0, 0), 2, range(1, 4), Fraction(6, 168)),
        ((0, 0), 0, range(0), Fraction(0)),
        ((3, 0), 1, range(1), Fraction(3, 56)),
        ((0, 3), 1, range(1, 2), Fraction(3, 56)),
    ],
)
def test_taps_in_use_are_those_that_ever_meet_the_map(
    met: tuple[int, ...], used: int, span: range, share: Fraction
) -> None:
    found = Meetings(met, 28)
    assert (found.used, found.span, found.share) == (used, span, share)
