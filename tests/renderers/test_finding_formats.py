"""The same findings in every format, read back; and names that try to break out of each."""

import json
import re
from html import unescape
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from markdown_it import MarkdownIt

from poolcalc.errors import UnreadableFile
from poolcalc.finding import Finding, RuleId, Severity
from poolcalc.renderers.findings import github, gitlab, junit, markdown, sarif, text
from poolcalc.renderers.findings import json as json_format
from poolcalc.review.files import Checked, Review
from poolcalc.review.policy import Policy
from poolcalc.rules import rules
from poolcalc.source import Place, Source

HOSTILE = "a,b:c%0A|`<img src=x>\n::error::x\r\x1b[2J @all #1 [y](http://z) ]]> {0} \\ ü\x00"


def finding(severity: Severity = "error", message: str = "conv: too large", line: int = 3, **more: Any) -> Finding:
    more = {"about": Place(line, 5, 4), "share": "conv", "notes": ("9 > 8",), "help": "use less"} | more
    return Finding(RuleId("PC100", "impossible-layer", severity), message, **more)


def reviewed(*findings: Finding, name: str = "x.yaml", fail_on: Any = "error", moved: int = 0) -> Review:
    source = Source(name, "\n" * moved + "input: [1, 8, 8]\nlayers:\n  - conv: 9\n  - relu\n")
    return Review("1.0.0", rules(), (Checked(source, Policy(fail_on=fail_on), "x", findings),))


def commands(out: str) -> list[tuple[str, dict[str, str], str]]:
    """Read workflow commands the way GitHub's runner does."""
    found = []
    for line in out.split("\n"):
        if match := re.fullmatch("::([a-z]+)(?: ([^:]*))?::(.*)", line):
            pairs = (pair.partition("=") for pair in (match[2] or "").split(",") if pair)
            found.append((match[1], {key: unquote(value) for key, _, value in pairs}, unquote(match[3])))
    return found


# GitHub


def test_commands_name_file_place_and_rule() -> None:
    ((kind, properties, data),) = commands(github.render(reviewed(finding())))
    assert kind == "error"
    assert properties == {
        "file": "x.yaml", "line": "3", "endLine": "3", "col": "5", "endColumn": "9", "title": "PC100 impossible-layer"
    }  # fmt: skip
    assert data == "conv: too large\n9 > 8\nhelp: use less"


def test_no_name_ends_a_command_or_starts_another() -> None:
    review = reviewed(finding(message=HOSTILE, help=HOSTILE), name=HOSTILE)
    ((kind, properties, data),) = commands(github.render(review))
    assert (kind, properties["file"]) == ("error", HOSTILE)
    assert data == f"{HOSTILE}\n9 > 8\nhelp: {HOSTILE}"


def test_ten_commands_the_worst_first_and_how_many_more() -> None:
    review = reviewed(*[finding("warning", line=line) for line in range(1, 9)], *[finding()] * 4)
    out = github.render(review)
    assert [kind for kind, _, _ in commands(out)] == ["error"] * 4 + ["warning"] * 6
    assert out.splitlines()[-2:] == [
        "2 more findings not annotated; `poolcalc check` prints all",
        "1 file: 4 errors, 8 warnings",
    ]


# SARIF


def closed(required: str, optional: str = "", **kinds: Any) -> dict[str, Any]:
    """Return the schema of an object that has these keys and no others."""
    names = [*required.split(), *optional.split()]
    return {
        "type": "object",
        "properties": {name: kinds.get(name, {"type": "string", "minLength": 1}) for name in names},
        "required": required.split(),
        "additionalProperties": False,
    }


