"""Findings in Markdown, as a bot posts them under a change: the summary first, what explains it folded below."""

import re

from poolcalc.finding import Finding
from poolcalc.review.files import Checked, Review
from poolcalc.wording import counted

MOST = 100
"""Findings to show; a comment on GitHub holds 65,536 characters."""
_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_MENTION = re.compile(r"(?<![\w])([@#])(?=\w)")


def render(review: Review) -> str:
    """Return summary, a table of findings, and their facts and remedies."""
    lines = [f"### poolcalc: {review.summary}", ""]
    lines += [f"- {_escaped(error.message)}" for error in review.unreadable]
    lines += [""] if review.unreadable else []
    found = list(review.worst_first)
    if found:
        lines += ["| | place | rule | finding |", "| :--- | :--- | :--- | :--- |"]
        lines += [_row(file, finding) for file, finding in found[:MOST]]
        lines += [""]
    if len(found) > MOST:
        lines += [f"{counted(len(found) - MOST, 'more finding')} not shown.", ""]
    explained = [(file, finding) for file, finding in found[:MOST] if finding.notes or finding.help]
    if explained:
        lines += ["<details><summary>Facts and remedies</summary>", ""]
        lines += [line for file, finding in explained for line in _explanation(file, finding)]
        lines += ["", "</details>", ""]
    return "\n".join(lines)


def _row(file: Checked, finding: Finding) -> str:
    rule = f"{finding.rule.code} {finding.rule.name}"
    return f"| {finding.rule.severity} | {_place(file, finding)} | {rule} | {_escaped(finding.message)} |"


def _explanation(file: Checked, finding: Finding) -> list[str]:
    remedy = [f"  - help: {_escaped(finding.help)}"] if finding.help else []
    facts = [f"  - {_escaped(note)}" for note in finding.notes]
    return [f"- {_place(file, finding)} {_escaped(finding.message)}", *facts, *remedy]


def _place(file: Checked, finding: Finding) -> str:
    return _escaped(file.spot(finding))


def _escaped(text: str) -> str:
    r"""Keep a name from being read as markup, from ending its line, and from calling people.

    >>> print(_escaped("a_b|c <d>\n[x] & @all"))
    a\_b\|c &lt;d> \[x\] &amp; @<!-- -->all
    """
    text = _MARKUP.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;")
    return _MENTION.sub(r"\1<!-- -->", text)
