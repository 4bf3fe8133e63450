"""The errors of this package, for people and for callers."""

from collections.abc import Sequence

from poolcalc.source import Problem, Source


class PoolcalcError(Exception):
    """Base of every error that poolcalc raises on purpose."""


class UnreadableFile(PoolcalcError):  # noqa: N818 - reads better where it is caught
    """There is no such file, or it cannot be read."""

    def __init__(self, message: str, help: str | None = None) -> None:  # noqa: A002
        super().__init__(message, help)
        self.message, self.help = message, help

    def __str__(self) -> str:
        """Write what is wrong, and what to do."""
        return self.message if self.help is None else f"{self.message}; {self.help}"


class InvalidArchitecture(PoolcalcError):  # noqa: N818 - likewise
    """The file is no valid architecture; `problems` holds everything that is wrong with it, in its order."""

    def __init__(self, source: Source, problems: Sequence[Problem]) -> None:
        super().__init__(source, problems)  # what pickle hands to a new one, on its way out of a process pool
        self.source, self.problems = source, tuple(problems)

    def __str__(self) -> str:
        """Write one line for every problem."""
        return "\n".join(one_line(self.source, problem) for problem in self.problems)


class DoesNotFit(PoolcalcError):  # noqa: N818 - likewise
    """The forward pass would need more memory than there is; nothing was allocated."""


def one_line(source: Source, problem: Problem) -> str:
    """Write a problem as file:line:column: message (help)."""
    place = problem.place
    remedy = f" ({problem.help})" if problem.help else ""
    return f"{source.name}:{place.line}:{place.column}: {problem.message}{remedy}"
