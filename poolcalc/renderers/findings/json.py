"""Findings as data, for programs."""

import json
from typing import Any

from poolcalc.review.files import Review

SCHEMA = "poolcalc.check/1"


def render(review: Review) -> str:
    """Return files, findings and summary as one object."""
    return json.dumps(to_dict(review), indent=1) + "\n"


def to_dict(review: Review) -> dict[str, Any]:
    """Return a review as plain data."""
    return {
        "schema": SCHEMA,
        "files": [
            {
                "file": file.source.name,
                "architecture": file.architecture,
                "errors": file.count("error"),
                "warnings": file.count("warning"),
                "ignored": file.ignored,
                "fails": file.fails,
            }
            for file in review.files
        ],
        "unreadable": [{"message": error.message, "help": error.help} for error in review.unreadable],
        "findings": [
            finding.to_dict(file.source.name, file.places) for file in review.files for finding in file.findings
        ],
        "summary": {
            "files": len(review.files),
            "errors": review.errors,
            "warnings": review.warnings,
            "ignored": review.ignored,
            "unreadable": len(review.unreadable),
        },
    }
