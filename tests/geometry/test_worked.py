"""A size and the formula behind it are one: what is printed is what counted."""

import json
import pickle
from collections.abc import Callable
from inspect import getmembers, isfunction, signature

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.formulas import value

from poolcalc.geometry import arithmetic
from poolcalc.geometry.arithmetic import broadcast_size, ceil_windows, floor_windows, product, total, transposed_size
from poolcalc.geometry.worked import Worked, derivation

FORMULAS = [formula for _, formula in getmembers(arithmetic, isfunction) if hasattr(formula, "__wrapped__")]


@pytest.mark.parametrize("formula", FORMULAS)
@given(numbers=st.lists(st.integers(1, 30), min_size=7, max_size=7))
def test_a_formula_evaluated_gives_the_size(formula: Callable[..., Worked], numbers: list[int]) -> None:
    takes = signature(formula).parameters.values()
    size = formula(*numbers[: 3 if any(each.kind is each.VAR_POSITIONAL for each in takes) else len(takes)])
    if formula is not arithmetic.shared:  # what is shared out comes out even
        assert value(size.formula) == size


@given(st.integers(1, 30), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_shares_evaluated_give_the_size(share: int, factors: list[int]) -> None:
    channels = share * product(*factors)
    size = arithmetic.shared(channels, *factors)
    assert size == share == value(size.formula)


@given(st.integers(1, 30), st.lists(st.integers(-9, 9), max_size=3))
def test_what_is_added_and_taken_away_evaluated_gives_the_size(size: int, changes: list[int]) -> None:
    assert value(total(size, *changes).formula) == size + sum(changes)


@pytest.mark.parametrize(
    ("size", "formula"),
    [
        (floor_windows(9, 0, 0, 3, 1, 1), "9 − 3 + 1"),
        (floor_windows(9, 1, 0, 3, 2, 2), "⌊(9 + 1 − (2·(3 − 1) + 1))/2⌋ + 1"),
        (ceil_windows(8, 0, 0, 3, 1, 2), "⌈(8 − 3)/2⌉ + 1"),
        (ceil_windows(6, 0, 0, 1, 1, 2), "min(⌈(6 − 1)/2⌉ + 1, ⌈6/2⌉)"),
        (transposed_size(4, 1, 1, 3, 2, 2, 1), "(4 − 1)·2 + 2·(3 − 1) + 1 − 1 − 1 + 1"),
        (broadcast_size(1, 5), "max(1, 5)"),
        (total(5, 0, 0), "5"),
    ],
)
def test_formulas_are_written_with_as_few_signs_as_they_need(size: Worked, formula: str) -> None:
    assert size.formula == formula


def test_a_size_that_was_given_needs_no_derivation() -> None:
    assert derivation(total(5, 0, 0), (5,)) == ""
    assert derivation(total(58, 0), (116,)) == "58"
    assert derivation(9, (5,)) == ""


def test_what_is_computed_from_a_size_is_a_plain_number() -> None:
    size = floor_windows(9, 0, 0, 3, 1, 1)
    assert {type(size + 1), type(size * 2), type(int(size))} == {int}
    chained = floor_windows(size, 0, 0, 3, 1, 1)
    assert chained.formula == "7 − 3 + 1"
    assert {type(number) for number in pickle.loads(pickle.dumps(chained)).numbers} == {int}  # noqa: S301 - written here


def test_sizes_go_wherever_integers_go() -> None:
    size = floor_windows(9, 0, 0, 3, 1, 1)
    assert json.dumps([size]) == "[7]"
    assert {(64, 7): "known"}[64, size] == "known"
    assert f"{size:,} {size} {size!r}" == "7 7 7"
    copy = pickle.loads(pickle.dumps(size))  # noqa: S301 - written here
    assert (copy, copy.formula) == (7, "9 − 3 + 1")
