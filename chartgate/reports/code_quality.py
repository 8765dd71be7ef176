"""Code Quality, as GitLab reads it: an entry a defect.

Source: GitLab documentation, Code Quality report format (a subset of Code Climate's).
"""

import json
from pathlib import Path
from typing import Any

from chartgate.findings.baseline import fingerprint_of
from chartgate.findings.finding import Severity
from chartgate.reports.locations import path_from
from chartgate.reports.results import Results

_SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "minor", "note": "info"}


def code_quality_report(results: Results, base: Path) -> bytes:
    """The whole file, errors first. Files are named from folder `base` on when the chart lies in it.

    GitLab takes entries with one fingerprint for one, so that each fingerprint stands once.
    """
    entries: dict[str, dict[str, Any]] = {}
    for defect in results.defects:
        finding, location = defect.finding, results.locations[defect.first]
        fingerprint = fingerprint_of(defect.first)
        entries.setdefault(
            fingerprint,
            {
                "description": finding.sentence,
                "check_name": f"{finding.check}/{finding.rule}",
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[finding.severity],
                "location": {
                    "path": str(path_from(results.chart.folder / location.template, base)),
                    "lines": {"begin": location.line},
                },
            },
        )
    return json.dumps(list(entries.values()), indent=1).encode() + b"\n"
