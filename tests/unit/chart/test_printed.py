"""What the chart prints is what was recorded: each change of it is made on purpose."""

from collections.abc import Callable

import pytest

from chartgate.releases.release import Release
from chartgate.tools.chart_files import ChartFiles
from chartgate.values.settings import Settings
from tests.unit.chart.offered import CHART
from tests.unit.chart.printed import FOLDER, Texts, files_of, record_of, records_of, texts_of_cases

REMEDY = "Run `make generate`. If each changed line in tests/unit/chart/printed is meant to change, commit the files."
RECORDS = records_of(CHART)


@pytest.fixture(scope="module")
def texts(render: Callable[..., Release], chart_files: ChartFiles, settings: Settings) -> Texts:
    """What the chart prints in a case."""
    return texts_of_cases(chart_files, lambda case: render(case=case), settings)


@pytest.mark.parametrize("record", RECORDS)
def test_the_chart_prints_what_was_recorded(record: str, texts: Texts) -> None:
    said = record_of(record, RECORDS[record], RECORDS["defaults.yaml"][0], texts)
    assert said.splitlines() == (FOLDER / record).read_text(encoding="utf-8").splitlines(), REMEDY


def test_each_record_has_its_cases() -> None:
    assert {path.relative_to(FOLDER).as_posix() for path in files_of(FOLDER)} == {*RECORDS}, REMEDY
