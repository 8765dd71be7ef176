"""The findings of `chartgate live`, as text for people and as JSON for programs."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape

from chartgate.findings.acceptance import Judged
from chartgate.findings.finding import Finding
from chartgate.releases.live_effects import Effect
from chartgate.reports.files import json_file
from chartgate.values.shape import Place, dotted

FORMAT = 1


def print_live(effects: Mapping[Place, Effect | None], judged: Judged, seconds: float, console: Console) -> None:
    """Write the findings to `console`, then the numbers."""
    found = findings_of(judged)
    for finding in found:
        rule = finding.rule if finding.severity == "error" else f"{finding.rule}, {finding.severity}"
        console.print(escape(f"{finding.sentence} [{rule}]"), soft_wrap=True)
    refused = sum(effect is not None and bool(effect.refusal) for effect in effects.values())
    unread = sum(effect is None for effect in effects.values())
    grave = sum(finding.severity != "note" for finding in found)
    colour, outcome = ("red", f"{grave} finding{'s' * (grave != 1)}") if grave else ("green", "no findings")
    numbers = (
        f"values: {len(effects)}; change an object: {len(effects) - refused - unread}; change what the chart refuses: "
        f"{refused}; no effect: {unread}; accepted: {len(judged.acceptances)}; {seconds:.1f} s"
    )
    console.print(f"[{colour}]{outcome}[/{colour}]; {escape(numbers)}", soft_wrap=True)


def live_data(chart: str, effects: Mapping[Place, Effect | None], judged: Judged) -> bytes:
    """The JSON file: a value an entry, with what shows that it is read."""
    data = {
        "format": FORMAT,
        "chart": chart,
        "values": [
            {"path": dotted(place.path), "read": effect is not None, **(asdict(effect) if effect else {})}
            for place, effect in effects.items()
        ],
        "findings": list(map(_finding, findings_of(judged))),
        "accepted": [{**_finding(one.finding), "reason": one.reason} for one in judged.acceptances],
    }
    return json_file(data)


def findings_of(judged: Judged) -> list[Finding]:
    """All findings, errors first."""
    found: Iterable[Finding] = (*judged.general, *judged.unused)
    return sorted(found, key=lambda finding: finding.gravity)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "rule": finding.rule,
        "severity": finding.severity,
        "value": str(finding.about),
        "where": finding.where,
        "what": finding.what,
        "remedy": finding.remedy,
    }
