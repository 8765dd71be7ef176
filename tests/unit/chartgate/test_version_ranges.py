"""Ranges of versions are judged as Helm judges them: each answer is compared with Helm's own library."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from helm_python import Chart, HelmError

from chartgate.tools.version_ranges import in_range

MakeChart = Callable[[dict[str, str]], Path]

# fmt: off
RANGES = [
    ">=1.25.0-0", ">=1.25", ">1.25", "<1.25", "<=1.25", "1.25", "=1.25", "1.25.x", "*", "x", "!=1.25",
    "!=1.25.3", "!=1.25.x", "~1.25", "~1.25.3", "~1", "~0.0", "^1.25", "^0.3", "^0.0.3", "^0", "^0.0", "^1",
    "^0.0.0", ">=1.19-0 <1.22-0", ">=1.19.0-0, <1.30.0-0", "1.19 - 1.25", "1.19.0-0 - 1.25.0-0",
    "=> 1.21.0-0", "=<1.30", "~> 1.25.1", "> 1.25.x", "<1.25.x", "^1.x", "~1.x", "1.x.x", ">=v1.25.0-0",
    "<1.25-0", ">= 1.25.0 < 1.30.0", "", "abc", ">=1.25.0-alpha.2", "^1.25.0-0", "~1.25-0", "<=1.25.0-0",
    "=1.25.0-0", "~*", "^*", ">*", "<*", ">=*", "!=*", "1", ">1", "<=1", ">=1.30.1-eks-1", "1.25.0 - 1.30",
    "1.19||>=1.30", ">=1.25.0-0 || <1.20",
]
VERSIONS = [
    "v1.25.0", "1.25.3", "1.24.9", "v1.30.1-eks-1a2b3c", "1.30.1-gke.12", "v1.30.1+k3s1", "1.25.0-alpha.3",
    "1.25.0-0", "1.19.0", "1.18.2", "2.0.0", "0.3.4", "0.0.3", "0.0.4", "0.4.0", "1.22.0-0", "1.31.0",
    "1.0.0", "0.0.0", "1.25.4-0", "1.30.0", "1.30.4",
]
# fmt: on


def ours(version: str, wanted: str) -> str:
    try:
        return json.dumps(in_range(version, wanted))
    except ValueError:
        return "error"


@pytest.mark.parametrize("wanted", RANGES)
def test_a_range_has_the_versions_that_helm_says(make_chart: MakeChart, wanted: str) -> None:
    answers = {}
    folder = make_chart({"templates/answer": "{{ semverCompare .Values.wanted .Values.version }}"})
    with Chart.load(folder) as chart:
        for version in VERSIONS:
            try:
                answers[version] = chart.render({"wanted": wanted, "version": version})["tiny/templates/answer"]
            except HelmError:
                answers[version] = "error"
    assert {version: ours(version, wanted) for version in VERSIONS} == answers
