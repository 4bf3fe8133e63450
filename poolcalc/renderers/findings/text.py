"""Findings for people, in rustc's form: title, place, the line with a caret, facts and a remedy."""

from poolcalc.renderers import diagnostics
from poolcalc.review.files import Checked, Review


def render(review: Review) -> str:
    """Return every finding, file by file, and the summary."""
    shown = [text for file in review.files for text in _findings(file)]
    worst = next((finding.code for _, finding in review.worst_first), None)
    more = [f"`poolcalc explain {worst}` says more"] if worst else []
    return "\n".join([*shown, *more, review.summary, ""])


def _findings(file: Checked) -> list[str]:
    return [
        diagnostics.render(
            f"{finding.severity}[{finding.code}]",
            finding.message,
            _printable(file.source.name),
            file.source.text,
            finding.place,
            finding.notes,
            finding.help,
        )
        for finding in file.findings
    ]


def _printable(text: str) -> str:
    """Return a name that a terminal prints as it is, whatever is in it."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
