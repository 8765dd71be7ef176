"""SARIF 2.1.0 (OASIS), as code scanning reads it: a rule a check, a result a distinct finding, with template lines."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from chartgate.findings.finding import Finding
from chartgate.reports.declared import Declared, declared
from chartgate.reports.locations import Location, Templates, locations
from chartgate.reports.results import Results, object_of
from chartgate.reports.tools import tool_versions

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
NAMED_CASES = 3


def sarif_report(results: Results, base: Path) -> bytes:
    """The whole file. Files are named from folder `base` on when the chart lies in it, else absolutely.

    A finding that chartgate.yaml accepts is there as well, suppressed with the reason given.
    """
    rules = declared([*results.checks, *(finding.check for finding in results.general)])
    order = {key: index for index, key in enumerate(rules)}
    found_at = locations(results)
    found = [
        _result(results, finding, list(dict.fromkeys(r.case.name for r in renders)), found_at[finding], order, base)
        for finding, renders in results.occurrences_by_render.items()
    ]
    run = {
        "tool": {
            "driver": {
                "name": "chartgate",
                "semanticVersion": tool_versions(results)["chartgate"][0],
                "rules": [_rule(rule) for rule in rules.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": found + _suppressed(results, order, base),
        "properties": {"summary": results.summary, "versions": tool_versions(results)},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1).encode() + b"\n"


def _rule(rule: Declared) -> dict[str, Any]:
    described = {
        "id": rule.key,
        "name": "".join(word.capitalize() for word in rule.key.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        "defaultConfiguration": {"level": "error"},
    }
    if rule.remedy:
        described["help"] = {"text": f"{rule.remedy}. Source: {rule.source}"}
    return described


def _result(
    results: Results, finding: Finding, cases: Sequence[str], location: Location, order: dict[str, int], base: Path
) -> dict[str, Any]:
    where = f" {finding.where}:" if finding.where else ""
    more = f" and {len(cases) - NAMED_CASES} more" if len(cases) > NAMED_CASES else ""
    seen = f" (cases: {', '.join(cases[:NAMED_CASES])}{more})" if cases else ""
    identity = json.dumps([finding.check, finding.rule, finding.object, finding.where, finding.what])
    return {
        # A rule within a check is told by the rest of a hierarchical id (SARIF 2.1.0, 3.27.5).
        "ruleId": f"{finding.check}/{finding.rule}",
        "ruleIndex": order[finding.check],
        "level": "error",
        "message": {"text": f"{finding.object}:{where} {finding.what}: {finding.remedy}{seen}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(results.chart / location.template, base)},
                    "region": {"startLine": location.line},
                },
                "logicalLocations": [{"fullyQualifiedName": f"{finding.object}{where}".rstrip(":"), "kind": "object"}],
            }
        ],
        "partialFingerprints": {"chartgate/v1": hashlib.sha256(identity.encode()).hexdigest()},
        "properties": {"cases": list(cases), "remedy": finding.remedy},
    }


def _suppressed(results: Results, order: dict[str, int], base: Path) -> list[dict[str, Any]]:
    templates = Templates(results.chart)
    entries: dict[tuple[Finding, str], list[str]] = {}
    for acceptance in results.acceptances:
        entries.setdefault((acceptance.finding, acceptance.reason), []).append(acceptance.case)
    suppressed = []
    for (finding, reason), cases in entries.items():
        renders = results.renders[cases[0]]
        rendered = next((each for each in renders if object_of(finding, each)), renders[0])
        result = _result(results, finding, cases, templates.locate(finding, rendered), order, base)
        suppressed.append({**result, "suppressions": [{"kind": "external", "justification": reason}]})
    return suppressed


def _uri(path: Path, base: Path) -> str:
    absolute, root = Path(os.path.abspath(path)), Path(os.path.abspath(base))  # noqa: PTH100 (links stay as they are named)
    if absolute.is_relative_to(root):
        return quote(absolute.relative_to(root).as_posix())
    return absolute.as_uri()
