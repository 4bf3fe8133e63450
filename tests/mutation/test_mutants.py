"""What the mutation run changes, and how it tells whether that is noticed."""

import os
from collections.abc import Callable
from functools import partial

import pytest
from mutants import mutants
from survivors import ROOT, equivalents, survives

SOURCE = """\
LEAST = 2
SHARE = 0.5

def windows(size: int, before: int = 0) -> list[int]:
    "Return no more than 7 of them."
    found = [i for i in range(size) if not i % LEAST]
    return found[before:] if size >= LEAST and found else []
"""


def test_every_place_is_changed_once_and_words_and_types_are_not() -> None:
    assert [mutant.name for mutant in mutants(SOURCE)] == [
        "module: LEAST = 2 → LEAST = 3",
        "module: LEAST = 2 → LEAST = 1",
        "windows: size: int, before: int=0 → size: int, before: int=1",
        "windows: size: int, before: int=0 → size: int, before: int=-1",
        "windows: range(size) → range(size + 1)",
        "windows: not i % LEAST → i % LEAST",
        "windows: i % LEAST → i // LEAST",
        "windows: size >= LEAST and found → size >= LEAST or found",
        "windows: size >= LEAST → size > LEAST",
        "windows: found[before:] → found[:]",
    ]


def test_what_acts_on_import_is_known() -> None:
    assert [mutant.running for mutant in mutants(SOURCE)] == [False] * 4 + [True] * 6


@pytest.mark.parametrize(
    ("expression", "changed"),
    [
        ("min(first, last)", ["max(first, last)", "min(last, last)", "min(first, first)"]),
        ("zip(a, b, strict=True)", ["zip(a, b)"]),
        ("zip(a, b, strict=False)", ["zip(a, b, strict=True)"]),
        ("range(1, n)", ["range(1, n + 1)", "range(2, n)", "range(0, n)"]),
        ("x[1:n]", ["x[:n]", "x[1:]", "x[2:n]", "x[0:n]"]),
        ("a if b else c", ["not b"]),
        ("a - b // c", ["a + b // c", "b * c"]),
        ("low(a @ b)", []),  # there is no high here, and a product of matrices has no twin
    ],
)
def test_an_expression_is_changed_in_these_ways(expression: str, changed: list[str]) -> None:
    found = [mutant.name.partition(" → ")[2] for mutant in mutants(f"def f(): return {expression}")]
    assert found == changed


def test_equal_changes_of_one_function_have_names_of_their_own() -> None:
    names = [mutant.name for mutant in mutants("def f(): return (a < b, a < b)")]
    assert names == ["f: a < b → a <= b", "f: a < b → a <= b (2)"]


def test_a_changed_module_has_the_change_and_nothing_else() -> None:
    for mutant in mutants(SOURCE):
        space: dict[str, object] = {}
        exec(mutant.compiled(SOURCE, "windows.py"), space)  # noqa: S102 - from above
        if mutant.name.endswith("or found"):
            assert space["windows"](1) == [0]  # type: ignore[operator]
        elif mutant.running:
            assert (space["LEAST"], space["windows"](1)) == (2, [])  # type: ignore[operator]


def loop() -> bool:
    while True:
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="trials are processes of POSIX")
@pytest.mark.parametrize(
    ("trial", "survived"),
    [
        (bool, False),
        (partial(bool, "passed"), True),
        (partial(divmod, 1, 0), False),
        (partial(os._exit, 9), False),
        (loop, False),
    ],
)
def test_a_change_survives_if_its_trial_ends_well_and_in_time(trial: Callable[[], bool], *, survived: bool) -> None:
    assert survives(trial, 0) == survived


@pytest.mark.parametrize(("file", "names"), equivalents().items())
def test_changes_that_are_said_to_change_nothing_exist(file: str, names: list[str]) -> None:
    assert not set(names) - {mutant.name for mutant in mutants((ROOT / file).read_text(encoding="utf-8"))}
