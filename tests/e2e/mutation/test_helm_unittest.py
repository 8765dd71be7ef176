"""`chartgate mutate` with suites of helm-unittest, which the real program runs."""

import os
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from chartgate.findings.foreign_subcharts import own_templates
from chartgate.releases.mutants.chart import mutants_of
from chartgate.releases.mutants.suite_runs import suites_of
from chartgate.releases.mutants.suites import find_suites
from chartgate.releases.probes.chart import with_probes
from chartgate.tools.helm_unittest import find_program, pinned_program
from chartgate.values.chart import read_chart
from tests.documents import blocks
from tests.mutation_runs import CONFIG, DOCUMENT, FILES, SHOP, Mutate, Report, by_change, tried_mutants

OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n  labels:\n    part: none\n"
SUITE = """suite: settings
templates: [config.yaml]
tests:
  - it: has the label
    asserts:
      - equal: {path: metadata.labels.app, value: shop}
"""
OTHER_SUITE = SUITE.replace("config.yaml", "other.yaml").replace("labels.app, value: shop", "labels.part, value: none")
SNAPSHOT = """suite: settings
templates: [config.yaml]
tests:
  - it: is as it was
    asserts:
      - matchSnapshot: {}
"""
QUICK = ("--file", "templates/config.yaml")

MakeChart = Callable[[dict[str, str]], Path]
ReportOf = Callable[..., Report]


