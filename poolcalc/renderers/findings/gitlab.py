"""Findings as GitLab's code quality report, which merge requests show."""

import json

from poolcalc.review.files import Review

SEVERITIES = {"error": "major", "warning": "minor"}


def render(review: Review) -> str:
    """Return a list of issues; their fingerprints tell GitLab which ones a change brings and which it mends."""
    issues = [
        {
            "description": finding.message + (f"; {finding.help}" if finding.help else ""),
            "check_name": f"{finding.code} {finding.rule}",
            "fingerprint": fingerprint,
            "severity": SEVERITIES[finding.severity],
            "location": {
                "path": file.source.name.removeprefix("./"),
                "lines": {"begin": finding.place.line},
            },
        }
        for file in review.files
        for finding, fingerprint in zip(file.findings, file.fingerprints, strict=True)
    ]
    return json.dumps(issues, indent=1) + "\n"
