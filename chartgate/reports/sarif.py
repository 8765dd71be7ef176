"""SARIF 2.1.0 (OASIS), as code scanning reads it: a result for each fingerprint, with template lines."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from chartgate.findings.baseline import fingerprint_of
from chartgate.findings.check import EVERY_CHECK, Check
from chartgate.findings.document import PUBLISHED
from chartgate.findings.finding import Finding
from chartgate.findings.registry import BY_KEY
from chartgate.reports.defects import Defect, by_fingerprint
from chartgate.reports.locations import Location, object_of, path_from
from chartgate.reports.results import Results
from chartgate.tools.some_of import some_of

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
NAMED_CASES = 3
MOST_RESULTS = 25_000
"""What GitHub takes of a run (GitHub documentation, SARIF support for code scanning)."""


def sarif_report(results: Results, base: Path) -> bytes:
    """The whole file. Files are named from folder `base` on when the chart lies in it, else absolutely.

    There are at most MOST_RESULTS results, the gravest first. A finding that chartgate.yaml accepts is there as well,
    suppressed with the reason given. Notices are notifications of the invocation.
    """
    rules = _rules(results)
    order = {rule["id"]: index for index, rule in enumerate(rules)}
    found_at = results.locations
    occurrences = {
        finding: list(dict.fromkeys(rendered.case.name for rendered in renders))
        for finding, renders in results.occurrences_by_render.items()
    }
    gravest = sorted(by_fingerprint(occurrences.items()), key=lambda defect: defect.finding.gravity)
    found = [_result(results, defect, found_at[defect.first], order, base) for defect in gravest[:MOST_RESULTS]]
    suppressed = _suppressed(results, order, base)
    notices = results.told
    left = len(gravest) + len(suppressed) - MOST_RESULTS
    if left > 0:
        notices.append(f"{left} results are left out, because code scanning takes {MOST_RESULTS}: --json has all")
    run = {
        "tool": {
            "driver": {
                "name": "chartgate",
                "semanticVersion": results.versions["chartgate"][0],
                "rules": rules,
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [{"level": "note", "message": {"text": notice}} for notice in notices],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": (found + suppressed)[:MOST_RESULTS],
        "properties": {"summary": results.summary, "leftOut": results.left_out, "versions": results.versions},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1).encode() + b"\n"


def _rules(results: Results) -> list[dict[str, Any]]:
    """A descriptor of each rule that chartgate declares, and of those that another program names in the findings."""
    declared = [(check.key, key) for check in results.declared for key in (*check.rules, *EVERY_CHECK)]
    found = [(one.check, one.rule) for one in (*results.occurrences_by_render, *_accepted(results))]
    return [_rule(results.by_key.get(check), check, key) for check, key in dict.fromkeys([*declared, *found])]


def _accepted(results: Results) -> list[Finding]:
    return [acceptance.finding for acceptance in results.acceptances]


def _rule(check: Check | None, check_key: str, key: str) -> dict[str, Any]:
    rule = check.rule(key) if check else None
    # A rule within a check is told by the rest of a hierarchical id (SARIF 2.1.0, 3.27.5).
    described: dict[str, Any] = {
        "id": f"{check_key}/{key}",
        "name": "".join(word.capitalize() for word in f"{check_key}-{key}".split("-")),
        "shortDescription": {"text": rule.text if rule else check.title if check else key},
        "defaultConfiguration": {"level": check.severity_of(key) if check else "error"},
    }
    if check:
        described["fullDescription"] = {"text": check.why}
        if check.key in BY_KEY:
            described["helpUri"] = f"{PUBLISHED}#{check.key}"
        described["help"] = {"text": f"Source: {check.source}"}
    if check and rule:
        described["help"] = {"text": f"{rule.remedy}. Example of a fault: {rule.example}. Source: {check.source}"}
    return described


def _result(results: Results, defect: Defect, location: Location, order: dict[str, int], base: Path) -> dict[str, Any]:
    finding, cases = defect.finding, defect.cases
    seen = f" (cases: {some_of(cases, NAMED_CASES)})" if cases else ""
    return {
        "ruleId": f"{finding.check}/{finding.rule}",
        "ruleIndex": order[f"{finding.check}/{finding.rule}"],
        "level": finding.severity,
        "message": {"text": f"{finding.sentence}{seen}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(path_from(results.chart.folder / location.template, base))},
                    "region": {"startLine": location.line},
                },
                "logicalLocations": [
                    {"fullyQualifiedName": f"{finding.about} {finding.where}".rstrip(), "kind": "object"}
                ],
            }
        ],
        "partialFingerprints": {"chartgate/v2": fingerprint_of(defect.first)},
        "properties": {"cases": list(cases), "remedy": finding.remedy},
    }


def _suppressed(results: Results, order: dict[str, int], base: Path) -> list[dict[str, Any]]:
    by_reason: dict[str, dict[Finding, list[str]]] = {}
    for one in results.acceptances:
        cases = by_reason.setdefault(one.reason, {}).setdefault(one.finding, [])
        cases += [one.case] if one.case else []
    suppressed = []
    for reason, found in by_reason.items():
        for defect in by_fingerprint(found.items()):
            renders = results.renders.get(defect.cases[0], []) if defect.cases else []
            rendered = next((each for each in renders if object_of(defect.first, each)), None)
            result = _result(results, defect, results.templates.locate(defect.first, rendered), order, base)
            suppressed.append({**result, "suppressions": [{"kind": "external", "justification": reason}]})
    return suppressed


def _uri(path: Path) -> str:
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
