"""Code Quality, as GitLab reads it: an entry a distinct finding.

Source: GitLab documentation, Code Quality report format (a subset of Code Climate's).
"""

import json
from pathlib import Path

from chartgate.findings.finding import Severity
from chartgate.reports.fingerprint import fingerprint_of
from chartgate.reports.locations import path_from
from chartgate.reports.results import Results

_SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "minor", "note": "info"}


def code_quality_report(results: Results, base: Path) -> bytes:
    """The whole file, the gravest findings first. Files are named from folder `base` on when the chart lies in it."""
    entries = [
        {
            "description": finding.sentence,
            "check_name": f"{finding.check}/{finding.rule}",
            "fingerprint": fingerprint_of(finding),
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": str(path_from(results.chart.folder / results.locations[finding].template, base)),
                "lines": {"begin": results.locations[finding].line},
            },
        }
        for finding in sorted(results.occurrences, key=lambda one: one.gravity)
    ]
    return json.dumps(entries, indent=1).encode() + b"\n"
