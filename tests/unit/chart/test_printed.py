"""What the chart prints is what was recorded: each change of it is made on purpose."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chartgate.releases.release import Release
from chartgate.tools.chart_files import read_chart_files
from chartgate.values.case import Case
from tests.unit.chart.printed import DEFAULTS, FOLDER, path_of, record_of

REMEDY = (
    "Run `make generate`. Commit what it writes to tests/unit/chart/printed if each changed line is meant to change."
)
RECORDED = [DEFAULTS, *(f"ci/{path.stem}" for path in sorted(FOLDER.glob("*.diff")))]


@pytest.mark.parametrize("name", RECORDED)
def test_the_chart_prints_what_was_recorded(
    name: str, render: Callable[..., Release], cases: Sequence[Case], chart: Path
) -> None:
    case, defaults = (next(one for one in cases if one.name == wanted) for wanted in (name, DEFAULTS))
    record = record_of(name, render(case=case), render(case=defaults), read_chart_files(chart))
    assert record.splitlines() == path_of(name).read_text(encoding="utf-8").splitlines(), REMEDY


def test_each_ci_case_is_recorded(cases: Sequence[Case]) -> None:
    assert {case.name for case in cases if case.name.startswith("ci/")} == {*RECORDED[1:]}, REMEDY
