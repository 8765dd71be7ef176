"""Findings about values that a program made, with the fewest values that still show them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chartgate.findings.check import Check
from chartgate.findings.finding import Finding, OldCheck, Verdict
from chartgate.findings.outcomes import judge
from chartgate.releases.jobs import Outcome
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.case import Case
from chartgate.values.shape import values_text
from chartgate.values.shrinking import shrunk

MOST = 5
"""Distinct defects that are shrunk: each takes hundreds of renders."""

Render = Callable[[Case, Outcome], Outcome]
"""Renders a case as an earlier outcome was rendered."""


@dataclass(frozen=True)
class Reproduction:
    """A finding in the case of this name, and the values that show it."""

    finding: Finding
    case: str
    values: Mapping[str, Any]


def reproductions(
    found: Sequence[tuple[Finding, Outcome]], checks: Mapping[str, Check | OldCheck], render: Render
) -> list[Reproduction]:
    """One for each distinct defect among `found`, the first few of them; `checks` are by key.

    A finding that takes more than one render to see has none.
    """
    distinct: dict[tuple[str, str, str, str], tuple[Finding, Outcome]] = {}
    for finding, outcome in found:
        distinct.setdefault(_kind(finding), (finding, outcome))
    chosen = list(distinct.values())[:MOST]
    return [
        reproduction
        for finding, outcome in chosen
        if (reproduction := _reproduction(finding, outcome, checks.get(finding.check), render))
    ]


def _reproduction(
    finding: Finding, outcome: Outcome, check: Check | OldCheck | None, render: Render
) -> Reproduction | None:
    case = outcome.job.case
    if case.harmless:
        return None  # it says itself which text is at fault, and where

    def shows(values: Mapping[str, Any]) -> bool:
        again = render(replace(case, values=(values_text(values),)), outcome)
        verdicts: Sequence[Verdict] = [judge(again)]
        if check is not None:
            verdicts = check.examine([verdicts[0].rendered]) if again.release is not None else []
        return any(_kind(other) == _kind(finding) for verdict in verdicts for other in verdict.findings)

    values = read_one(case.values[0]) if case.values else {}
    return Reproduction(finding, case.name, shrunk(values, shows)) if shows(values) else None


def _kind(finding: Finding) -> tuple[str, str, str, str]:
    """What stays the same when a defect shows elsewhere, and in other words."""
    return finding.check, finding.rule, finding.object.partition("/")[0], re.sub(r"\[[^]]*\]|\d+", "", finding.where)
