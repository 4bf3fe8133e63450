"""Periods: what repeats after how many units, in which order units read, and what that saves."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calls import calls

from poolcalc.geometry.field import MOST_PHASES, PIXELS, UNKNOWN, Field, Strand, hull
from poolcalc.geometry.taps import IDENTITY, Taps, divided, everything, transposed, windows

ASIDE = Strand(1, ((0, 1),))
"""Jump 1, as the pixels have, and one pixel farther."""


def test_the_phases_of_a_period_come_once_each() -> None:
    assert list(divided(7, 3).phases) == [range(3), range(2, 5), range(4, 7)]
    assert list(transposed(1, 2, 0).phases) == [range(1), range(0)]


@pytest.mark.parametrize(
    ("taps", "in_order"),
    [
        (windows(3, 2, 1), True),
        (divided(7, 3), True),
        (transposed(3, 2, 0), True),
        # Input 0 lands on 0, 2, 4 and input 1 on 3, 5, 7: unit 3 reads input 1, and unit 4 input 0 again.
        (transposed(3, 3, 0, dilation=2), False),
        (Taps(2, (range(1, 2), range(1))), False),
    ],
)
def test_units_read_in_order_unless_what_they_read_is_dilated_and_scattered(taps: Taps, *, in_order: bool) -> None:
    assert taps.in_order is in_order
    reads = [taps[unit] for unit in range(20) if taps[unit]]
    forward = all(before[0] <= after[0] and before[-1] <= after[-1] for before, after in pairwise(reads))
    assert forward is in_order


# The least period


@pytest.mark.parametrize(
    ("strand", "least"),
    [
        # Two alike: every unit is one pixel behind the other.
        (Strand(2, ((0, 0), (1, 1))), Strand(1, ((0, 0),))),
        (Strand(4, ((0, 3), (0, 1), (2, 5), (2, 3))), Strand(2, ((0, 3), (0, 1)))),
        (Strand(6, ((0, 0), None, (3, 3), None)), Strand(3, ((0, 0), None))),
        # Half a pixel at a time is no period of pixels.
        (Strand(1, ((0, 0), (0, 0))), Strand(1, ((0, 0), (0, 0)))),
        # Unit 2 is two pixels behind unit 0, but unit 3, which sees pixel 3, is not two behind unit 1.
        (Strand(3, ((0, 0), (5, 5), (2, 2))), Strand(3, ((0, 0), (5, 5), (2, 2)))),
    ],
)
def test_fields_have_the_least_period_that_tells_them(strand: Strand, least: Strand) -> None:
    assert strand.reduced() == least
    assert strand.through(IDENTITY) == least


@given(st.integers(1, 4), st.lists(st.integers(0, 3), min_size=1, max_size=4), st.integers(1, 3))
def test_a_period_told_several_times_is_told_once(advance: int, firsts: list[int], times: int) -> None:
    once = Strand(advance, tuple((first, first) for first in firsts))
    units = range(times * len(firsts))
    again = Strand(times * advance, tuple(once[unit] for unit in units))
    least = again.reduced()
    assert len(least.phases) <= len(firsts)
    assert [least[unit] for unit in range(-9, 20)] == [once[unit] for unit in range(-9, 20)]
    assert not any(
        Strand(least.advance * n // len(least.phases), least.phases[:n]) == least for n in units[1 : len(least.phases)]
    )


def test_a_period_is_given_up_where_it_is_too_long_itself_and_not_what_it_is_read_by() -> None:
    """Every second unit of the longest period has half of it."""
    longest = Strand(MOST_PHASES, tuple((unit, unit + unit % 3) for unit in range(MOST_PHASES)))
    halved = longest.through(windows(1, 2, 0))
    assert halved
    assert len(halved.phases) == MOST_PHASES // 2
    joined = hull([PIXELS, Field((longest,))])
    assert joined == Field((longest,))
    assert hull([Field((longest,)), Field((Strand(3, ((0, 9), (1, 1), (2, 2))),))]) == UNKNOWN


# What is told by few units is worked out from few


def test_a_whole_map_costs_as_little_as_a_small_one() -> None:
    assert PIXELS.through(everything(10**6)) == Field((Strand(0, ((0, 10**6 - 1),)),))
    assert calls(lambda: PIXELS.through(everything(10**6))) < 2 * calls(lambda: PIXELS.through(everything(10)))


def test_a_summary_costs_as_little_for_many_units_as_for_few() -> None:
    assert calls(lambda: PIXELS.summary(10**6)) < 2 * calls(lambda: PIXELS.summary(10))


# Strands that become alike


def test_branches_of_different_jumps_that_are_pooled_as_a_whole_see_one_span() -> None:
    """Of 4 units, one branch sees pixels 0 … 3 and the other 0 … 7."""
    both = hull([PIXELS, Field((Strand(2, ((0, 1),)),))])
    assert len(both.strands) == 2
    assert both.through(everything(4)) == Field((Strand(0, ((0, 7),)),))


def test_a_merge_of_one_is_that_one() -> None:
    assert hull([PIXELS]) is PIXELS
    assert hull([PIXELS, Field((ASIDE,))]) == Field((ASIDE,))
