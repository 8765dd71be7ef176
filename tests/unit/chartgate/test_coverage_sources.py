"""The renders that template coverage counts: cases of the gate and upgrades, pytest's, and helm-unittest's."""

from pathlib import Path

import pytest

from chartgate import coverage
from chartgate.cli import CLEAN, UNUSABLE, main
from chartgate.tools.helm_unittest import PATTERN
from chartgate.tools.reading import Reading
from chartgate.values.chart import read_chart
from chartgate.values.recorded_cases import recorded_cases
from chartgate.values.selection import Choice
from chartgate.values.unittest_cases import unittest_cases
from tests.unit.chartgate.coverage_charts import CONFIG, ONE, QUICK, SWITCH, MakeChart

pytest_plugins = ["pytester"]


def test_templates_of_a_subchart_of_others_do_not_count(make_chart: MakeChart) -> None:
    chart = make_chart(
        {
            "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\ndependencies:\n"
            "  - {name: own, version: 1.0.0}\n"
            "  - {name: foreign, version: 1.0.0, repository: https://charts.example}\n",
            "charts/own/Chart.yaml": "apiVersion: v2\nname: own\nversion: 1.0.0\n",
            "charts/own/templates/config.yaml": CONFIG + '  x: {{ include "foreign.x" . | quote }}\n',
            "charts/foreign/Chart.yaml": "apiVersion: v2\nname: foreign\nversion: 1.0.0\n",
            "charts/foreign/templates/config.yaml": '{{ define "foreign.x" }}{{ .Values.a }}{{ end }}',
        }
    )
    found = coverage.measure(read_chart(chart), ONE)
    assert {point.file: found.hits(point) for point in found.points} == {"charts/own/templates/config.yaml": 2}


def test_cases_that_fill_empty_values_count(make_chart: MakeChart) -> None:
    template = CONFIG + "{{ range .Values.extraLabels }}  x: y\n{{ end }}"
    chart = make_chart({"templates/config.yaml": template, "values.yaml": "extraLabels: {}\n"})
    found = coverage.measure(read_chart(chart), Choice(generated=1))
    assert [point.way for point in found.missed] == []


RECORDING = """
from chartgate.tools.helm import find_helm

def test_off(render):
    assert render({"a": 0}, release="mine").only("ConfigMap")
    assert render("a: 0", release="mine")

def test_on(render):
    assert render(sets=["--set", "a=2"], kube="1.30")

def test_by_an_old_helm(render):
    assert render("a: 0", release="mine", helm=find_helm("3.2.4"))
"""


@pytest.mark.usefixtures("helm")  # so that the gate can render an upgrade
def test_what_pytest_renders_counts_apart(
    pytester: pytest.Pytester, make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = make_chart({"templates/config.yaml": SWITCH, "values.yaml": "a: 1\n"})
    pytester.makepyfile(RECORDING)
    record = pytester.path / "renders.jsonl"
    options = ("--chart", str(chart), "--chartgate-coverage", str(record))
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=3)
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=3)
    recorded = [case.kubernetes for case in recorded_cases(record)]
    assert (len(recorded), recorded.count("1.18")) == (4, 1), "the version that Helm 3.2 assumes"
    capsys.readouterr()
    assert main(["coverage", str(chart), *QUICK, "--also", str(record), "--fail-under", "100"]) == CLEAN
    out = capsys.readouterr().out
    assert "renders: gate 2, pytest 4" in out
    found = coverage.measure(read_chart(chart), ONE, recorded_cases(record))
    source, case = found.first(found.points[2]) or ("", "")
    assert (source, case.rpartition("/")[2]) == ("pytest", "test_what_pytest_renders_counts_apart.py::test_off")


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "there is no such file: record one with pytest --chartgate-coverage FILE"), ("{}\n", "line 1: ")],
)
def test_a_record_that_cannot_be_read_is_named(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, words: str
) -> None:
    record = tmp_path / "record"
    if content:
        record.write_text(content)
    assert main(["coverage", str(make_chart({})), "--also", str(record)]) == UNUSABLE
    assert words in capsys.readouterr().err


