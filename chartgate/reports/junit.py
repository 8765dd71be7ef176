"""JUnit XML: a suite a check, a test case a case; findings about the run itself and notices are a suite of their own.

The form is the one that CI servers share (Jenkins' xunit plugin, junit-10.xsd): it knows tests, failures and skips.
"""

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from chartgate.findings.finding import Finding
from chartgate.reports.locations import Location
from chartgate.reports.results import Cell, Results

# What XML 1.0 cannot hold, not even escaped.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_report(results: Results) -> bytes:
    """The whole file, in UTF-8."""
    found_at = results.locations
    root = ET.Element("testsuites", {"name": "chartgate"})
    for check in results.checks:
        suite = _suite(root, check)
        suite.set("time", f"{results.seconds.get(check, 0):.3f}")
        for case, cells in results.cells.items():
            if check in cells:
                _add(suite, check, case, cells[check], found_at)
    if results.general or results.told:
        suite = _suite(root, "gate")
        for finding in results.general:
            _add(suite, "gate", f"{finding.check}: {finding.about}: {finding.rule}", Cell(1, (finding,)), found_at)
        if results.told:
            ET.SubElement(suite, "system-out").text = xml_text("\n".join(results.told))
    for suite in root:
        suite.set("tests", str(len(suite.findall("testcase"))))
        suite.set("failures", str(sum(test.find("failure") is not None for test in suite)))
        suite.set("errors", "0")
        suite.set("skipped", str(sum(test.find("skipped") is not None for test in suite)))
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _suite(root: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(root, "testsuite", {"name": xml_text(name)})


def _add(suite: ET.Element, check: str, case: str, cell: Cell, found_at: dict[Finding, Location]) -> None:
    test = ET.SubElement(suite, "testcase", {"classname": f"chartgate.{xml_text(check)}", "name": xml_text(case)})
    if cell.outcome == "failed":
        count = len(cell.findings)
        message = f"{count} finding{'' if count == 1 else 's'}"
        failure = ET.SubElement(test, "failure", {"type": check, "message": message})
        failure.text = xml_text("\n".join(_lines(cell.findings, found_at)))
    elif cell.outcome == "empty":
        ET.SubElement(test, "skipped", {"message": "the case has nothing that this check looks at"})


def _lines(findings: Iterable[Finding], found_at: dict[Finding, Location]) -> Iterable[str]:
    for finding in findings:
        location = found_at[finding]
        yield f"{location.template}:{location.line}: {finding.sentence} [{finding.rule}]"


def xml_text(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)
