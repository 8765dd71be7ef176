"""Findings about values that a program made, with the fewest values that still show them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from chartgate.findings.check import Check
from chartgate.findings.finding import Column, Finding
from chartgate.findings.runner import examine
from chartgate.findings.scopes import EachComparison
from chartgate.releases.comparisons import LIBRARY
from chartgate.releases.rendered import Rendered
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.case import MADE, Case
from chartgate.values.minimal_values import minimal
from chartgate.values.shape import values_text

MOST = 5
"""The number of defects whose values are made minimal: each takes tens of renders."""


class Render(Protocol):
    """Renders a case as an earlier one was rendered; `by_program` is False where Helm's library alone will do."""

    def __call__(self, case: Case, like: Rendered, *, by_program: bool) -> Rendered:
        """The case, rendered."""


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
    made: list[Reproduction] = []
    for finding, first in chosen:
        earlier = [one.values for one in made if (one.finding.check, one.finding.rule) == (finding.check, finding.rule)]
        made += _reproduction(finding, first, by_key[finding.check], render, earlier)
    return made


def _reproduction(
    finding: Finding, first: Rendered, check: Check, render: Render, earlier: Iterable[Mapping[str, Any]]
) -> Iterator[Reproduction]:
    """At most one. `earlier` are minimal values of findings like this one, which are tried first."""
    case = first.case
    if case.harmless:
        return  # it says itself which text is at fault, and where
    # A program takes long, and hardly ever prints anything else than the library: what shows a difference needs both.
    differs = any(isinstance(scope, EachComparison) and scope.comparison is LIBRARY for scope in check.scopes)

    def shows(values: Mapping[str, Any], *, by_program: bool = differs) -> bool:
        again = render(replace(case, values=(values_text(values),)), first, by_program=by_program)
        found = (other for verdict in examine(check, [again]) for other in verdict.findings)
        # Other words are another defect: what is printed must show what is said above it.
        return any(_words(other) == _words(finding) for other in found)

    values = read_one(case.values[0]) if case.values else {}
    if not isinstance(values, dict):
        return
    fewest = next(filter(shows, earlier), None)
    if fewest is None and shows(values):
        fewest = minimal(values, shows)
    elif fewest is None and shows(values, by_program=True):
        fewest = minimal(values, partial(shows, by_program=True))
    # What the defaults show is told of the defaults.
    if fewest:
        yield Reproduction(finding, case.name, fewest)


def _words(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.where, finding.what


def _kind(finding: Finding) -> tuple[str, str, str, str]:
    """What stays the same when a defect shows elsewhere, and in other words."""
    return finding.check, finding.rule, finding.about.kind, re.sub(r"\[[^]]*\]|\d+", "", finding.where)
