"""Findings for people, in rustc's form: title, place, the line with a caret, facts and a remedy."""

from poolcalc.renderers import diagnostics
from poolcalc.review.files import Review


def render(review: Review) -> str:
    """Return every finding, file by file, and the summary."""
    shown = [diagnostics.render(one, file.source, file.places) for file in review.files for one in file.findings]
    worst = next((finding.rule.code for _, finding in review.worst_first), None)
    more = [f"`poolcalc explain {worst}` says more"] if worst else []
    return "\n".join([*shown, *more, review.summary, ""])
