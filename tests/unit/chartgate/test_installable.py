"""A chart that no values can make Helm render is refused at once, with what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.tools.chart_files import read_chart_files
from chartgate.values.chart import read_chart
from chartgate.values.installable import require_installable
from chartgate.values.selection import Choice, select

MakeChart = Callable[[dict[str, str]], Path]

CHART = "apiVersion: v2\nname: tiny\nversion: 1.0.0\n"
PARENT = f"{CHART}dependencies: [{{name: my-kid, version: 1.0.0, repository: ''}}]\n"


def test_a_library_chart_is_none(make_chart: MakeChart) -> None:
    chart = make_chart({"Chart.yaml": f"{CHART}type: library\n"})
    with pytest.raises(GateError, match=r"is a library chart.*: name a chart that uses it"):
        select(read_chart(chart), Choice())


@pytest.mark.parametrize(
    "files",
    [
        {"Chart.yaml": PARENT},
        {"requirements.yaml": "dependencies: [{name: my-kid, version: 1.0.0, repository: ''}]\n"},
        {"Chart.yaml": PARENT, "charts/my-kid/Chart.yaml": CHART},
        {"Chart.yaml": PARENT, "charts/kid-1.0.0.tgz": ""},
    ],
)
def test_a_chart_without_its_subcharts_is_none(make_chart: MakeChart, files: dict[str, str]) -> None:
    with pytest.raises(GateError, match=r"/charts has no my-kid, .*: run helm dependency build"):
        require_installable(read_chart_files(make_chart(files)))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"Chart.yaml": "a: ["},
        {"Chart.yaml": PARENT, "charts/any/Chart.yaml": CHART.replace("tiny", "my-kid")},
        {"Chart.yaml": PARENT, "charts/my-kid-1.0.0-rc-1.tgz": ""},
    ],
)
def test_others_are_helms_business(make_chart: MakeChart, files: dict[str, str]) -> None:
    require_installable(read_chart_files(make_chart(files)))
