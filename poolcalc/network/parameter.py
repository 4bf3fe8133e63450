"""The declaration of an operator's parameters: dataclass fields made by `parameter`.

Whoever builds a network, the reader of files or a call in Python, has values checked by that one declaration; the
schema and the error texts derive from it.
"""

from collections.abc import Mapping
from dataclasses import MISSING, field, fields
from functools import cache
from typing import Any, NamedTuple

from poolcalc.network.kind import Kind


class Same(NamedTuple):
    """A default that is whatever another parameter, which is declared before, has."""

    name: str


class Parameter(NamedTuple):
    """The declaration of one parameter."""

    name: str
    kind: Kind
    text: str
    default: Any

    @property
    def required(self) -> bool:
        """Whether the file must give it."""
        return self.default is MISSING

    def among(self, values: Mapping[str, Any]) -> Any:
        """Return the value among those by name, or the default; None stands for that of another parameter."""
        value = values.get(self.name, self.default)
        if isinstance(self.default, Same) and value in (None, self.default):
            return values.get(self.default.name)
        return value

    def check(self, value: Any, rank: int) -> Any:
        """Return a plain value as operators hold it, or raise `Wrong`; None stands for a default that is None."""
        return None if value is None is self.default else self.kind.check(value, rank)

    def holds(self, value: Any, rank: int) -> bool:
        """Return whether operators may hold the value as it is."""
        return self.kind.holds(value, rank) or value is None is self.default


def parameter(kind: Kind, text: str, default: Any = MISSING) -> Any:
    """Declare a parameter of an operator as a dataclass field.

    text: one line for the schema and the documentation, in lower case, without full stop.
    default: as it would stand in the file (`1`, `same`, a list), before it is spread over the axes; or `Same`.
    """
    return field(metadata={"kind": kind, "text": text, "default": default})


@cache
def parameters(operator: type) -> tuple[Parameter, ...]:
    """Return the declarations of an operator class, in order."""
    return tuple(
        Parameter(f.name, f.metadata["kind"], f.metadata["text"], f.metadata["default"]) for f in fields(operator)
    )