@dataclass(frozen=True)
class Program:
    """helm-unittest on PATH, which notes how it is called."""

    log: Path

    def runs(self) -> list[list[str]]:
        """The suites of each run so far."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [[word.rpartition("/")[2] for word in line.split() if word.startswith("--file=")] for line in lines]


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    log = tmp_path / "log"
    path = tmp_path / "bin" / "helm-unittest"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\necho "$@" >> "{log}"\nexec "{pinned_program()}" "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(path.parent), prepend=os.pathsep)
    return Program(log)


@pytest.fixture
def report_of(mutate: Mutate) -> ReportOf:
    """The JSON report about a chart of these files."""

    def run(files: dict[str, str], *options: str) -> Report:
        code, report = mutate({"templates/other.yaml": OTHER, **files}, *QUICK, *options)
        assert code == 0
        return report

    return run


def what(report: Report, change: str) -> str:
    (one,) = (one for one in report["mutants"] if one["change"] == change)
    return str(one["what"])


def test_a_suite_notices_what_the_gate_does_not(report_of: ReportOf) -> None:
    report = report_of({"tests/config_test.yaml": SUITE})
    assert by_change(report)[SHOP] == ("killed", "helm-unittest")
    assert what(report, SHOP).startswith("tests/config_test.yaml: has the label: asserts[0] `equal` fail")
    assert "the suites of helm-unittest are run by" in "".join(report["notices"])
    assert "bin/helm-unittest, which is on PATH" in "".join(report["notices"])
    assert by_change(report_of({}, "--no-unittest"))[SHOP] == ("survived", "")


def test_suites_elsewhere_are_named_by_a_pattern(report_of: ReportOf) -> None:
    files = {"unittests/a/config-test.yaml": SUITE, ".helmignore": "unittests/\n"}
    assert by_change(report_of(files))[SHOP] == ("survived", "")
    (text,) = (block.text for block in blocks(DOCUMENT) if block.run_by == "tests/e2e/mutation/test_helm_unittest.py")
    command, chart, *options = shlex.split(text)[1:]
    assert (command, chart) == ("mutate", "my-chart")
    assert by_change(report_of(files, *options))[SHOP] == ("killed", "helm-unittest")


def test_a_test_that_fails_on_the_unchanged_chart_is_told_and_notices_nothing(report_of: ReportOf) -> None:
    wrong = SUITE.replace("value: shop", "value: another")
    report = report_of({"tests/config_test.yaml": wrong})
    assert by_change(report)[SHOP] == ("survived", "")
    (notice,) = (one for one in report["notices"] if "fails on the unchanged chart" in one)
    assert "notices nothing: tests/config_test.yaml: has the label: " in notice
    both = SUITE + wrong.partition("tests:\n")[2].replace("has the label", "has another label")
    assert by_change(report_of({"tests/config_test.yaml": both}))[SHOP] == ("killed", "helm-unittest")


def test_a_suite_that_does_not_run_is_told(report_of: ReportOf) -> None:
    report = report_of({"tests/broken_test.yaml": "tests: [\n", "tests/config_test.yaml": SUITE})
    assert by_change(report)[SHOP] == ("killed", "helm-unittest")
    (notice,) = (one for one in report["notices"] if "does not run on the unchanged chart" in one)
    assert "tests/broken_test.yaml: " in notice


def test_only_suites_that_reach_the_place_run(report_of: ReportOf, program: Program) -> None:
    suites = {"tests/config_test.yaml": SUITE, "tests/other_test.yaml": OTHER_SUITE}
    # Its condition is false in all its tests.
    files = {"templates/config.yaml": "{{ if ne .Values.host `off` }}" + CONFIG + "{{ end }}"}
    off = SUITE.replace("tests:", "set: {host: 'off'}\ntests:").replace(
        "equal: {path: metadata.labels.app, value: shop}", "hasDocuments: {count: 0}"
    )
    report_of({**files, **suites, "tests/off_test.yaml": off}, "--kind", "changed scalar")
    unchanged, later = program.runs()[:3], program.runs()[3:]
    assert sorted(unchanged) == [["config_test.yaml"], ["off_test.yaml"], ["other_test.yaml"]]
    assert {file for run in later for file in run} == {"config_test.yaml"}


@pytest.mark.parametrize(
    "part",
    ["values: [l.yaml]\nset: {'list[0]': 2}", "release: {upgrade: true}", "chart: {version: 2.0.0}"],
    ids=["a value of a list", "an upgrade", "another version of the chart"],
)
def test_a_suite_that_the_library_cannot_render_reaches_all_of_its_templates(report_of: ReportOf, part: str) -> None:
    template = "{{ if and .Release.IsUpgrade (eq .Chart.Version `2.0.0`) .Values.list }}\na: b\n{{ end }}"
    files = {"templates/config.yaml": CONFIG + template, "values.yaml": "host: a.example\nlist: []\n"}
    suite = {"tests/config_test.yaml": f"{part}\n{SUITE}", "tests/l.yaml": "list: [1, 2]\n"}
    report = report_of({**files, **suite}, "--kind", "removed line")
    assert by_change(report)["removed line: a: b"][0] != "unreached"


def test_a_chart_that_helm_refuses_as_a_whole_has_suites_for_its_templates(report_of: ReportOf) -> None:
    files = {"templates/needs.yaml": "{{ required `a token` .Values.token }}", "tests/config_test.yaml": SUITE}
    assert by_change(report_of(files))[SHOP] == ("killed", "helm-unittest")


def test_snapshots_are_never_written_in_the_chart(report_of: ReportOf, make_chart: MakeChart) -> None:
    chart = make_chart(FILES)
    report = report_of({"tests/config_test.yaml": SNAPSHOT})
    assert by_change(report)[SHOP][0] == "survived", "nobody has a snapshot to compare with"
    assert [path.name for path in (chart / "tests").iterdir()] == ["config_test.yaml"]


def test_a_snapshot_notices_a_mutant(report_of: ReportOf, make_chart: MakeChart) -> None:
    chart = make_chart({**FILES, "tests/config_test.yaml": SNAPSHOT})
    copy = shutil.copytree(chart, chart.parent / "copy")
    find_program().run(copy, ["tests/config_test.yaml"], 60)
    shutil.copytree(copy / "tests", chart / "tests", dirs_exist_ok=True)
    snapshot = chart / "tests" / "__snapshot__" / "config_test.yaml.snap"
    before = snapshot.read_bytes()
    assert by_change(report_of({}))[SHOP] == ("killed", "helm-unittest")
    assert snapshot.read_bytes() == before


def test_a_survivor_names_the_test_that_looks_at_the_template(report_of: ReportOf) -> None:
    other = OTHER_SUITE.replace("templates: [other.yaml]", "templates: ['*.yaml']").replace(
        "asserts:", "template: other.yaml\n    asserts:"
    )
    report = report_of({"tests/a_test.yaml": other, "tests/config_test.yaml": SUITE})
    renamed = "changed scalar: name: settings → name: settings-x"
    assert by_change(report)[renamed] == ("survived", "")
    assert what(report, renamed) == "tests/config_test.yaml: has the label"
    assert what(report_of({}, "--unittest", "tests/a_test.yaml"), renamed) == "case defaults"


@pytest.mark.parametrize("ignored", ["", "tests/\n"], ids=["in the chart", "in .helmignore"])
def test_a_changed_suite_is_tried_on_survivors_and_on_what_it_noticed(
    report_of: ReportOf, monkeypatch: pytest.MonkeyPatch, ignored: str
) -> None:
    files = {".helmignore": ignored, "tests/config_test.yaml": SUITE}
    first = report_of(files)
    tried = tried_mutants(monkeypatch)
    assert report_of(files) == first
    assert tried == []
    report_of({"tests/config_test.yaml": f"# new\n{SUITE}"})
    assert tried == [change for change, (_, by) in by_change(first).items() if by != "gate"]


def test_a_suite_that_takes_too_long_on_a_mutant_alone_notices_it(
    make_chart: MakeChart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chartgate.releases.mutants.costs.PATIENCE", 2.0)
    chart = make_chart({**FILES, "tests/config_test.yaml": SUITE})
    files = read_chart(chart).files
    suites = suites_of(
        find_suites(chart, ["tests/*_test.yaml"]),
        with_probes(files, own_templates(files)),
        read_chart(chart).settings,
        tmp_path,
    )
    mutant = next(one for one in mutants_of(files, ["templates/config.yaml"]) if one.change == SHOP)
    endless = "{{ range until 90000 }}{{ range until 90000 }}{{ if $.a }}{{ end }}{{ end }}{{ end }}"
    suites.seconds["tests/config_test.yaml"] = 0.1
    killed = suites.failed(replace(mutant, new=endless), ["tests/config_test.yaml"])
    assert killed
    assert killed.what == "tests/config_test.yaml: takes more than 4 s"
