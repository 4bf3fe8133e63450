"""Which keys of two sequences belong together."""

import pytest

from poolcalc.analysis.matching import _common


@pytest.mark.parametrize(
    ("base", "head", "pairs"),
    [
        ("abc", "abc", [(0, 0), (1, 1), (2, 2)]),
        ("", "abc", []),
        ("abc", "", []),
        # What was put in lies between the common ends, whichever of those that look alike it was.
        ("aaab", "aaaab", [(0, 0), (1, 1), (2, 2), (3, 4)]),
        ("abab", "ababab", [(0, 0), (1, 1), (2, 2), (3, 3)]),
        # The common end comes before a longer run that is common too: b stays, and the last c is the last one.
        ("abc", "xbcyc", [(1, 1), (2, 4)]),
        ("abcd", "xbcy", [(1, 1), (2, 2)]),
        ("xay", "zaw", [(1, 1)]),
    ],
)
def test_common_ends_come_first_and_then_what_is_common_between_them(
    base: str, head: str, pairs: list[tuple[int, int]]
) -> None:
    assert _common([*base], [*head]) == pairs


def test_what_is_frequent_in_a_long_network_is_no_less_common() -> None:
    assert len(_common(["a", *["relu"] * 250, "b"], ["c", *["relu"] * 250, "d"])) == 250
