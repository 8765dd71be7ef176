"""Every check of the gate finds something to look at in this chart, those included that a chart may do without."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chartgate.findings import checkov, hostile_texts
from chartgate.findings.check import Check
from chartgate.findings.registry import CHECKS
from chartgate.findings.runner import examine
from chartgate.findings.scopes import WholeChart
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case
from chartgate.values.chart import read_chart
from chartgate.values.hostile_cases import hostile_cases


@pytest.fixture(scope="module")
def renders(render: Callable[..., Release], cases: list[Case]) -> list[Rendered]:
    """The defaults and the case with all that can be scraped, each compared with itself."""
    chosen = [case for case in cases if case.name in {"defaults", "ci/monitoring"}]
    made = [(case, render(case=case)) for case in chosen]
    return [Rendered(case, one, {"again": one, "next-version": one, "library": one}) for case, one in made]


def hostile(chart: Path, render: Callable[..., Release], count: int) -> list[Rendered]:
    """The first hostile cases that do not contradict themselves."""
    found: list[Rendered] = []
    for case in hostile_cases(read_chart(chart), 10 * count, 1):
        try:
            harmless = render(case=replace(case, values=case.harmless))
            found.append(Rendered(case, render(case=case), {"harmless-word": harmless}))
        except RenderError as refusal:
            if "invalid together" not in str(refusal):
                raise
        if len(found) == count:
            break
    return found


LOOKING = [
    check
    for check in CHECKS
    if check.key not in {checkov.CHECK.key, hostile_texts.CHECK.key}
    and any(not isinstance(scope, WholeChart) for scope in check.scopes)
]


@pytest.mark.parametrize("check", LOOKING, ids=lambda check: check.key)
def test_a_check_examines_something(check: Check, renders: list[Rendered]) -> None:
    assert sum(verdict.examined for verdict in examine(check, renders)) > 0


def test_the_check_of_hostile_texts_examines_something(chart: Path, render: Callable[..., Release]) -> None:
    assert sum(verdict.examined for verdict in examine(hostile_texts.CHECK, hostile(chart, render, 4))) > 0
