"""A chart whose subcharts are missing is refused at once, unless they are off by default."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.tools.chart_files import read_chart_files
from chartgate.values.chart import read_chart
from chartgate.values.installable import Installable, installable

MakeChart = Callable[[dict[str, str]], Path]

CHART = "apiVersion: v2\nname: tiny\nversion: 1.0.0\n"
PARENT = f"{CHART}dependencies: [{{name: my-kid, version: 1.0.0, repository: ''}}]\n"


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
        read_chart(make_chart(files))


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
    files_read = read_chart_files(make_chart(files))
    assert installable(files_read, dict) == Installable(files_read)


OFF = "dependencies: [{name: kid, version: 1.0.0, condition: 'other.active, kid.enabled', tags: [back]}]\n"


@pytest.mark.parametrize(
    ("values", "on"),
    [
        ("kid: {enabled: false}\n", False),
        ("kid: {enabled: true}\n", True),
        ("other: {active: true}\nkid: {enabled: false}\n", True),
        ("tags: {back: false}\n", False),
        ("tags: {back: false}\nkid: {enabled: true}\n", True),
        ("tags: {}\n", True),
        ("", True),
    ],
)
def test_a_missing_subchart_is_left_out_where_it_is_off_by_default(
    make_chart: MakeChart, values: str, *, on: bool
) -> None:
    chart = make_chart({"Chart.yaml": CHART + OFF, "values.yaml": values})
    if on:
        with pytest.raises(GateError, match="has no kid, which the chart depends on"):
            read_chart(chart)
        return
    found = read_chart(chart)
    assert found.files.mapping("Chart.yaml")["dependencies"] == []
    assert found.absent_switches == {"other.active", "kid.enabled"}
    assert [text.startswith("the subchart kid, which is off by default") for text in found.left_out] == [True]