def test_a_record_that_cannot_be_written_is_named(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--chartgate-coverage", "absent/record")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("*--chartgate-coverage: cannot write absent/record: No such file or directory")


SUITE = """\
suite: switches
values: [off.yaml]
release: {name: mine}
set: {'list[0]': x}
tests:
  - it: is off
  - it: is on
    set: {a: 2, 'deep\\\\.key.b': [1]}
    capabilities: {majorVersion: 1, minorVersion: 30, apiVersions: [example.com/v1]}
---
suite: without tests
"""


def test_suites_of_helm_unittest_count_apart(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    template = SWITCH.replace(".Values.a", "eq (toString .Values.a) `2`")
    files = {"templates/config.yaml": template, "values.yaml": "a: 1\n", ".helmignore": "tests/\n"}
    chart = make_chart({**files, "tests/switch_test.yaml": SUITE, "tests/off.yaml": "a: 0\n"})
    off, on = unittest_cases(chart, [PATTERN], Reading())
    assert (off.name, off.values, off.release, off.namespace) == (
        "tests/switch_test.yaml: is off",
        ("a: 0\n",),
        "mine",
        "NAMESPACE",
    )
    assert on.sets == ("--set-json", 'list[0]="x"', "--set-json", "a=2", "--set-json", "deep\\\\.key.b=[1]")
    assert (on.kubernetes, on.api_versions) == ("1.30", ("example.com/v1",))
    assert main(["coverage", str(chart), *QUICK, "--fail-under", "100"]) == CLEAN
    assert "renders: gate 2, helm-unittest 2" in capsys.readouterr().out


def test_suites_elsewhere_are_named(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart(
        {"templates/config.yaml": SWITCH, "unittests/more/a.yaml": "tests: [{it: is on, set: {a: 1}}]\n"}
    )
    assert main(["coverage", str(chart), *QUICK, "--unittest", "unittests/**/*.yaml"]) == CLEAN
    assert "helm-unittest 1" in capsys.readouterr().out
    assert main(["coverage", str(chart), *QUICK, "--no-unittest"]) == CLEAN
    assert "helm-unittest" not in capsys.readouterr().out
    assert main(["coverage", str(chart), *QUICK, "--unittest", "../*.yaml"]) == UNUSABLE
    assert "../*.yaml: name suites by a path within the folder of the chart" in capsys.readouterr().err


def test_a_suite_that_cannot_be_read_is_named(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart({"templates/config.yaml": SWITCH, "tests/broken_test.yaml": "a: [\n"})
    assert main(["coverage", str(chart), *QUICK]) == UNUSABLE
    assert "tests/broken_test.yaml: cannot be read as YAML" in capsys.readouterr().err


def test_a_case_that_only_a_program_can_render_is_named(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/config.yaml": SWITCH, "values.yaml": "a: 1\n", ".helmignore": "tests/\n"})
    (chart / "tests").mkdir()
    (chart / "tests/list_test.yaml").write_text("values: [l.yaml]\ntests: [{it: changes an item, set: {'l[0]': 2}}]\n")
    (chart / "tests/l.yaml").write_text("l: [1, 2]\n")
    found = coverage.measure(read_chart(chart), ONE)
    assert found.notices == (
        "not measured, because only a Helm program can render it (--set-json l changes a list that the values have): "
        "tests/list_test.yaml: changes an item",
    )


def test_an_upgrade_of_the_authors_cases_counts(make_chart: MakeChart) -> None:
    piped = '(lookup "v1" "ConfigMap" .Release.Namespace "c").data.x | default "missing"'
    template = f"""{CONFIG}  x: a
  {{{{- if .Release.IsUpgrade }}}}
  upgraded: {{{{ {piped} }}}}
  random: {{{{ randAlphaNum 9 }}}}
  {{{{- end }}}}
"""
    found = coverage.measure(read_chart(make_chart({"templates/config.yaml": template})), ONE)
    assert {point.name: found.first(point) for point in found.points} == {
        "the file: is rendered": ("gate", "defaults"),
        "{{- if .Release.IsUpgrade }}: not empty": ("gate", "upgrade of defaults"),
        "{{- if .Release.IsUpgrade }}: empty": ("gate", "defaults"),
        f"{piped}: the default is used": None,
        f"{piped}: the value is used": ("gate", "upgrade of defaults"),
    }
    assert not found.faults


def test_a_template_that_prints_nothing_does_not_disturb_an_upgrade(make_chart: MakeChart) -> None:
    files = {"templates/a.yaml": "{{ if .Values.a }}a{{ end }}\n", "templates/config.yaml": CONFIG + "  x: y\n"}
    found = coverage.measure(read_chart(make_chart(files)), ONE)
    assert (found.faults, found.renders) == ((), {"gate": 2})
