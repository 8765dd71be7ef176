"""The rules about a chart's own files: Chart.yaml, Chart.lock, charts/ and values files."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.findings.chart_files import CHECK, satisfies
from chartgate.findings.runner import examine_files
from chartgate.values.chart import read_chart

MakeChart = Callable[[dict[str, str]], Path]
HEAD = "apiVersion: v2\nname: tiny\nversion: 1.0.0\n"
DEPENDENCY = "dependencies: [{name: db, version: %s, repository: 'https://example.com'}]\n"


def rules_of(chart: Path) -> list[str]:
    found = [finding.rule for finding in examine_files(CHECK, read_chart(chart))]
    assert set(found) <= CHECK.rules.keys()
    return found


@pytest.mark.parametrize(
    ("metadata", "rules"),
    [
        ("", []),
        ('kubeVersion: ">=1.25.0-0"', []),
        ('kubeVersion: ">= 1.25-0 < 1.40-0 || ^2.0.0-0"', []),
        ('kubeVersion: ">=1.25"', ["kube-version"]),
        ('kubeVersion: "^1.25.0"', ["kube-version"]),
        ('kubeVersion: "1.25.x || >=1.27.0-0"', ["kube-version"]),
        ('kubeVersion: ">=1.25.0-0 <1.40.0"', ["kube-version"]),
        ('appVersion: "1.10"', []),
        ("appVersion: 1.10.1", []),
        ("appVersion: 1.10", ["app-version"]),
        ("type: library", []),
        ("type: aplication", ["field"]),
        ("maintainer: me", ["field"]),
    ],
)
def test_chart_yaml(make_chart: MakeChart, metadata: str, rules: list[str]) -> None:
    assert rules_of(make_chart({"Chart.yaml": f"{HEAD}{metadata}\n"})) == rules


def test_a_field_that_is_missing_is_found(make_chart: MakeChart) -> None:
    assert rules_of(make_chart({"Chart.yaml": "apiVersion: v2\nname: tiny\n"})) == ["field"]


@pytest.mark.parametrize(
    ("asked", "locked", "here", "rules"),
    [
        ("1.x.x", "1.2.0", "1.2.0", []),
        ("2.x.x", "1.0.0", "1.0.0", ["lock", "lock"]),
        ("1.x.x", "1.2.0", "2.0.0", ["lock"]),
        ("1.x.x", None, "1.2.0", []),
        ("1.x.x", None, "2.2.0", ["lock"]),
    ],
)
def test_lock_and_charts_have_what_chart_yaml_asks_for(
    make_chart: MakeChart, asked: str, locked: str | None, here: str, rules: list[str]
) -> None:
    files = {
        "Chart.yaml": HEAD + DEPENDENCY % asked,
        "charts/db/Chart.yaml": f"apiVersion: v2\nname: db\nversion: {here}\n",
    }
    if locked:
        files["Chart.lock"] = DEPENDENCY % locked
    assert rules_of(make_chart(files)) == rules


def test_a_key_that_appears_twice_is_found(make_chart: MakeChart) -> None:
    values = {"values.yaml": "a: 1\nb: {c: 1, c: 2}\n", "ci/x-values.yaml": "a: 1\na: 2\n"}
    files = {**values, "templates/a.yaml": "{{ toYaml .Values }}"}
    assert rules_of(make_chart(files)) == ["repeated-key", "repeated-key"]


@pytest.mark.parametrize("text", ["[", "- a list", "", "\x00", "dependencies: {}", "dependencies: [1, {name: [a]}]"])
def test_no_text_of_a_file_is_a_fault_of_the_gate(make_chart: MakeChart, text: str) -> None:
    for name in ("Chart.yaml", "Chart.lock", "values.yaml", "charts/db/Chart.yaml", "charts/db.tgz"):
        chart = make_chart({"Chart.yaml": HEAD + DEPENDENCY % "1.0.0", name: text})
        with suppress(GateError):  # without a name it is no chart
            list(examine_files(CHECK, read_chart(chart)))


@pytest.mark.parametrize(
    ("version", "constraint", "holds"),
    [
        ("1.2.3", "*", True),
        ("1.2.3", "1.2.3", True),
        ("1.2.4", "1.2.3", False),
        ("1.2.4", "1.2", True),
        ("1.2.4", "~1.2.3", True),
        ("1.3.0", "~1.2.3", False),
        ("1.3.0", "^1.2.3", True),
        ("0.3.0", "^0.2.3", False),
        ("2.0.0", ">=1.0.0 <2.0.0", False),
        ("2.0.0", ">=1.0.0, <3", True),
        ("1.5.0", "1.2.0 - 1.6.0", True),
        ("1.7.0", "1.2.0 - 1.6.0", False),
        ("3.1.0", "^1.0.0 || ^3.0.0", True),
        ("1.2.3-rc.1", "1.2.3-rc.1", True),
        ("whatever", "^1.0.0", True),
    ],
)
def test_versions_and_constraints(version: str, constraint: str, holds: bool) -> None:
    assert satisfies(version, constraint) is holds
