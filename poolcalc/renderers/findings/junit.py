"""Findings as JUnit's XML, which every CI system shows: one suite for each file, one case for each finding."""

import re
from xml.etree import ElementTree as ET

from poolcalc.finding import Finding
from poolcalc.review.files import Checked, Review

_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold, escaped or not."""


def render(review: Review) -> str:
    """Return all suites. A case fails where its finding makes the check fail; other findings are printed by theirs."""
    root = ET.Element("testsuites", name="poolcalc")
    for file in review.files:
        _suite(root, file)
    if review.unreadable:
        suite = ET.SubElement(root, "testsuite", name="unreadable files")
        for error in review.unreadable:
            case = ET.SubElement(suite, "testcase", classname="poolcalc", name=_clean(error.message))
            ET.SubElement(case, "error", message=_clean(error.message))
        _count(suite)
    _count(root)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _suite(root: ET.Element, file: Checked) -> None:
    name = _clean(file.source.name)
    suite = ET.SubElement(root, "testsuite", name=name)
    for finding in file.findings:
        about = f"{finding.rule.code} {finding.rule.name}"
        case = ET.SubElement(suite, "testcase", classname=name, name=_clean(f"{about}: {finding.message}"))
        text = _clean(_text(file, finding))
        if file.policy.fails(finding):
            ET.SubElement(case, "failure", message=_clean(finding.message), type=about).text = text
        else:
            ET.SubElement(case, "system-out").text = text
    if not file.findings:
        ET.SubElement(suite, "testcase", classname=name, name="no findings")
    _count(suite)


def _text(file: Checked, finding: Finding) -> str:
    where = file.spot(finding)
    remedy = [f"help: {finding.help}"] if finding.help else []
    return "\n".join([f"{where}: {finding.rule.severity}: {finding.message}", *finding.notes, *remedy])


def _count(element: ET.Element) -> None:
    for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        element.set(key, str(len(list(element.iter(tag)))))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
