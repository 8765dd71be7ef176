"""The subcommands, from their arguments to what they print."""

import json

import pytest

from chartgate import cli
from chartgate.findings.check import Check
from chartgate.findings.registry import BY_KEY, CHECKS
from chartgate.tools.kubernetes_yaml import read_all
from tests.unit.chartgate.command_line import (
    CHART,
    VERSIONS,
    MakeChart,
    json_from,
)


def test_render_prints_the_chosen_cases_with_their_templates(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["render", str(make_chart(CHART)), "--case", "ci/*", *VERSIONS]) == cli.CLEAN
    out = capsys.readouterr().out
    assert [obj.get("data") or obj.get("stringData") for obj in read_all(out)] == [{"a": "(masked)"}, {"a": "c"}]
    assert "# case ci/x: Helm 4" in out
    assert "# Source: tiny/templates/a.yaml" in out


def test_render_tells_a_refusal_and_exits_1(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["render", str(make_chart({"templates/a.yaml": '{{ fail "never" }}'})), *VERSIONS]) == cli.FINDINGS
    assert "never" in capsys.readouterr().err


def test_render_takes_values_of_the_command_line(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["render", str(make_chart(CHART)), *VERSIONS, "--set", "a=given"]) == cli.CLEAN
    out = capsys.readouterr().out
    assert "# case options: " in out
    assert {"a": "given"} in [obj.get("data") for obj in read_all(out)]


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


def test_a_matrix_that_is_not_there_is_reported(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["matrix", str(make_chart(CHART)), "--matrix", "nowhere.yaml"]) == cli.UNUSABLE
    assert "nowhere.yaml: cannot be read" in capsys.readouterr().err


def test_diff_writes_json_to_standard_output(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = str(make_chart(CHART))
    assert cli.main(["diff", chart, chart, *VERSIONS, "--case", "defaults", "--json", "-"]) == cli.CLEAN
    assert json_from(capsys.readouterr().out)["cases"]


def test_help_names_the_subcommands_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    out = capsys.readouterr().out
    for word in (*cli.SUBCOMMANDS, "130 interrupted"):
        assert word in out
