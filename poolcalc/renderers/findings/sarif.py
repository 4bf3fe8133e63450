"""Findings as SARIF 2.1.0, which code scanning reads."""

import json
import re
from typing import Any
from urllib.parse import quote

from poolcalc.finding import Finding
from poolcalc.review.files import Checked, Review
from poolcalc.rule.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(review: Review) -> str:
    """Return a log of one run."""
    found = {finding.rule.code for file in review.files for finding in file.findings}
    rules = [rule for rule in review.rules if rule.id.code in found]
    indices = {rule.id.code: index for index, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "poolcalc", "semanticVersion": review.version, "rules": list(map(_rule, rules))}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not review.unreadable,
                "toolExecutionNotifications": [
                    {"level": "error", "message": _message(error.message)} for error in review.unreadable
                ],
            }
        ],
        "artifacts": [{"location": {"uri": _uri(file.source.name)}} for file in review.files],
        "results": [
            _result(file, index, finding, indices[finding.rule.code], fingerprint)
            for index, file in enumerate(review.files)
            for finding, fingerprint in zip(file.findings, file.fingerprints, strict=True)
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    first, _, rest = rule.page.partition("\n\n")
    return {
        "id": rule.id.code,
        "name": "".join(map(str.capitalize, rule.id.name.split("-"))),
        "shortDescription": {"text": first},
        "fullDescription": {"text": " ".join(rest.partition("Bad:")[0].split()) or first},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": rule.id.severity},
    }


def _result(file: Checked, artifact: int, finding: Finding, rule: int, fingerprint: str) -> dict[str, Any]:
    place = file.place(finding)
    text = "\n".join([finding.message, *finding.notes, *([f"help: {finding.help}"] if finding.help else [])])
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file.source.name), "index": artifact}}
    if place:
        end = place.column + place.width
        physical["region"] = {"startLine": place.line, "startColumn": place.column, "endColumn": end}
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.layer:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.layer, "kind": "element"}]
    return {
        "ruleId": finding.rule.code,
        "ruleIndex": rule,
        "level": finding.rule.severity,
        "message": _message(text),
        "locations": [location],
        "partialFingerprints": {"poolcalc/v1": fingerprint},
    }


def _message(text: str) -> dict[str, str]:
    r"""Keep viewers from making a link out of a name.

    >>> _message("[a](b) [3, 8, 8]")
    {'text': '\\[a](b) [3, 8, 8]'}
    """
    return {"text": re.sub(r"\[(?=[^\[\]]*\]\()", r"\\[", text)}


def _uri(name: str) -> str:
    """Return a file's name as a URI, relative where the name is.

    >>> _uri("nets/a b.yaml"), _uri("/nets/ü:1.yaml")
    ('nets/a%20b.yaml', 'file:///nets/%C3%BC%3A1.yaml')
    """
    path = quote(name.replace("\\", "/"), errors="surrogateescape")
    return f"file://{path}" if path.startswith("/") else path
