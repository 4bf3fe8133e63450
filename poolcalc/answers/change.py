"""One figure before and after a change, and how it is written."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from poolcalc.network.expectation import NOUNS
from poolcalc.renderers.answer import Cell, Column, Row
from poolcalc.wording import MOST_PERCENT, NONE, evenly, factor, percent, times

COLUMNS = (
    Column(key="name", title="name", left=True),
    Column(key="figure", title="figure", left=True),
    Column(key="base", title="Base"),
    Column(key="head", title="Head"),
    Column(key="delta", title="Δ"),
    Column(key="delta_percent", title="%", expendable=1),
)

Value = int | str | tuple[int | str, ...] | None
"""A count, words, or one figure per axis; None where there is none."""


class Change(NamedTuple):
    """One figure before and after. name: the layer; "" for the network as a whole."""

    name: str
    figure: str
    base: Value
    head: Value

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.base != self.head

    @property
    def delta(self) -> int | tuple[int, ...] | None:
        """What was added, on every axis; None where the two cannot be subtracted."""
        if isinstance(self.base, int) and isinstance(self.head, int):
            return self.head - self.base
        if isinstance(self.base, tuple) and isinstance(self.head, tuple) and len(self.base) == len(self.head):
            pairs = zip(self.base, self.head, strict=True)
            numbers = [(a, b) for a, b in pairs if isinstance(a, int) and isinstance(b, int)]
            return tuple(b - a for a, b in numbers) if len(numbers) == len(self.base) else None
        return None

    @property
    def percent(self) -> float | None:
        """What was added to a count, in percent of it."""
        if isinstance(self.base, int) and isinstance(self.head, int) and self.base:
            return 100 * (self.head - self.base) / self.base
        return None

    @property
    def sentence(self) -> str:
        """Say what changed."""
        of = f" of {self.name}" if self.name else ""
        what = f"{NOUNS.get(self.figure, self.figure)}{of}"
        if self.base is self.head is None:
            return f"{what}: known of neither network"
        before, now = (_text(value, self.figure) for value in (self.base, self.head))
        return f"{what} changed from {before} to {now}"

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        values = {"base": self.base, "head": self.head, "delta": self.delta, "delta_percent": self.percent}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def rows_of(changes: Sequence[Change], whole: str = "") -> Iterator[Row]:
    """Yield a line for each figure, the first of a layer with its name."""
    shown = None
    for change in changes:
        name = change.name or whole
        yield Row((
            Cell("" if name == shown else name, name),
            Cell(NOUNS.get(change.figure, change.figure), change.figure),
            *(Cell(_text(value, change.figure), _compact(value)) for value in (change.base, change.head)),
            Cell(_delta(change), _compact(change.delta)),
            Cell(_signed_percent(change.percent), change.percent),
        ))  # fmt: skip
        shown = name


def _text(value: Value, figure: str) -> str:
    match value:
        case None:
            return NONE
        case int():
            return f"{value:,}"
        case tuple():
            return evenly(value) if figure == "receptive_field" else times(value)
    return value


def _compact(value: Value) -> Any:
    return "x".join(map(str, value)) if isinstance(value, tuple) else value


def _delta(change: Change) -> str:
    """Write what was added, once where all axes agree.

    >>> _delta(Change("", "output", (64, 56, 56), (128, 56, 56))), _delta(Change("", "receptive_field", (9, 9), (7, 7)))
    ('+64, 0, 0', '−2')
    """
    match change.delta:
        case None if change.figure == "operator" and change.base is None:  # only a layer that is not there has none
            return "added"
        case None:
            return "removed" if change.figure == "operator" and change.head is None else ""
        case int() as amount:
            return _signed(amount)
        case amounts:
            return ", ".join(map(_signed, amounts if len(set(amounts)) > 1 else amounts[:1]))


def _signed(amount: int) -> str:
    return f"{amount:+,}".replace("-", "−") if amount else "0"


def _signed_percent(value: float | None) -> str:
    if not value:
        return "" if value is None else "0 %"
    if value > MOST_PERCENT:
        return factor(value)
    return f"{'+' if value > 0 else '−'}{percent(abs(value))}"
