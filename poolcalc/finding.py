"""What is said of a network or of its file: one finding, and what to do about it."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from poolcalc.source import Place

Severity = Literal["error", "warning"]


class RuleId(NamedTuple):
    """What findings are known by: stable, such as PC100 and impossible-layer."""

    code: str
    name: str
    severity: Severity


INVALID = RuleId("PC000", "invalid-architecture", "error")
"""What is wrong in a file, said by its reader."""


class Finding(NamedTuple):
    """Something that a reviewer must know.

    about: a layer's name, "" for the network as a whole, or the place where the text itself says it.
    notes: facts, formulas with the numbers filled in. help: a change that was tried and works.
    share: where `about` is no layer, the one that has most to do with it.
    explains: whether warnings beside it may follow from it, so that they are worth reading once it is settled.
    """

    rule: RuleId
    message: str
    about: str | Place = ""
    notes: tuple[str, ...] = ()
    help: str | None = None
    share: str = ""
    explains: bool = False

    @property
    def layer(self) -> str:
        """The name of the layer to look at, "" where there is none."""
        return self.share or (self.about if isinstance(self.about, str) else "")

    def place(self, places: Mapping[str, Place]) -> Place | None:
        """Return where it stands in its file, None where nothing there says so. places: those of the layers."""
        return self.about if isinstance(self.about, Place) else places.get(self.about)

    def to_dict(self, file: str, places: Mapping[str, Place]) -> dict[str, Any]:
        """Return the finding as plain data. file: the name of its file."""
        place = self.place(places)
        return {
            "code": self.rule.code,
            "rule": self.rule.name,
            "severity": self.rule.severity,
            "message": self.message,
            "layer": self.layer or None,
            "file": file,
            "line": place and place.line,
            "column": place and place.column,
            "help": self.help,
            "notes": list(self.notes),
        }
