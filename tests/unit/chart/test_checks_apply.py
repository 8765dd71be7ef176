"""Every check of the gate finds something to look at in this chart, those included that a chart may do without."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chartgate.findings import checkov
from chartgate.findings.check import Check
from chartgate.findings.finding import OldCheck
from chartgate.findings.registry import CHECKS
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case
from chartgate.values.chart import read_chart
from chartgate.values.hostile import hostile_cases


@pytest.fixture(scope="module")
def renders(render: Callable[..., Release], cases: list[Case], chart: Path) -> list[Rendered]:
    """The defaults and the case with all that can be scraped, each once more as its own variants; hostile texts."""
    chosen = [case for case in cases if case.name in {"defaults", "ci/monitoring"}]
    made = [(case, render(case=case)) for case in chosen]
    variants = [{"again": release, "next-version": release} for _, release in made]
    plain = [Rendered(case, made[n][1], variants[n], embedded=made[n][1]) for n, case in enumerate(chosen)]
    return [*plain, *hostile(chart, render, 4)]


def hostile(chart: Path, render: Callable[..., Release], count: int) -> list[Rendered]:
    """The first hostile cases that do not contradict themselves."""
    found: list[Rendered] = []
    for case in hostile_cases(read_chart(chart), 10 * count, 1):
        try:
            harmless = render(case=replace(case, values=case.harmless))
            found.append(Rendered(case, render(case=case), harmless=harmless))
        except RenderError as refusal:
            if "invalid together" not in str(refusal):
                raise
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize("check", [c for c in CHECKS if c is not checkov.CHECK], ids=lambda check: check.key)
def test_a_check_examines_something(check: Check | OldCheck, renders: list[Rendered]) -> None:
    assert sum(verdict.examined for verdict in check.examine(renders)) > 0
