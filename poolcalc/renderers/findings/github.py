"""Findings as workflow commands, which GitHub shows beside the lines of a change."""

from poolcalc.finding import Finding
from poolcalc.review.files import Checked, Review
from poolcalc.wording import counted

MOST = 10
"""GitHub shows no more of one kind for one step, and drops the rest without a word."""


def render(review: Review) -> str:
    """Return the worst findings as commands, then how many more there are, then the summary."""
    found = list(review.worst_first)
    lines = [f"::error::{_data(error.message)}" for error in review.unreadable[:MOST]]
    lines += [_command(*one) for one in found[: MOST - len(lines)]]
    hidden = len(review.unreadable) + len(found) - len(lines)
    if hidden:
        lines.append(f"{counted(hidden, 'more finding')} not annotated; `poolcalc check` prints all")
    return "\n".join([*lines, review.summary, ""])


def _command(file: Checked, finding: Finding) -> str:
    place = file.place(finding)
    span = place and {
        "line": place.line,
        "endLine": place.line,
        "col": place.column,
        "endColumn": place.column + place.width,
    }
    properties = {
        "file": file.source.name,
        **(span or {}),
        "title": f"{finding.rule.code} {finding.rule.name}",
    }
    text = "\n".join([finding.message, *finding.notes, *([f"help: {finding.help}"] if finding.help else [])])
    where = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{finding.rule.severity} {where}::{_data(text)}"


def _data(text: str) -> str:
    r"""Keep a text from ending its command and from starting another.

    >>> _data("50 %\n::error::x")
    '50 %25%0A::error::x'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Keep a value from ending its property.

    >>> _property("a,b:c%")
    'a%2Cb%3Ac%25'
    """
    return _data(text).replace(":", "%3A").replace(",", "%2C")
