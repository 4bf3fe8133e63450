"""Findings as GitLab's code quality report, which merge requests show."""

import json

from poolcalc.review.files import Review
from poolcalc.source import Place

SEVERITIES = {"error": "major", "warning": "minor"}


def render(review: Review) -> str:
    """Return a list of issues; their fingerprints tell GitLab which ones a change brings and which it mends."""
    issues = [
        {
            "description": finding.message + (f"; {finding.help}" if finding.help else ""),
            "check_name": f"{finding.rule.code} {finding.rule.name}",
            "fingerprint": fingerprint,
            "severity": SEVERITIES[finding.rule.severity],
            "location": {
                "path": file.source.name.removeprefix("./"),
                "lines": {"begin": (file.place(finding) or Place()).line},
            },
        }
        for file in review.files
        for finding, fingerprint in zip(file.findings, file.fingerprints, strict=True)
    ]
    return json.dumps(issues, indent=1) + "\n"
