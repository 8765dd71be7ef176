"""Findings about values that a program made, with the fewest values that still show them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chartgate.findings.check import Check
from chartgate.findings.finding import Column, Finding
from chartgate.findings.runner import examine
from chartgate.releases.rendered import Rendered
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.case import MADE, Case
from chartgate.values.minimal_values import minimal
from chartgate.values.shape import values_text

MOST = 5
"""The number of defects whose values are made minimal: each takes tens of renders."""

Render = Callable[[Case, Rendered], Rendered]
"""Renders a case as an earlier one was rendered."""


@dataclass(frozen=True)
class Reproduction:
    """A finding in the case of this name, and the values that show it."""

    finding: Finding
    case: str
    values: Mapping[str, Any]


def reproductions(columns: Sequence[Column], checks: Sequence[Check], render: Render) -> list[Reproduction]:
    """One for each distinct defect in cases that a program made, at most MOST.

    There is none for a finding that one render alone does not show.
    """
    distinct: dict[tuple[str, str, str, str], tuple[Finding, Rendered]] = {}
    for _, verdicts in columns:
        for verdict in verdicts:
            if verdict.rendered.case.origin in MADE:
                for finding in verdict.findings:
                    distinct.setdefault(_kind(finding), (finding, verdict.rendered))
    chosen = list(distinct.values())[:MOST]
    by_key = {check.key: check for check in checks}
    return [
        reproduction
        for finding, first in chosen
        if (reproduction := _reproduction(finding, first, by_key[finding.check], render))
    ]


def _reproduction(finding: Finding, first: Rendered, check: Check, render: Render) -> Reproduction | None:
    case = first.case
    if case.harmless:
        return None  # it says itself which text is at fault, and where

    def shows(values: Mapping[str, Any]) -> bool:
        again = render(replace(case, values=(values_text(values),)), first)
        found = (other for verdict in examine(check, [again]) for other in verdict.findings)
        # Other words are another defect: what is printed must show what is said above it.
        return any(_words(other) == _words(finding) for other in found)

    values = read_one(case.values[0]) if case.values else {}
    if not isinstance(values, dict) or not shows(values):
        return None
    fewest = minimal(values, shows)
    # What the defaults show is told of the defaults.
    return Reproduction(finding, case.name, fewest) if fewest else None


def _words(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.where, finding.what


def _kind(finding: Finding) -> tuple[str, str, str, str]:
    """What stays the same when a defect shows elsewhere, and in other words."""
    return finding.check, finding.rule, finding.about.kind, re.sub(r"\[[^]]*\]|\d+", "", finding.where)
