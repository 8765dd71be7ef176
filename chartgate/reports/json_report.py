"""JSON for programs: the whole run. `report.schema.json` beside this module documents every key.

Objects stand once under `objects`, by a digest of their masked content; cases refer to them, so that a thousand cases
stay small.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from chartgate.findings.check import Check
from chartgate.findings.finding import Finding
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.reports.files import json_file
from chartgate.reports.masking import masked
from chartgate.reports.results import Results

FORMAT = 3


def json_report(results: Results) -> bytes:
    """The whole file."""
    return json_file(report_data(results))


def report_data(results: Results) -> dict[str, Any]:
    """The report as plain data, in the shape of `report.schema.json`."""
    found_at = results.locations
    findings = list(results.occurrences_by_render)
    number = {finding: index for index, finding in enumerate(findings)}
    objects: dict[str, dict[str, Any]] = {}
    return {
        "format": FORMAT,
        "chart": results.chart.folder.name,
        "summary": results.summary,
        "leftOut": results.left_out,
        "versions": results.versions,
        "seconds": {phase: round(seconds, 3) for phase, seconds in results.seconds.items()},
        "coverage": [{**asdict(proof), "holds": proof.holds} for proof in results.coverage],
        "checks": [_check(results.by_key[key]) for key in results.checks],
        "findings": [_finding(finding, found_at[finding].template, found_at[finding].line) for finding in findings],
        "reproductions": [
            {"finding": number[one.finding], "case": one.case, "values": results.shown_reproduction(one)}
            for one in results.reproductions
        ],
        "notices": list(results.notices),
        "general": [number[finding] for finding in results.general],
        "cases": [_case(results, name, number, objects) for name in results.cases],
        "objects": objects,
    }


def object_key(obj: KubeObject) -> str:
    """The digest under which reports keep an object: of what they show of it, since a secret's own could be guessed."""
    text = json.dumps([masked(obj), obj.namespace, obj.template], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _check(check: Check) -> dict[str, Any]:
    rules = [{"key": name, **asdict(rule), "severity": check.severity_of(name)} for name, rule in check.rules.items()]
    return {"key": check.key, "title": check.title, "why": check.why, "source": check.source, "rules": rules}


def _finding(finding: Finding, template: str, line: int) -> dict[str, Any]:
    return {
        "check": finding.check,
        "rule": finding.rule,
        "also": list(finding.also),
        "object": str(finding.about),
        "where": finding.where,
        "what": finding.what,
        "remedy": finding.remedy,
        "target": str(finding.target or ""),
        "group": finding.about.group,
        "namespace": finding.about.namespace,
        "severity": finding.severity,
        "template": template,
        "line": line,
    }


def _case(
    results: Results, name: str, number: Mapping[Finding, int], objects: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    case, renders = results.cases[name], results.renders[name]
    return {
        "name": name,
        "origin": case.origin,
        "proves": case.proves,
        "refusal": case.refusal,
        "release": case.release,
        "namespace": case.namespace,
        "values": results.shown_values(name),
        "sets": results.shown_sets(name),
        "verdicts": {
            check: {
                "outcome": cell.outcome,
                "examined": cell.examined,
                "findings": [number[finding] for finding in cell.findings],
            }
            for check, cell in results.cells[name].items()
        },
        "accepted": [
            {
                "check": acceptance.finding.check,
                "rule": acceptance.finding.rule,
                "object": str(acceptance.finding.about),
                "where": acceptance.finding.where,
                "reason": acceptance.reason,
            }
            for acceptance in results.acceptances_of(name)
        ],
        "renders": [_render(rendered, objects) for rendered in renders],
    }


def _render(rendered: Rendered, objects: dict[str, dict[str, Any]]) -> dict[str, Any]:
    release = rendered.release
    return {
        "helm": release.helm_version,
        "kubernetes": release.kube_version,
        "warnings": list(release.warnings),
        "objects": list(_keep(release, objects)),
    }


def _keep(release: Iterable[KubeObject], objects: dict[str, dict[str, Any]]) -> Iterable[str]:
    for obj in release:
        key = object_key(obj)
        if key not in objects:
            objects[key] = {"template": obj.template, "namespace": obj.namespace, "manifest": masked(obj)}
        yield key