WHOLE = {"type": "integer", "minimum": 0}
COUNTED = {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
MESSAGE = closed("text", "markdown")
URI = {"type": "string", "pattern": r"^(?:[A-Za-z0-9._~!$&'()*+,;=@:/-]|%[0-9A-F]{2})+$"}


def many(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


REGION = closed("startLine startColumn endColumn", startLine=COUNTED, startColumn=COUNTED, endColumn=COUNTED)
PHYSICAL = closed(
    "artifactLocation region", artifactLocation=closed("uri", "index", uri=URI, index=WHOLE), region=REGION
)
LOCATION = closed(
    "physicalLocation",
    "logicalLocations",
    physicalLocation=PHYSICAL,
    logicalLocations=many(closed("fullyQualifiedName kind")),
)
RESULT = closed(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleIndex=WHOLE,
    level=LEVEL,
    message=MESSAGE,
    locations={**many(LOCATION), "minItems": 1},
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
)
RULE = closed(
    "id name shortDescription fullDescription help defaultConfiguration",
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=closed("level", level=LEVEL),
)
INVOCATION = closed(
    "executionSuccessful toolExecutionNotifications",
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications=many(closed("level message", level=LEVEL, message=MESSAGE)),
)
RUN = closed(
    "tool columnKind invocations artifacts results",
    tool=closed("driver", driver=closed("name semanticVersion rules", rules={**many(RULE), "uniqueItems": True})),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=many(INVOCATION),
    artifacts=many(closed("location", location=closed("uri", uri=URI))),
    results=many(RESULT),
)
LOG = closed("$schema version runs", version={"const": "2.1.0"}, runs=many(RUN))
"""What the standard demands of the objects that we write; in the standard they may have more."""


@pytest.mark.parametrize("name", ["x.yaml", "/a/b c.yaml", HOSTILE.replace("\0", "")])
def test_sarif_has_the_structure_of_the_standard(name: str) -> None:
    review = reviewed(finding(), finding("warning", share="", message=HOSTILE), name=name)
    review = Review("1.0.0", rules(), review.files, (UnreadableFile("no such file: y"),))
    log = json.loads(sarif.render(review))
    jsonschema.Draft202012Validator(LOG).validate(log)
    (run,) = log["runs"]
    listed = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert listed[result["ruleIndex"]]["id"] == result["ruleId"]
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert run["artifacts"][location["index"]]["location"]["uri"] == location["uri"]
    assert unquote(location["uri"]).removeprefix("file://") == name.replace("\\", "/")
    assert [result["level"] for result in run["results"]] == ["error", "warning"]
    assert not run["invocations"][0]["executionSuccessful"]


def test_no_name_becomes_a_link_in_sarif() -> None:
    log = json.loads(sarif.render(reviewed(finding(message="[y](http://z) [3, 8, 8]"))))
    assert log["runs"][0]["results"][0]["message"]["text"].startswith("\\[y](http://z) [3, 8, 8]\n")


# Fingerprints


def fingerprints(review: Review) -> list[str]:
    issues = [issue["fingerprint"] for issue in json.loads(gitlab.render(review))]
    results = json.loads(sarif.render(review))["runs"][0]["results"]
    assert issues == [result["partialFingerprints"]["poolcalc/v1"] for result in results]
    return issues


def test_fingerprints_differ_and_stay_when_lines_and_numbers_move() -> None:
    findings = [finding(), finding(share="relu"), finding(share="relu"), finding(share="", message="a")]
    before = fingerprints(reviewed(*findings))
    assert len(set(before)) == 4
    moved = [finding(line=7, message="conv: larger"), *[finding(share="relu", line=8)] * 2, *findings[3:]]
    assert fingerprints(reviewed(*moved, name="./x.yaml", moved=4)) == before
    assert not set(before) & set(fingerprints(reviewed(*findings, name="y.yaml")))


def test_gitlab_gets_what_it_needs() -> None:
    (issue,) = json.loads(gitlab.render(reviewed(finding("warning"), name="./a/x.yaml")))
    issue.pop("fingerprint")
    assert issue == {
        "description": "conv: too large; use less",
        "check_name": "PC100 impossible-layer",
        "severity": "minor",
        "location": {"path": "a/x.yaml", "lines": {"begin": 3}},
    }


# JUnit

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error", "system-out"},
    "failure": set(),
    "error": set(),
    "system-out": set(),
}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name", "classname"},
    "failure": {"message", "type"},
    "error": {"message"},
    "system-out": set(),
}


