"""What a review says: one finding, with its place in the file and, where one is known to work, a remedy."""

from typing import Literal, NamedTuple

from poolcalc.source import Place

Severity = Literal["error", "warning"]


class Finding(NamedTuple):
    """Something that a reviewer must know, and what to do about it.

    code, rule: stable identifiers, such as PC100 and impossible-layer. severity: error or warning.
    layer: the name of the layer it is about. place: where that layer stands in the file.
    notes: facts, formulas with the numbers filled in. help: a change that was tried and works.
    """

    code: str
    rule: str
    severity: Severity
    message: str
    layer: str
    place: Place
    help: str | None = None
    notes: tuple[str, ...] = ()
