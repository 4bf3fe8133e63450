"""Numbers that know how they were worked out, so that the formula that is printed is the one that counted.

A formula is an ordinary function of integers. When it is asked how it came to a number, it is run once more, on
integers that write down what is done to them.
"""

from collections.abc import Callable, Collection
from functools import wraps
from math import floor
from typing import Any


class Worked(int):
    """A result of a formula. What is computed from it is a plain integer again.

    rule: the function that was called. numbers: what it was called with.
    """

    rule: Callable[..., "Worked"]
    numbers: tuple[int, ...]

    @property
    def formula(self) -> str:
        """The formula with its numbers filled in."""
        formula: Callable[..., int] = self.rule.__wrapped__  # type: ignore[attr-defined]
        return str(formula(*map(_Term, self.numbers)))

    def __reduce__(self) -> tuple[Any, ...]:
        return self.rule, tuple(map(int, self.numbers))


def worked(formula: Callable[..., int]) -> Callable[..., Worked]:
    """Let a formula return numbers that know it."""

    @wraps(formula)
    def rule(*numbers: int) -> Worked:
        result = Worked(formula(*numbers))
        result.rule, result.numbers = rule, numbers
        return result

    return rule


def derivation(size: int, given: Collection[int] = ()) -> str:
    """Return the formula behind a size; nothing where there is none, or where it is one of those `given`, unchanged."""
    formula = size.formula if isinstance(size, Worked) else ""
    return "" if formula == str(size) and size in given else formula


class _Term(int):
    """An integer that writes down what is done to it.

    text: what was done, nothing for a number that was given. looseness: 1 for a product, 2 for a sum, else 0.
    """

    text = ""
    looseness = 0

    def __str__(self) -> str:
        return self.text or int.__repr__(self)

    def __add__(self, other: int) -> "_Term":
        if other == 0:
            return self
        sign, amount = ("+", other) if other > 0 else ("−", -other)
        return _term(int(self) + other, f"{self} {sign} {amount}", 2)

    def __sub__(self, other: int) -> "_Term":
        if isinstance(other, _Term) and other.looseness:
            return _term(int(self) - other, f"{self} − {_tight(other, 1)}", 2)
        return self + -other

    def __mul__(self, other: int) -> "_Term":
        return _term(int(self) * other, f"{_tight(self, 1)}·{_tight(other, 1)}", 1)

    def __floordiv__(self, other: int) -> "_Term":
        return self if str(other) == "1" else _term(int(self) // other, f"⌊{_tight(self, 1)}/{_tight(other, 0)}⌋")


def _term(value: int, text: str, looseness: int = 0) -> _Term:
    term = _Term(value)
    term.text, term.looseness = text, looseness
    return term


def ceil_div(dividend: int, divisor: int) -> int:
    """Return ⌈dividend / divisor⌉."""
    value = -(-int(dividend) // divisor)
    if not isinstance(dividend, _Term):
        return value
    return dividend if divisor == 1 else _term(value, f"⌈{_tight(dividend, 1)}/{_tight(divisor, 0)}⌉")


def exact_div(dividend: int, divisor: int) -> int:
    """Return dividend / divisor, where that is known to be whole."""
    value = int(dividend) // divisor
    if not isinstance(dividend, _Term):
        return value
    return _term(value, f"{_tight(dividend, 1)}/{_tight(divisor, 0)}", 1)


def scaled(number: int, numerator: int, denominator: int) -> int:
    """Return ⌊number · numerator / denominator⌋ of a product of doubles; it is shown where it is not the exact one."""
    product = int(number) * (numerator / denominator)
    if not isinstance(number, _Term):
        return floor(product)
    exact = number * numerator // denominator
    return exact if exact == floor(product) else _term(floor(product), f"⌊{product}⌋")


def least(*numbers: int) -> int:
    """Return the smallest number."""
    return _chosen(min, numbers)


def largest(*numbers: int) -> int:
    """Return the largest number."""
    return _chosen(max, numbers)


def _chosen(choose: Callable[[tuple[int, ...]], int], numbers: tuple[int, ...]) -> int:
    value = choose(numbers)
    if not isinstance(value, _Term) or len(numbers) == 1:
        return value
    return _term(value, f"{choose.__name__}({', '.join(map(str, numbers))})")


def _tight(number: int, most: int) -> str:
    """Return a number as a part of a formula, in brackets if it is looser than that."""
    loose = isinstance(number, _Term) and number.looseness > most
    return f"({number})" if loose else str(number)