@pytest.mark.parametrize("fail_on", ["error", "warning", "never"])
def test_junit_cases_fail_where_the_check_does_and_counts_add_up(fail_on: str) -> None:
    review = reviewed(finding(), finding("warning", message=HOSTILE), name=HOSTILE, fail_on=fail_on)
    review = Review("1.0.0", rules(), (*review.files, *reviewed().files), (UnreadableFile(HOSTILE),))
    root = ET.fromstring(junit.render(review))  # noqa: S314 - ours
    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN[element.tag]
        assert set(element.attrib) == ATTRIBUTES[element.tag]
        for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            if key in element.attrib:
                assert int(element.attrib[key]) == len(list(element.iter(tag)))
    assert len(list(root.iter("failure"))) == {"error": 1, "warning": 2, "never": 0}[fail_on]
    assert (root.attrib["tests"], root.attrib["errors"]) == ("4", "1")
    printed = "\n".join(element.text or "" for element in root.iter() if element.tag in {"failure", "system-out"})
    assert "conv: too large\n9 > 8\nhelp: use less" in printed
    assert "]]> {0}" in printed


# Markdown


def test_markdown_begins_with_the_summary_and_names_are_no_markup() -> None:
    review = reviewed(finding("warning"), finding(message=HOSTILE, share=HOSTILE), name=HOSTILE)
    out = markdown.render(review)
    assert out.startswith("### poolcalc: 1 file: 1 error, 1 warning\n\n")
    html = MarkdownIt("gfm-like", {"linkify": False}).enable("table").render(out)
    assert html.count("<tr>") == 3
    assert "<img" not in html
    assert 'href="http://z"' not in html
    assert html.index("error</td>") < html.index("warning</td>")
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert " ".join(unescape(cells[3].replace("<!-- -->", "")).split()) == " ".join(
        HOSTILE.replace("\0", "\ufffd").split()
    )
    assert "@all" not in html
    assert " #1" not in html


def test_markdown_is_bounded_and_says_so() -> None:
    out = markdown.render(reviewed(*[finding(line=line) for line in range(1, 4000)]))
    assert len(out) < 65_536
    assert "3,899 more findings not shown." in out


# All


def test_every_format_shows_every_finding() -> None:
    review = reviewed(finding(), finding("warning", message="relu: alone", line=4, help=None, notes=()))
    for form in (text, json_format, markdown, github, sarif, junit, gitlab):
        out = form.render(review)
        for shown in ("conv: too large", "use less", "relu: alone", "PC100"):
            assert shown in out, form.__name__
        assert out.endswith("\n")
        assert out == form.render(review)


def test_text_keeps_a_files_name_on_one_line() -> None:
    out = text.render(reviewed(finding(), name="a\nb\x1b[2J.yaml"))
    assert " --> a\\nb\\x1b[2J.yaml:3:5\n" in out


# Findings that stand nowhere in their file


def test_what_was_asked_on_the_command_line_has_no_line_in_any_format() -> None:
    review = reviewed(finding(about=""))
    assert text.render(review).startswith(
        "error[PC100]: conv: too large\n--> x.yaml\n = note: 9 > 8\n = help: use less\n"
    )
    ((_, properties, _),) = commands(github.render(review))
    assert properties == {"file": "x.yaml", "title": "PC100 impossible-layer"}
    (entry,) = json.loads(json_format.render(review))["findings"]
    assert (entry["file"], entry["line"], entry["column"], entry["layer"]) == ("x.yaml", None, None, "conv")
    (result,) = json.loads(sarif.render(review))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "x.yaml", "index": 0}}
    assert "| error | x.yaml | PC100" in markdown.render(review)
    assert "x.yaml: error: conv: too large" in junit.render(review)
    (issue,) = json.loads(gitlab.render(review))
    assert issue["location"]["lines"] == {"begin": 1}  # which GitLab cannot do without
