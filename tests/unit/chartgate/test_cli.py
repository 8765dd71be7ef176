"""The subcommands, from their arguments to what they print."""

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chartgate import cli, gate
from chartgate.findings.check import Check, Fault
from chartgate.findings.registry import BY_KEY, CHECKS
from chartgate.findings.scopes import EachObject
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.values import selection

MakeChart = Callable[[dict[str, str]], Path]

CHART = {
    "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: {{ .Values.a }}}\n",
    "templates/s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hush-hush-hush}\n",
    "values.yaml": "a: b\n",
    "ci/x-values.yaml": "a: c\n",
}
VERSIONS = ["--helm", "4", "--kube", "1.37"]


def test_render_prints_the_chosen_cases_with_their_templates(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["render", str(make_chart(CHART)), "--case", "ci/*", *VERSIONS]) == cli.CLEAN
    out = capsys.readouterr().out
    assert [obj.get("data") or obj.get("stringData") for obj in read_all(out)] == [{"a": "(masked)"}, {"a": "c"}]
    assert "# case ci/x: Helm 4" in out
    assert "# Source: tiny/templates/a.yaml" in out


def test_versions_are_named_after_one_option_or_several(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = str(make_chart(CHART))
    for options in (["--helm", "3.2.4", "embedded"], ["--helm", "3.2.4", "--helm", "embedded"]):
        assert cli.main([chart, "--offered", "--kube", "1.37", *options]) == cli.FINDINGS
        assert "renders 4 (Helm 3.2.4, embedded 4.2.3; Kubernetes 1.37)" in capsys.readouterr().out


def test_render_tells_a_refusal_and_exits_1(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["render", str(make_chart({"templates/a.yaml": '{{ fail "never" }}'})), *VERSIONS]) == cli.FINDINGS
    assert "never" in capsys.readouterr().err


def test_checks_lists_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["checks"]) == cli.CLEAN
    out = capsys.readouterr().out
    assert all(check.key in out for check in CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.key)
def test_explain_tells_of_a_check_why_and_its_rules(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", check.key]) == cli.CLEAN
    out = capsys.readouterr().out
    assert all(text in out for text in (check.title, check.why, check.source))
    assert all(f"{check.key}/{key}: {rule.text}" in out for key, rule in check.rules.items())


@pytest.mark.parametrize("name", ["render/refused", "labels/missing", "labels/malformed"])
def test_explain_tells_of_a_rule_what_helps(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    key, _, rule_key = name.partition("/")
    assert cli.main(["explain", name]) == cli.CLEAN
    out = capsys.readouterr().out
    rule = BY_KEY[key].rule(rule_key)
    assert rule is not None
    assert all(text in out for text in (name, rule.text, rule.remedy, rule.example, BY_KEY[key].why))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("nothing", 'no check is called "nothing": choose one of render, '),
        ("nothing/missing", 'no check is called "nothing": choose one of render, '),
        ("labels/nothing", 'has no rule "nothing" of its own: choose one of missing, pod-labels'),
        ("checkov/CKV_K8S_1", "they are those of another program"),
    ],
)
def test_explain_of_an_unknown_name_tells_the_known_ones(
    name: str, answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["explain", name]) == cli.UNUSABLE
    assert answer in capsys.readouterr().err


