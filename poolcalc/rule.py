"""What a rule is: it looks at the facts about one network and yields findings.

Every rule stands in its own file in `rules/`. Its docstring is its documentation: the first line says what is found,
then comes why it matters, and a bad and a good example, which tests run.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from poolcalc.actual import ActualField, actual_fields
from poolcalc.analysis import Analysis, Layer
from poolcalc.effective import estimated_deviations
from poolcalc.finding import Finding, Severity
from poolcalc.forward.results import Confirmation, Proof


@dataclass(frozen=True)
class Facts:
    """What is known of one network.

    analysis: by formulas. forward: by running it. proof: by running it on NaN. None where that was not done.
    """

    analysis: Analysis
    forward: Confirmation | None = None
    proof: Proof | None = None

    @cached_property
    def actual(self) -> dict[str, ActualField | None]:
        """What every unit of every layer really sees, by the layer's name."""
        return actual_fields(self.analysis)

    @cached_property
    def deviations(self) -> dict[str, tuple[float, ...] | None]:
        """Estimated deviations of the untrained effective fields, by the layer's name."""
        return estimated_deviations(self.analysis)


class Rule(ABC):
    """A rule; subclasses are never subclassed.

    code: stable, PC and three digits: 1 sizes, 2 receptive field, 3 task, 4 cost, 5 verification.
    name: the bad thing, so that "allow NAME" reads well.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]

    @abstractmethod
    def check(self, facts: Facts) -> Iterator[Finding]:
        """Yield what is found."""

    def found(self, layer: Layer, message: str, *notes: str, help: str | None = None) -> Finding:  # noqa: A002
        """Return a finding about a layer."""
        return Finding(
            code=self.code,
            rule=self.name,
            severity=self.severity,
            message=f"{layer.node.name}: {message}",
            layer=layer.node.name,
            place=layer.node.place,
            help=help,
            notes=notes,
        )
