"""A copy of a chart's folder has what tests need, and nothing that only takes time to copy."""

from pathlib import Path

from chartgate.tools.chart_copy import copied_chart
from tests.unit.chartgate.command_line import MakeChart


def test_a_copy_of_the_chart_is_without_its_repository(make_chart: MakeChart, tmp_path: Path) -> None:
    chart = make_chart({".git/config": "", "tests/data/x": ""})
    copy = copied_chart(chart, tmp_path / "copy")
    assert (copy / "tests/data/x").exists()
    assert not (copy / ".git").exists()
