"""The errors of this package, for people and for callers."""

from collections.abc import Mapping, Sequence

from poolcalc.finding import Finding
from poolcalc.source import Source
from poolcalc.wish import Wish


class PoolcalcError(Exception):
    """Base of every error that poolcalc raises on purpose: a message, and what its reader may want next."""

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """What the reader may want next."""
        return tuple(each for each in self.args if isinstance(each, Wish))

    def told(self, remedies: Mapping[Wish, str]) -> str:
        """Write the message, and how to get what its reader may want."""
        remedy = ", or ".join(remedies[wish] for wish in self.wishes)
        return "; ".join(filter(None, [*map(str, self.args[:1]), remedy]))

    def __str__(self) -> str:
        """Write the message, and what to do."""
        return self.told({wish: wish.value for wish in Wish})


class UnreadableFile(PoolcalcError):  # noqa: N818 - reads better where it is caught
    """There is no such file, or it cannot be read."""

    def __init__(self, message: str, help: str | None = None) -> None:  # noqa: A002
        super().__init__(message, help)
        self.message, self.help = message, help

    def __str__(self) -> str:
        """Write what is wrong, and what to do."""
        return self.message if self.help is None else f"{self.message}; {self.help}"


class InvalidArchitecture(PoolcalcError):  # noqa: N818 - likewise
    """The file is no valid architecture; `findings` holds everything that is wrong with it, in its order."""

    def __init__(self, source: Source, findings: Sequence[Finding]) -> None:
        super().__init__(source, findings)  # what pickle hands to a new one, on its way out of a process pool
        self.source, self.findings = source, tuple(findings)

    def __str__(self) -> str:
        """Write one line for every finding: file:line:column: message (help)."""
        return "\n".join(_line(self.source, finding) for finding in self.findings)


class InvalidGraph(PoolcalcError):  # noqa: N818 - likewise
    """Nodes, inputs and outputs contradict each other: names are not unique, or nothing is called so."""


class UnknownLayer(PoolcalcError):  # noqa: N818 - likewise
    """There is no layer of that name, or it is none that the question makes sense for."""


class NoSuchPlace(PoolcalcError):  # noqa: N818 - likewise
    """A map has no unit, or the input no pixel, at that position."""


class DoesNotFit(PoolcalcError):  # noqa: N818 - likewise
    """The forward pass would need more memory than there is; nothing was allocated."""


class InvalidParameter(PoolcalcError):  # noqa: N818 - likewise
    """An operator cannot have this value of a parameter."""

    def __init__(self, operator: str, parameter: str, message: str, help: str | None = None) -> None:  # noqa: A002
        super().__init__(operator, parameter, message, help)
        self.operator, self.parameter, self.message, self.help = operator, parameter, message, help

    def __str__(self) -> str:
        """Write where what is wrong, and what to do."""
        return f"{self.operator}, {self.parameter}: {self.message}" + (f"; {self.help}" if self.help else "")


def _line(source: Source, finding: Finding) -> str:
    place = finding.place({})
    where = f":{place.line}:{place.column}" if place else ""
    remedy = f" ({finding.help})" if finding.help else ""
    return f"{source.name}{where}: {finding.message}{remedy}"
