"""A team adopts the gate for a chart that has findings: severities, chosen rules, a baseline, exceptions."""

import json
from pathlib import Path

import pytest

from chartgate import cli
from tests.unit.chartgate.command_line import (
    CHART,
    TWO_SEVERITIES,
    VERSIONS,
    MakeChart,
    found_rules,
    json_from,
    notices_of,
)


@pytest.mark.parametrize(
    ("options", "rules", "code"),
    [
        ([], {("labels/missing", "warning"), ("schema/invalid", "error")}, cli.FINDINGS),
        (["--select", "labels", "schema"], {("labels/missing", "warning"), ("schema/invalid", "error")}, cli.FINDINGS),
        (["--select", "labels/miss*"], {("labels/missing", "warning")}, cli.FINDINGS),
        (["--select", "labels", "--fail-on", "error"], {("labels/missing", "warning")}, cli.CLEAN),
        (["--ignore", "labels/missing"], {("schema/invalid", "error")}, cli.FINDINGS),
        (["--ignore", "schema", "--fail-on", "error"], {("labels/missing", "warning")}, cli.CLEAN),
        (["--fail-on", "never"], {("labels/missing", "warning"), ("schema/invalid", "error")}, cli.CLEAN),
        (["--ignore", "labels", "--ignore", "schema", "checkov"], set(), cli.CLEAN),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
@pytest.mark.usefixtures("without_checkov")
def test_rules_are_chosen_and_the_most_severe_decide_the_exit_code(
    options: list[str],
    rules: set[tuple[str, str]],
    code: int,
    make_chart: MakeChart,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chart = str(make_chart(TWO_SEVERITIES))
    assert cli.main([chart, *VERSIONS, "--offered", "--json", "-", *options]) == code
    captured = capsys.readouterr()
    assert found_rules(captured.out) == rules
    for option, words in (("--select", "only the rules"), ("--ignore", "without the rules")):
        assert (option in options) == (words in json_from(captured.out)["leftOut"])


@pytest.mark.usefixtures("without_checkov")
def test_a_run_of_chosen_rules_still_reports_that_helm_refuses_a_case(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = str(make_chart({"templates/a.yaml": '{{ fail "never" }}'}))
    assert cli.main([chart, *VERSIONS, "--offered", "--select", "labels"]) == cli.FINDINGS
    assert "[refused]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("labelz", 'no check matches "labelz": choose one of render, '),
        ("labels/nothing", 'no rule matches "labels/nothing": choose one of missing, '),
    ],
)
def test_a_pattern_that_no_rule_matches_is_reported(
    pattern: str, told: str, make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([str(make_chart(CHART)), "--ignore", pattern]) == cli.UNUSABLE
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("without_checkov")
def test_a_run_with_a_baseline_fails_for_new_findings_only(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chart, baseline = str(make_chart(TWO_SEVERITIES)), str(tmp_path / "baseline.json")
    options = ["--generated", "0"]
    assert cli.main([chart, *options, "--write-baseline", baseline]) == cli.FINDINGS
    written = json.loads(Path(baseline).read_bytes())
    assert {(one["check"], one["object"]) for one in written["findings"]} == {
        ("labels", "ConfigMap/c"),
        ("schema", "ConfigMap/c"),
    }
    assert cli.main([chart, *options, "--baseline", baseline]) == cli.CLEAN
    make_chart({"templates/b.yaml": TWO_SEVERITIES["templates/a.yaml"].replace("name: c", "name: d")})
    capsys.readouterr()
    again = str(tmp_path / "again.json")
    assert cli.main([chart, *options, "--baseline", baseline, "--write-baseline", again, "--json", "-"]) == cli.FINDINGS
    report = json_from(capsys.readouterr().out)
    assert {one["object"] for one in report["findings"]} == {"ConfigMap/d"}
    assert {one["reason"] for case in report["cases"] for one in case["accepted"]} == {"in the baseline"}
    assert len(json.loads(Path(again).read_bytes())["findings"]) == 2 * len(written["findings"])
    Path(chart, "templates/b.yaml").unlink()
    assert cli.main([chart, *options, "--baseline", again]) == cli.CLEAN
    assert (
        f"{len(written['findings'])} entries of the baseline no longer occur: ConfigMap/d: " in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("annotation", "left"),
    [
        ("ignore.chartgate/schema.invalid", {"labels/missing"}),
        ("ignore.chartgate/schema", {"labels/missing"}),
        ("ignore.chartgate/schema.other", {"labels/missing", "schema/invalid", "exceptions/unused"}),
    ],
)
@pytest.mark.usefixtures("without_checkov")
def test_an_annotation_accepts_findings_about_its_object(
    annotation: str, left: set[str], make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    annotated = f"metadata:\n  name: c\n  annotations:\n    {annotation}: it is known\n"
    text = TWO_SEVERITIES["templates/a.yaml"].replace("metadata: {name: c}\n", annotated)
    assert cli.main([str(make_chart({"templates/a.yaml": text})), "--generated", "0", "--json", "-"]) == cli.FINDINGS
    assert {rule for rule, _ in found_rules(capsys.readouterr().out)} == left


@pytest.mark.usefixtures("without_checkov")
def test_settings_may_lie_outside_the_chart(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = str(make_chart({**TWO_SEVERITIES, "chartgate.yaml": "release: own\n"}))
    settings = tmp_path / "outside" / "settings.yaml"
    settings.parent.mkdir()
    (settings.parent / "EXAMPLES.md").write_text("# Install\n\n```sh\nhelm install given tiny\n```\n")
    accepted = "".join(
        f"  - {{check: {check}, rule: '{rule}', reason: a reason long enough}}\n"
        for check, rule in (("labels", "missing"), ("schema", "invalid"), ("schema", "gone"))
    )
    settings.write_text(f"release: theirs\ndocuments: [EXAMPLES.md]\nexceptions:\n{accepted}")
    assert cli.main([chart, "--generated", "0", "--settings", str(settings), "--json", "-"]) == cli.FINDINGS
    report = json_from(capsys.readouterr().out)
    assert {case["release"] for case in report["cases"]} == {"theirs", "given"}
    (finding,) = report["findings"]
    assert (finding["object"], finding["where"]) == ("settings.yaml", "exceptions: schema, gone, *")


def test_settings_that_are_not_there_are_reported(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([str(make_chart(CHART)), "--settings", "nowhere.yaml"]) == cli.UNUSABLE
    assert "nowhere.yaml: there is no such file: name a settings file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("repository", "options", "rules"),
    [
        ("https://charts.example.com", [], {"schema/invalid"}),
        ("oci://registry.example.com/charts", [], {"schema/invalid"}),
        ("https://charts.example.com", ["--subcharts"], {"schema/invalid", "labels/missing"}),
        ("file://../kid", [], {"schema/invalid", "labels/missing"}),
        ("", [], {"schema/invalid", "labels/missing"}),
    ],
)
def test_warnings_about_subcharts_of_others_are_listed_separately(
    repository: str, options: list[str], rules: set[str], make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    about = "apiVersion: v2\nname: tiny\nversion: 1.0.0\n"
    files = {
        "Chart.yaml": f"{about}dependencies: [{{name: kid, alias: child, version: 1.x, repository: '{repository}'}}]\n",
        "charts/kid/Chart.yaml": about.replace("tiny", "kid"),
        "charts/kid/templates/a.yaml": TWO_SEVERITIES["templates/a.yaml"],
    }
    given = [*VERSIONS, "--offered", "--select", "labels", "schema", "--json", "-", *options]
    assert cli.main([str(make_chart(files)), *given]) == cli.FINDINGS
    out = capsys.readouterr().out
    assert {rule for rule, _ in found_rules(out)} == rules
    apart = "labels/missing" not in rules
    assert apart == ("subchart child: 3 warnings about objects that it makes do not count" in notices_of(out))
    (case,) = json_from(out)["cases"]
    assert {one["reason"] for one in case["accepted"]} == ({"made by the subchart child of others"} if apart else set())
