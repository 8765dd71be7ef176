"""JSON for programs: the whole run. `report.schema.json` beside this module documents every key.

Objects stand once under `objects`, by a digest of their masked content; cases refer to them, so that a thousand cases
stay small. The file is made in pieces, a case or an object each: the whole of a large run is hundreds of megabytes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chartgate.findings.check import Check
from chartgate.findings.finding import Finding
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.reports.files import json_pieces
from chartgate.reports.masking import masked
from chartgate.reports.results import Results

FORMAT = 3


def json_report(results: Results) -> Iterator[bytes]:
    """The pieces of the file, in the shape of `report.schema.json`."""
    findings = list(results.occurrences_by_render)
    number = {finding: index for index, finding in enumerate(findings)}
    objects = _Objects()
    yield from json_pieces(
        _run(results, findings, number),
        {"cases": (_case(results, name, number, objects) for name in results.cases)},
        {"objects": objects.shown()},
    )


def _run(results: Results, findings: Sequence[Finding], number: Mapping[Finding, int]) -> dict[str, Any]:
    """What the report says of the run as a whole."""
    found_at = results.locations
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
    }


def object_key(obj: KubeObject) -> str:
    """The digest under which reports keep an object: of what they show of it, since a secret's own could be guessed."""
    text = json.dumps([masked(obj), obj.namespace, obj.template], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class _Objects:
    """The objects of a run, each once."""

    def __init__(self) -> None:
        self._found: dict[str, KubeObject] = {}
        self._keys: dict[tuple[str, str], str] = {}

    def key(self, obj: KubeObject) -> str:
        """The key of an object, which is shown under it."""
        content = obj.digest, obj.template
        if content not in self._keys:
            self._keys[content] = object_key(obj)
            self._found.setdefault(self._keys[content], obj)
        return self._keys[content]

    def shown(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each object whose key was asked for, under it."""
        for key, obj in self._found.items():
            yield key, {"template": obj.template, "namespace": obj.namespace, "manifest": masked(obj)}


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


def _case(results: Results, name: str, number: Mapping[Finding, int], objects: _Objects) -> dict[str, Any]:
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


def _render(rendered: Rendered, objects: _Objects) -> dict[str, Any]:
    release = rendered.release
    return {
        "helm": release.helm_version,
        "kubernetes": release.kube_version,
        "warnings": list(release.warnings),
        "objects": [objects.key(obj) for obj in release],
    }
