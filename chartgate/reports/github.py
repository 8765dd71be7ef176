"""Workflow commands, by which GitHub Actions annotates the lines of a pull request: one a defect.

Source: GitHub documentation, Workflow commands for GitHub Actions.
"""

from pathlib import Path

from chartgate.reports.locations import path_from
from chartgate.reports.results import Results

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def github_report(results: Results, base: Path) -> bytes:
    """The commands, the gravest first. GitHub shows ten of each kind for a step, and logs the others."""
    lines = [f"::notice title=chartgate::{_message(notice)}\n" for notice in results.told]
    for defect in results.defects:
        finding, location = defect.finding, results.locations[defect.first]
        properties = {
            "file": str(path_from(results.chart.folder / location.template, base)),
            "line": str(location.line),
            "title": f"{finding.check}/{finding.rule}",
        }
        where = ",".join(f"{key}={_property(text)}" for key, text in properties.items())
        lines.append(f"::{_COMMANDS[finding.severity]} {where}::{_message(finding.sentence)}\n")
    return "".join(lines).encode("utf-8", "replace")


def _message(text: str) -> str:
    """A text that neither ends the command nor begins another one."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
