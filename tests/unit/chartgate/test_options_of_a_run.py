"""The options that choose charts, cases, values and versions of a run."""

import json
import shutil
from pathlib import Path

import pytest

from chartgate import cli, gate
from chartgate.commands import check, diff
from chartgate.commands.command import parser_of
from chartgate.findings.registry import CHECKS
from chartgate.values import selection
from tests.unit.chartgate.command_line import (
    CHART,
    VERSIONS,
    MakeChart,
    json_from,
)


def test_versions_are_named_after_one_option_or_several(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = str(make_chart(CHART))
    for options in (["--helm", "3.2.4", "embedded"], ["--helm", "3.2.4", "--helm", "embedded"]):
        assert cli.main([chart, "--offered", "--kube", "1.37", *options]) == cli.FINDINGS
        assert "renders 4 (Helm 3.2.4, embedded 4.2.3; Kubernetes 1.37)" in capsys.readouterr().out


def test_values_of_the_command_line_are_the_only_case(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "CHECKS", CHECKS[:1])
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("a: first\nb: kept\n")
    second.write_text("a: second\n")
    given = ["-f", str(first), "--values", str(second), "--set", "c=set"]
    assert cli.main([str(make_chart(CHART)), *VERSIONS, *given, "--json", "-"]) == cli.CLEAN
    report = json_from(capsys.readouterr().out)
    (case,) = report["cases"]
    assert (case["name"], case["origin"]) == ("options", "options")
    assert (case["values"], case["sets"]) == (["a: first\nb: kept\n", "a: second\n"], ["--set", "c=set"])
    assert report["leftOut"].endswith("only the values of this command (--values, --set)")
    configs = [o["manifest"]["data"] for o in report["objects"].values() if o["manifest"]["kind"] == "ConfigMap"]
    assert configs == [{"a": "second"}]


@pytest.mark.parametrize(
    ("option", "text", "told"),
    [
        ("-f", None, "there is no such file: name a values file"),
        ("-f", "- a\n", "holds a list"),
        ("-f", "a: [", "cannot be read as YAML"),
        ("--baseline", None, "there is no such file: write it first with --write-baseline"),
        ("--baseline", "[]", "is not a baseline: Expected"),
    ],
)
def test_a_file_of_an_option_that_cannot_be_used_is_reported(
    option: str, text: str | None, told: str, make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.yaml"
    if text is not None:
        path.write_text(text)
    assert cli.main([str(make_chart(CHART)), option, str(path)]) == cli.UNUSABLE
    error = capsys.readouterr().err
    assert "own.yaml: " in error
    assert told in error


def test_a_set_without_a_value_is_reported(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.main([str(make_chart(CHART)), "--set", "a"])
    assert exit_.value.code == cli.UNUSABLE
    assert '"a" is not KEY=VALUE' in capsys.readouterr().err


def test_several_charts_have_a_table_and_a_report_each(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = make_chart(CHART)
    second = tmp_path / "second"
    shutil.copytree(first, second)
    (second / "Chart.yaml").write_text("apiVersion: v2\nname: second\nversion: 1.0.0\n")
    options = [*VERSIONS, "--offered", "--select", "render"]
    reports = ["--json", str(tmp_path / "{chart}.json")]
    assert cli.main([str(first), str(second), *options, *reports]) == cli.CLEAN
    assert capsys.readouterr().out.count("no findings: cases 2") == 2
    assert {json.loads((tmp_path / f"{name}.json").read_bytes())["chart"] for name in ("tiny", "second")} == {
        "tiny",
        "second",
    }
    assert cli.main([str(tmp_path), str(second), *options]) == cli.UNUSABLE
    captured = capsys.readouterr()
    assert "is not a chart" in captured.err
    assert "no findings: cases 2" in captured.out
    assert cli.main([str(first), str(second), "--json", "one.json"]) == cli.UNUSABLE
    assert "one.json: several charts need a report each: write {chart}" in capsys.readouterr().err


MAKERS = {
    "matrix/": "covering_cases",
    "schema/accepted-": "accepted_stream",
    "schema/refused-": "refused_cases",
    "schema/hostile-": "hostile_cases",
}


@pytest.mark.parametrize(
    ("pattern", "made"),
    [
        ("defaults", set()),
        ("ci/*", set()),
        ("matrix/0001", {"matrix/"}),
        ("schema/accepted-0001", {"schema/accepted-"}),
        ("schema/[ah]*", {"schema/accepted-", "schema/refused-", "schema/hostile-"}),
        ("*", set(MAKERS)),
    ],
)
def test_cases_that_cannot_match_are_not_made(
    pattern: str, made: set[str], make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    for start, maker in MAKERS.items():
        if start not in made:
            monkeypatch.setattr(selection, maker, None)
    schema = '{"type": "object", "properties": {"a": {"type": "string", "maxLength": 9}}}'
    chart = str(make_chart({**CHART, "values.schema.json": schema}))
    options = ["--case", pattern, "--generated", "10", "--select", "render", "--fail-on", "never"]
    assert cli.main([chart, *VERSIONS, *options]) == cli.CLEAN


@pytest.mark.parametrize(
    ("order", "helm", "kube", "select"),
    [
        ("--kube 1.37 CHART", [], ["1.37"], []),
        ("--kube 1.36 1.37 CHART --helm embedded", ["embedded"], ["1.36", "1.37"], []),
        ("--kube 1.36 --kube 1.37 CHART --select render", [], ["1.36", "1.37"], ["render"]),
        ("--helm embedded --select render labels CHART", ["embedded"], [], ["render", "labels"]),
        ("--select render -- CHART", [], [], ["render"]),
        ("CHART --select render", [], [], ["render"]),
    ],
)
def test_a_chart_may_stand_after_an_option_of_several_words(
    order: str, helm: list[str], kube: list[str], select: list[str], make_chart: MakeChart
) -> None:
    chart = make_chart(CHART)
    parser = parser_of(check.COMMAND)
    options = parser.parse([str(chart) if word == "CHART" else word for word in order.split()])
    assert options.chart == [chart]
    assert (options.helm, options.kube, options.select) == (helm, kube, select)


def test_the_charts_of_a_diff_keep_their_order(make_chart: MakeChart, tmp_path: Path) -> None:
    first = make_chart(CHART)
    second = shutil.copytree(first, tmp_path / "second")
    for order in (["--kube", "1.37", first, second], [first, "--kube", "1.37", second]):
        options = parser_of(diff.COMMAND).parse(list(map(str, order)))
        assert (options.chart_a, options.chart_b, options.kube) == (first, second, ["1.37"])


def test_a_chart_that_an_option_takes_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.main(["--kube", "1.30", "./no-chart"])
    assert exit_.value.code == cli.UNUSABLE
    error = capsys.readouterr().err
    assert "CHART: name it first, or after --, because --helm, --kube, --select, --ignore take all words" in error
