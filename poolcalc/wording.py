"""How numbers, sizes, names and lists are written, everywhere alike."""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

AXES = {1: ("position",), 2: ("row", "column"), 3: ("frame", "row", "column")}
"""What stands side by side along every axis."""


NONE = "–"
"""Where there is no value."""


def times(values: Sequence[Any]) -> str:
    """Join sizes.

    >>> times((3, 3)), times((5,))
    ('3×3', '5')
    """
    return "×".join(str(value) for value in values)


def evenly(values: Sequence[Any]) -> str:
    """Join sizes, once where all are equal.

    >>> evenly((2, 2)), evenly((2, 1)), evenly((Fraction(3, 2), Fraction(3, 2)))
    ('2', '2×1', '3/2')
    """
    return str(values[0]) if len(set(values)) == 1 else times(values)


def amounts(pairs: Sequence[tuple[int, int]]) -> str:
    """Join (before, after) pairs.

    >>> amounts(((1, 1), (1, 1))), amounts(((3, 3), (0, 0))), amounts(((2, 0),)), amounts(((0, 1), (0, 1)))
    ('1', '3×0', '(2,0)', '(0,1)')
    """
    return evenly([str(before) if before == after else f"({before},{after})" for before, after in pairs])


def signed(*amounts: int) -> str:
    """Write amounts as they are added to something, zeros left out.

    >>> signed(3, -1, 0), signed(0)
    (' + 3 − 1', '')
    """
    return "".join(f" {'+' if amount > 0 else '−'} {abs(amount)}" for amount in amounts if amount)


def figures(values: Sequence[Fraction | int]) -> str:
    """Write a value, or one per axis.

    >>> figures([4_000_000_000]), figures([512, 7, 7]), figures([Fraction(1, 2), Fraction(1, 2)])
    ('4,000,000,000', '512×7×7', '1/2×1/2')
    """
    return "×".join(f"{int(value):,}" if value == int(value) else str(value) for value in values)


def counted(number: Fraction | int, word: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "row"), counted(2000, "row"), counted(Fraction(1, 2), "row")
    ('1 row', '2,000 rows', '1/2 rows')
    """
    return f"{figures([number])} {word}{'' if number == 1 else 's'}"


def some(items: Sequence[Any], most: int) -> str:
    """Join the first items, and say how many more there are.

    >>> some("abc", 3), some("abcde", 3)
    ('a, b, c', 'a, b, c and 2 more')
    """
    more = len(items) - most
    return ", ".join(map(str, items[:most])) + (f" and {more} more" if more > 0 else "")


def percent(value: float) -> str:
    """Write a percentage with one decimal, or with as many as it takes to tell it from 0 and 100.

    >>> percent(75), percent(99.998), percent(0.004), percent(100), percent(-300)
    ('75.0 %', '99.998 %', '0.004 %', '100.0 %', '-300.0 %')
    """
    for decimals in range(1, 18):
        text = f"{value:.{decimals}f}"
        if value in (0, 100) or float(text) not in (0, 100):
            break
    return f"{text} %"


MOST_PERCENT = 1000
"""More percent than these are a factor."""


def factor(more: float) -> str:
    """Write so many percent more as a factor.

    >>> factor(1500), factor(100)
    ('×16', '×2')
    """
    return f"×{1 + more / 100:,.0f}"


def memory(size: int) -> str:
    """Write a number of bytes.

    >>> memory(3 * 2**20), memory(5 * 2**29)
    ('3.0 MiB', '2.5 GiB')
    """
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / 2**20:.1f} MiB"


def exact(number: Fraction | None) -> int | str | None:
    """Return a whole number as an integer, any other as text such as "1/2": exact numbers in JSON."""
    if number is None:
        return None
    return number.numerator if number.denominator == 1 else str(number)


def notation(value: Any) -> str:
    """Write a parameter's value as it stands in a file.

    >>> notation(True), notation((2, 2)), notation((0, 1)), notation(((1, 1), (0, 0))), notation(((0, 1), (0, 1)))
    ('true', '2', '[0, 1]', '[1, 0]', '[[0, 1], [0, 1]]')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        if all(isinstance(pair, tuple) and pair[0] == pair[1] for pair in value):
            return notation(tuple(pair[0] for pair in value))
        alike = len(set(value)) == 1 and not isinstance(value[0], tuple)
        return str(value[0]) if alike else _bracketed(value)
    return str(value)


def _bracketed(value: Any) -> str:
    return f"[{', '.join(map(_bracketed, value))}]" if isinstance(value, tuple) else str(value)


def spots(mask: int, word: str) -> str:
    """Say which bits are set in a mask, as first to last where they follow on each other.

    >>> spots(0b110000, "row"), spots(0b1, "row"), spots(0b1101, "row"), spots(0b10101010101010, "row")
    ('rows 4–5', 'row 0', 'rows 0, 2–3', 'rows 1, 3, 5, 7, 9 …')
    """
    runs: list[list[int]] = []
    for bit in (bit for bit in range(mask.bit_length()) if mask >> bit & 1):
        if runs and runs[-1][-1] == bit - 1:
            runs[-1][1:] = [bit]
        else:
            runs.append([bit])
    more = " …" if len(runs) > 5 else ""
    plural = "s" if mask.bit_count() > 1 else ""
    return f"{word}{plural} {', '.join('–'.join(map(str, run)) for run in runs[:5])}{more}"


def shown(text: str) -> str:
    r"""Quote a text for a message: short and on one line, whatever is in it.

    >>> shown("conv"), shown("two\nlines"), shown("x" * 99)
    ("'conv'", "'two\\nlines'", "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'")
    """
    return repr(text if len(text) <= 40 else text[:37] + "...")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that a misspelled or shortened one is nearest to, None where none is near.

    >>> nearest("strides", ["stride", "padding"]), nearest("pad", ["stride", "padding"]), nearest("gain", ["padding"])
    ('stride', 'padding', None)
    """
    return _nearest(word[:60].lower().replace("-", "_"), tuple(known))


@lru_cache(maxsize=256)
def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches

    longer = [name for name in known if name.startswith(word)] if len(word) > 2 else []
    close = longer if len(longer) == 1 else get_close_matches(word, known, n=1, cutoff=0.65)
    close = [name for name in close if not _inverse(word, name)]
    return close[0] if close else None


def _inverse(word: str, other: str) -> bool:
    """Return whether a word undoes what the other does: nobody who wrote the one meant the other.

    >>> _inverse("max_unpool", "max_pool"), _inverse("downsample", "upsample"), _inverse("min_pool", "max_pool")
    (True, True, True)
    >>> _inverse("max_pol", "max_pool"), _inverse("unett", "unet"), _inverse("depth_conv", "depthwise_conv")
    (False, False, False)
    """
    found = re.search(r"(?:^|_)(?:un|de|down|min_?)([a-z]{3,})", word)
    return found is not None and found[1] in other and found[0] not in other


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Suggest the known word nearest to a misspelled one.

    >>> did_you_mean("cnov", ["conv", "concat"])
    "did you mean 'conv'?"
    """
    close = nearest(word, known)
    return f"did you mean {close!r}?" if close else None
