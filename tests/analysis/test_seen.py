"""Exact fields as sets of pixels, worked out by hand; `test_actual_field` compares them with what NaN reaches."""

import pytest
from support.analysis import analysed
from support.calls import calls

from poolcalc.analysis.actual import ActualField, actual_fields

SEES = ActualField(products=((((0b0110, 0b1100), (0b1, 0b0)),)), units=(2, 2), pixels=(4, 1))
"""Two by two units on 4 × 1 pixels; those of the second column see nothing."""


def test_a_unit_sees_the_product_of_what_it_sees_along_every_axis() -> None:
    assert SEES.of((0, 0)) == ((0b0110, 0b1),)
    assert (SEES.count((0, 0)), SEES.box((0, 0))) == (2, ((1, 2), (0, 0)))
    assert (SEES.of((0, 1)), SEES.count((0, 1)), SEES.box((0, 1))) == ((), 0, None)


def test_units_along_an_axis_see_what_any_of_them_sees() -> None:
    assert [SEES.seen(0, units) for units in ([0], [1], [0, 1], [])] == [0b0110, 0b1100, 0b1110, 0]


@pytest.mark.parametrize(("units", "middle"), [((5,), (2,)), ((4, 7), (2, 3)), ((1, 1, 2), (0, 0, 1))])
def test_the_unit_in_the_middle_is_the_later_of_two(units: tuple[int, ...], middle: tuple[int, ...]) -> None:
    assert ActualField((), units, ()).central_unit == middle


def test_what_no_unit_sees_is_unread() -> None:
    assert SEES.unread() == (0b0001, 0b0)
    # A path that sees nothing along one axis sees nothing at all.
    blind = ActualField(products=(((0b0110,), (0b0,)),), units=(1, 1), pixels=(4, 2))
    assert blind.unread() == (0b1111, 0b11)
    assert blind._replace(products=()).unread() == (0b1111, 0b11)


def test_a_global_pool_sees_what_is_left_of_the_map() -> None:
    analysis = analysed("input: [1, 9]\nlayers: [crop: [[2, 3]], gap]\n")
    pooled = actual_fields(analysis)["gap1"]
    assert pooled
    assert pooled.of((0,)) == ((0b1111 << 2,),)


def test_what_all_units_read_is_gathered_once() -> None:
    """The statistics of a map are one set for its 1,000 units, not a thousand."""
    plain, whole = (analysed(f"input: [1, 1000]\nlayers: [{layer}]\n") for layer in ("relu", "layer_norm: all"))
    assert calls(lambda: actual_fields(whole)) - calls(lambda: actual_fields(plain)) < 2500