def test_matrix_prints_the_proof(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    axes = "axes:\n" + "".join(f"  - {{name: {n}, values: {{less: {{}}, more: {{{n}: true}}}}}}\n" for n in "abc")
    chart = make_chart({**CHART, "matrix.yaml": f"{axes}strength: [{{t: 2}}]\n"})
    assert cli.main(["matrix", str(chart)]) == cli.CLEAN
    out = capsys.readouterr().out
    assert "2 of 3 axes" in out
    assert "12" in out
    assert "0 of them to be refused" in out


def test_matrix_tells_what_no_axis_varies(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    axes = "axes:\n" + "".join(f"  - {{name: {n}, values: {{less: {{}}, more: {{{n}: true}}}}}}\n" for n in "ab")
    properties = {name: {"type": "boolean"} for name in "abc"} | {"mode": {"enum": list("0123456789ab")}}
    schema = json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", "properties": properties})
    unvaried = "unvaried: [{path: a, reason: an axis varies it}]\n"
    files = {
        **CHART,
        "values.yaml": "a: false\nb: false\nc: false\n",
        "values.schema.json": schema,
        "matrix.yaml": f"{axes}strength: [{{t: 2}}]\n{unvaried}",
    }
    assert cli.main(["matrix", str(make_chart(files))]) == cli.CLEAN
    said = [line for line in capsys.readouterr().out.splitlines() if "no axis has" in line]
    assert said[0] == "c=true: no axis has it: add it to an axis, or to unvaried with the reason"
    assert (len(said), said[-1]) == (11, "and 4 more that no axis has")


def test_a_chart_without_a_matrix_has_one_made_of_what_it_says(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["matrix", str(make_chart(CHART))]) == cli.CLEAN
    assert "proven" in capsys.readouterr().out


def test_a_matrix_that_is_not_there_is_told(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["matrix", str(make_chart(CHART)), "--matrix", "nowhere.yaml"]) == cli.UNUSABLE
    assert "nowhere.yaml: cannot be read" in capsys.readouterr().err


def test_the_gate_writes_every_report_it_is_asked_for(
    make_chart: MakeChart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "CHECKS", CHECKS[:1])
    paths = {name: tmp_path / f"report.{name}" for name in ("junit", "sarif", "json", "html")}
    options = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    assert cli.main([str(make_chart(CHART)), *VERSIONS, "--offered", *options]) == cli.CLEAN
    assert [case["name"] for case in json.loads(paths["json"].read_bytes())["cases"]] == ["defaults", "ci/x"]
    assert all(path.stat().st_size for path in paths.values())


def test_a_report_without_a_place_is_told_before_anything_is_rendered(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "check", None)
    assert cli.main([str(make_chart(CHART)), "--html", "/nowhere/report.html"]) == cli.UNUSABLE
    assert "there is no folder /nowhere" in capsys.readouterr().err


def test_help_names_the_subcommands_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    out = capsys.readouterr().out
    for word in (*cli.SUBCOMMANDS, "130 interrupted"):
        assert word in out


def json_from(out: str) -> dict[str, Any]:
    data = json.loads(out)
    assert isinstance(data, dict)
    return data


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


def test_render_takes_values_of_the_command_line(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["render", str(make_chart(CHART)), *VERSIONS, "--set", "a=given"]) == cli.CLEAN
    out = capsys.readouterr().out
    assert "# case options: " in out
    assert {"a": "given"} in [obj.get("data") for obj in read_all(out)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "there is no such file: name a values file"),
        ("- a\n", "holds a list"),
        ("a: [", "cannot be read as YAML"),
    ],
)
def test_a_values_file_that_cannot_be_used_is_told(
    text: str | None, told: str, make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.yaml"
    if text is not None:
        path.write_text(text)
    assert cli.main([str(make_chart(CHART)), "-f", str(path)]) == cli.UNUSABLE
    error = capsys.readouterr().err
    assert "own.yaml: " in error
    assert told in error


def test_a_set_without_a_value_is_told(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.main([str(make_chart(CHART)), "--set", "a"])
    assert exit_.value.code == cli.UNUSABLE
    assert '"a" is not KEY=VALUE' in capsys.readouterr().err


def test_a_report_on_standard_output_leaves_the_table_to_standard_error(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "CHECKS", CHECKS[:1])
    assert cli.main([str(make_chart(CHART)), *VERSIONS, "--offered", "--sarif", "-"]) == cli.CLEAN
    captured = capsys.readouterr()
    assert json_from(captured.out)["version"] == "2.1.0"
    assert "no findings: cases 2" in captured.err


def test_two_reports_on_standard_output_are_refused(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([str(make_chart(CHART)), "--sarif", "-", "--json", "-"]) == cli.UNUSABLE
    assert "two reports go to standard output" in capsys.readouterr().err


def test_diff_writes_json_to_standard_output(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = str(make_chart(CHART))
    assert cli.main(["diff", chart, chart, *VERSIONS, "--case", "defaults", "--json", "-"]) == cli.CLEAN
    assert json_from(capsys.readouterr().out)["cases"]


@pytest.mark.parametrize("reads_all", [True, False], ids=["the reader reads", "the reader goes"])
def test_a_pipe_on_standard_output_gets_the_report(make_chart: MakeChart, *, reads_all: bool) -> None:
    command = [sys.executable, "-m", "chartgate", "diff", *[str(make_chart(CHART))] * 2, "--case", "defaults"]
    with subprocess.Popen(
        [*command, *VERSIONS, "--json", "/dev/stdout"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if reads_all:
            assert json_from(process.stdout.read())["cases"]
        process.stdout.close()
        error = process.stderr.read()
    assert process.returncode == (cli.CLEAN if reads_all else cli.UNUSABLE)
    assert reads_all or "cannot write the report to standard output: Broken pipe" in error
    assert "Traceback" not in error


TWO_SEVERITIES = {
    # No label: a warning. A key that a ConfigMap does not have: an error.
    "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\nextra: c\n",
}


def found_rules(out: str) -> set[tuple[str, str]]:
    report = json_from(out)
    return {(f"{one['check']}/{one['rule']}", one["severity"]) for one in report["findings"]}


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
def test_rules_are_chosen_and_the_gravest_decide_the_exit_code(
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
def test_a_run_of_chosen_rules_still_tells_that_helm_refuses_a_case(
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
def test_a_pattern_that_no_rule_matches_is_told(
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
    ("text", "told"),
    [(None, "there is no such file: write it first with --write-baseline"), ("[]", "is not a baseline: Expected")],
)
def test_a_baseline_that_cannot_be_read_is_told(
    text: str | None, told: str, make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "baseline.json"
    if text is not None:
        path.write_text(text)
    assert cli.main([str(make_chart(CHART)), "--baseline", str(path)]) == cli.UNUSABLE
    assert told in capsys.readouterr().err


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


def test_settings_that_are_not_there_are_told(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([str(make_chart(CHART)), "--settings", "nowhere.yaml"]) == cli.UNUSABLE
    assert "nowhere.yaml: there is no such file: name a settings file" in capsys.readouterr().err


def notices_of(out: str) -> str:
    return "\n".join(json_from(out)["notices"])


@pytest.mark.usefixtures("without_checkov")
def test_a_readme_that_cannot_be_read_is_left_out(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart(CHART)
    (chart / "README.md").write_bytes(b"# Caf\xe9\n")
    assert cli.main([str(chart), *VERSIONS, "--offered", "--select", "render", "--json", "-"]) == cli.CLEAN
    out = capsys.readouterr().out
    assert [case["name"] for case in json_from(out)["cases"]] == ["defaults", "ci/x"]
    assert "left out: " in notices_of(out)
    assert "README.md: is not text in UTF-8" in notices_of(out)


def test_of_a_values_file_with_several_documents_the_first_counts(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = str(make_chart({**CHART, "ci/x-values.yaml": "# two\na: first\n---\na: second\n"}))
    assert cli.main([chart, *VERSIONS, "--case", "ci/x", "--select", "render", "--json", "-"]) == cli.CLEAN
    out = capsys.readouterr().out
    (case,) = json_from(out)["cases"]
    assert case["values"] == ["# two\na: first\n"]
    assert "ci/x-values.yaml: all but the first of its documents" in notices_of(out)


@pytest.mark.usefixtures("without_checkov")
def test_a_missing_subchart_that_is_off_is_left_out(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    about = "apiVersion: v2\nname: tiny\nversion: 1.0.0\n"
    about += "dependencies: [{name: kid, version: 1.0.0, repository: https://x.example.com, condition: kid.enabled}]\n"
    chart = str(make_chart({**CHART, "Chart.yaml": about, "values.yaml": "a: b\nkid: {enabled: false}\n"}))
    assert cli.main([chart, *VERSIONS, "--select", "render", "--json", "-"]) == cli.CLEAN
    assert "left out: the subchart kid, which is off by default" in notices_of(capsys.readouterr().out)


@pytest.mark.parametrize("way", ["required", "schema"])
@pytest.mark.usefixtures("without_checkov")
def test_ci_values_replace_defaults_that_ask_for_values(
    way: str, make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    template = '{{ required "give a" .Values.a }}' if way == "required" else "{{ .Values.a }}"
    files = {
        "templates/a.yaml": CHART["templates/a.yaml"].replace("{{ .Values.a }}", template),
        "README.md": "# Use\n\n```yaml\nb: 2\n```\n",
        "values.yaml": "b: 1\n",
        "ci/x-values.yaml": "a: c\n",
    }
    if way == "schema":
        files["values.schema.json"] = '{"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}'
    chart = make_chart(files)
    options = [*VERSIONS, "--generated", "5", "--select", "render", "--json", "-"]
    assert cli.main([str(chart), *options]) == cli.CLEAN
    out = capsys.readouterr().out
    assert {case["origin"] for case in json_from(out)["cases"]} <= {"ci", "matrix", "schema"}
    assert "left out: defaults, README.md: Use: the chart asks for values that its CI values give" in notices_of(out)
    (chart / "ci/x-values.yaml").unlink()
    assert cli.main([str(chart), *options]) == cli.FINDINGS
    assert "defaults" in {one["object"] for one in json_from(capsys.readouterr().out)["findings"]}


def test_of_a_library_chart_the_files_are_checked(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    about = "apiVersion: v2\nname: tiny\nversion: 1.0.0\ntype: library\n"
    chart = str(make_chart({"Chart.yaml": about, "templates/_a.tpl": '{{ define "a" }}{{ end }}'}))
    assert cli.main([chart, *VERSIONS, "--json", "-"]) == cli.CLEAN
    assert "left out: objects, because a library chart" in notices_of(capsys.readouterr().out)
    make_chart({"Chart.yaml": about, "values.yaml": "a: 1\na: 2\n"})
    assert cli.main([chart, *VERSIONS]) == cli.FINDINGS
    assert "[repeated-key" in capsys.readouterr().out
    assert cli.main(["render", chart]) == cli.UNUSABLE
    assert "is a library chart" in capsys.readouterr().err


def pack(chart: Path, archive: Path, prefix: str = "") -> str:
    with tarfile.open(archive, "w:gz") as ball:
        ball.add(chart, prefix + chart.name)
    return str(archive)


def test_a_packed_chart_is_checked(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    archive = pack(make_chart(CHART), tmp_path / "tiny-1.0.0.tgz")
    options = ["--helm", "embedded", "--kube", "1.37", "--offered", "--select", "render", "--json", "-"]
    assert cli.main([archive, *options]) == cli.CLEAN
    report = json_from(capsys.readouterr().out)
    assert (report["chart"], [case["name"] for case in report["cases"]]) == ("tiny", ["defaults", "ci/x"])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing.tgz", "there is no such file: name the archive of a chart"),
        ("text.tgz", "is not the archive of a chart"),
        ("outside.tgz", "holds ../tiny/"),
    ],
)
def test_an_archive_that_is_no_chart_is_told(
    name: str, told: str, make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.tgz").write_text("no archive")
    pack(make_chart(CHART), tmp_path / "outside.tgz", "../")
    assert cli.main([str(tmp_path / name)]) == cli.UNUSABLE
    assert told in capsys.readouterr().err


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


def interrupting(key: str) -> Check:
    """A check with this key that is interrupted."""

    def judge(*_: object) -> list[Fault]:
        raise KeyboardInterrupt

    return Check(key, "", "", "", (EachObject(judge),))


def test_an_interrupt_while_checking_tells_what_was_found(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = (BY_KEY["render"], BY_KEY["labels"], interrupting("leaks"), BY_KEY["probes"])
    monkeypatch.setattr(gate, "CHECKS", checks)
    report = tmp_path / "report.json"
    options = ["--offered", "--json", str(report)]
    assert cli.main([str(make_chart(TWO_SEVERITIES)), *VERSIONS, *options]) == cli.INTERRUPTED
    captured = capsys.readouterr()
    assert "ConfigMap/c: metadata.labels: " in captured.out
    assert "part of the whole: interrupted, after these checks: render, labels; only Helm 4" in captured.out
    assert "interrupted: this is what was found so far" in captured.err
    assert not report.exists()
    # What was not finished is not told as the result of a later run.
    monkeypatch.setattr(gate, "CHECKS", checks[:1])
    assert cli.main([str(make_chart(TWO_SEVERITIES)), *VERSIONS, "--offered"]) == cli.CLEAN


def test_an_interrupt_while_rendering_tells_what_helm_refused(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gate, "compare", interrupted)
    chart = str(make_chart({"templates/a.yaml": '{{ fail "never" }}'}))
    assert cli.main([chart, *VERSIONS, "--offered"]) == cli.INTERRUPTED
    captured = capsys.readouterr()
    assert "[refused] in 1 case: defaults" in captured.out
    assert "part of the whole: interrupted, after these checks: render" in captured.out


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
def test_warnings_about_subcharts_of_others_are_told_apart(
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
