"""What a team asks of a network: sizes, fields and budgets that a change must keep."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from poolcalc.wording import figures

What = Literal["output", "size", "receptive_field", "jump", "params", "macs", "activations", "dropped"]
Relation = Literal["exactly", "at least", "at most"]

Span = tuple[Fraction | int, Fraction | int]
"""The smallest and the largest of the values found on one axis, mostly equal."""

NOUNS: dict[str, str] = {"receptive_field": "receptive field", "macs": "MACs", "dropped": "dropped rows"}
"""What is said to people, where that is not the key itself."""


class Expectation(NamedTuple):
    """One thing that is asked.

    what: the key in the file. relation, wanted: the values, one per axis, or one that holds on every axis.
    layer: the node it is about; None for the network as a whole.
    message: the team's own words, for whoever breaks it.
    key: what it is called in the file (`expect.params`), under which its place is found; "" where no file asks it.
    """

    what: What
    wanted: tuple[Fraction | int, ...]
    relation: Relation = "exactly"
    layer: str | None = None
    message: str | None = None
    key: str = ""

    def allows(self, found: Sequence[Span]) -> bool:
        """Return whether the values found, one span per axis, are what was asked.

        >>> Expectation(what="jump", wanted=(16,), relation="at most").allows([(8, 8), (8, 32)])
        False
        """
        every_axis = len(self.wanted) == 1 and self.what != "output"
        wanted = self.wanted * len(found) if every_axis else self.wanted
        return len(wanted) == len(found) and all(map(self._allows_one, wanted, found))

    def _allows_one(self, wanted: Fraction | int, span: Span) -> bool:
        low, high = span
        match self.relation:
            case "exactly":
                return low == high == wanted
            case "at least":
                return low >= wanted
            case "at most":
                return high <= wanted

    def __str__(self) -> str:
        """Say what was asked.

        >>> str(Expectation(what="macs", wanted=(4_000_000_000,), relation="at most"))
        'MACs to be at most 4,000,000,000'
        >>> str(Expectation(what="output", wanted=(512, 7, 7)))
        'output to be 512×7×7'
        """
        relation = "" if self.relation == "exactly" else f"{self.relation} "
        return f"{NOUNS.get(self.what, self.what)} to be {relation}{figures(self.wanted)}"
