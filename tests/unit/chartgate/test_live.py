"""`chartgate live`: what nothing reads of the values is found, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chartgate import cli, gate
from chartgate.findings.registry import CHECKS
from tests.documents import blocks, shell_blocks
from tests.unit.chartgate.command_line import MakeChart

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n"
GENERATED = (
    "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
    "stringData: {password: {{ .Values.password | default (randAlphaNum 20) }}}\n"
)
ALL_READ = {"templates/a.yaml": CONFIG + "  a: {{ .Values.a }}\n", "values.yaml": "a: b\n"}
SUBCHART = {
    "templates/x.yaml": "",
    "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "charts/sub/templates/a.yaml": CONFIG + "  size: {{ .Values.size }}\n",
    "charts/sub/values.yaml": "size: 1Gi\n",
    "values.yaml": "sub: {size: 2Gi, sice: 3Gi}\n",
}
DOCUMENT = Path(__file__).parents[3] / "docs" / "live.md"

Live = Callable[..., dict[str, Any]]


@pytest.fixture
def live(make_chart: MakeChart, tmp_path: Path) -> Live:
    """The JSON report about a chart of these files."""

    def run(files: dict[str, str], *options: str, code: int | None = None) -> dict[str, Any]:
        report = tmp_path / "live.json"
        # One Helm program takes less time than two.
        chart = make_chart({"chartgate.yaml": "helm: ['4']\n", **files})
        found = cli.main(["live", str(chart), "--json", str(report), *options])
        data: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        assert found == (code if code is not None else 1 if data["findings"] else 0)
        return data

    return run


def unread(report: dict[str, Any]) -> list[str]:
    return [value["path"] for value in report["values"] if not value["read"]]


def shown(report: dict[str, Any], path: str) -> dict[str, Any]:
    value: dict[str, Any]
    (value,) = [value for value in report["values"] if value["path"] == path]
    assert value["read"]
    return value


def test_a_value_that_nothing_reads_is_found(live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    report = live({**ALL_READ, "values.yaml": "a: b\nunused: {deep: 1}\n"})
    assert unread(report) == ["unused.deep"]
    assert (
        "unused.deep: in the cases that were tried, other values at this place change no object"
        in capsys.readouterr().out
    )


def test_the_report_shows_the_effect_of_a_value(live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    value = shown(live(ALL_READ), "a")
    assert (value["case"], value["object"], value["where"]) == ("defaults", "ConfigMap/c", "data.a")
    assert "no findings; values: 1; change an object: 1" in capsys.readouterr().out


def test_a_generated_secret_does_not_look_like_the_effect_of_a_value(live: Live) -> None:
    assert unread(live({"templates/s.yaml": GENERATED, "values.yaml": "password: ''\nunused: x\n"})) == ["unused"]


def test_a_value_in_the_place_of_a_generated_secret_is_read(live: Live) -> None:
    assert shown(live({"templates/s.yaml": GENERATED, "values.yaml": "password: ''\n"}), "password")


def test_a_generated_name_does_not_hide_what_a_value_changes(live: Live) -> None:
    template = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c-{{ randAlpha 5 | lower }}}\ndata: {a: {{ .Values.a }}}\n"
    )
    report = live({"templates/a.yaml": template, "values.yaml": "a: b\nunused: x\n"})
    assert unread(report) == ["unused"]
    assert shown(report, "a")["where"] == "data.a"


@pytest.mark.parametrize(
    "template",
    [
        pytest.param('{{ if .Capabilities.APIVersions.Has "example.com/v1/Thing" }}{{ .Values.a }}{{ end }}', id="API"),
        pytest.param(
            '{{ if not (.Capabilities.APIVersions.Has "example.com/v1/Thing") }}{{ .Values.a }}{{ end }}', id="no API"
        ),
        pytest.param("{{ if .Values.active }}{{ .Values.a }}{{ end }}", id="switch"),
        pytest.param("{{ if and .Values.active .Values.other }}{{ .Values.a }}{{ end }}", id="two switches"),
        pytest.param(
            '{{ if semverCompare "<1.30-0" .Capabilities.KubeVersion.Version }}{{ .Values.a }}{{ end }}', id="old"
        ),
    ],
)
def test_a_value_is_looked_for_where_it_matters(live: Live, template: str) -> None:
    report = live(
        {
            "chartgate.yaml": "helm: ['4']\nkubernetes: ['1.29', '1.37']\n",
            "templates/a.yaml": f'{CONFIG}  a: "{template}"\n  b: "{{{{ .Values.active }}}} {{{{ .Values.other }}}}"\n',
            "values.yaml": "a: b\nactive: false\nother: false\n",
        }
    )
    assert shown(report, "a")["object"] == "ConfigMap/c"


def test_what_a_guard_refuses_is_read(live: Live) -> None:
    guard = '{{ if ne .Values.a "b" }}{{ fail "a must be b" }}{{ end }}'
    report = live({"templates/a.yaml": guard + CONFIG + "  a: b\n", "values.yaml": "a: b\n"})
    assert "a must be b" in shown(report, "a")["refusal"]


def test_a_value_that_allows_what_is_refused_without_it_is_read(live: Live) -> None:
    guard = '{{ if and .Values.strict (ne .Values.a "b") }}{{ fail "a must be b" }}{{ end }}'
    report = live(
        {
            "templates/a.yaml": guard + CONFIG + "  a: {{ .Values.a }}\n",
            "values.yaml": "a: b\nstrict: true\n",
            "ci/refused-values.yaml": "a: c\n",
        }
    )
    assert "a must be b" in shown(report, "strict")["refusal"]


def test_a_schema_alone_does_not_read_a_value(live: Live) -> None:
    schema = {"properties": {"a": {"enum": ["b", "c"]}}, "additionalProperties": False}
    report = live(
        {"templates/a.yaml": CONFIG + "  x: y\n", "values.yaml": "", "values.schema.json": json.dumps(schema)}
    )
    assert unread(report) == ["a"]


def test_each_property_of_the_items_of_a_list_is_a_place(live: Live) -> None:
    item = {"properties": {"name": {"type": "string"}, "unused": {"type": "string"}}}
    schema = {"properties": {"hosts": {"type": "array", "items": item}}}
    report = live(
        {
            "templates/a.yaml": CONFIG + "  x: y\n{{ range .Values.hosts }}  {{ .name | quote }}: z\n{{ end }}",
            "values.yaml": "hosts: []\n",
            "values.schema.json": json.dumps(schema),
        }
    )
    assert [value["path"] for value in report["values"]] == ["hosts", "hosts.0.name", "hosts.0.unused"]
    assert unread(report) == ["hosts.0.unused"]


def test_a_value_that_the_schema_of_a_subchart_refuses_hides_no_other_one(live: Live) -> None:
    old = '{{ if semverCompare "<1.30-0" .Capabilities.KubeVersion.Version }}{{ .Values.late }}{{ end }}'
    schema = '{"properties": {"mode": {"enum": ["one", "two"]}}}'
    report = live(
        {
            **SUBCHART,
            "chartgate.yaml": "helm: ['4']\nkubernetes: ['1.29', '1.37']\n",
            "templates/x.yaml": f"{CONFIG}  late: '{old}'\n",
            "charts/sub/templates/a.yaml": CONFIG + "  size: {{ .Values.size }}\n",
            "charts/sub/values.schema.json": schema,
            "values.schema.json": '{"properties": {"late": {"enum": ["x", "y"]}}}',
            "values.yaml": "late: x\nsub: {mode: one}\n",
        }
    )
    assert unread(report) == ["sub.mode"]


AFFINITY = {"type": "object", "properties": {"aff": {"type": ["object", "string"]}}}
ITEMS = {"type": "array", "items": {"properties": {"name": {"type": "string"}, "p": {"type": "integer"}}}}


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ("top: {aff: {priv: false, cap: {drop: [A]}}}", {"top": AFFINITY}),
        ("top: [{name: a, p: 1}]", {"top": ITEMS}),
    ],
    ids=["map", "list"],
)
def test_a_change_that_takes_away_the_place_of_another_one_is_tried_without_it(
    live: Live, values: str, schema: dict[str, Any]
) -> None:
    files = {
        "templates/a.yaml": f"{CONFIG}  plain: {{{{ .Values.plain }}}}\n",
        "values.yaml": f"{values}\nplain: x\n",
        "values.schema.json": json.dumps({"properties": {**schema, "plain": {"type": "string"}}}),
    }
    found = unread(live(files))
    assert found
    assert all(path.startswith("top") for path in found)


def test_the_values_in_a_map_about_which_the_schema_says_nothing_are_places(live: Live) -> None:
    files = {
        "templates/a.yaml": f"{CONFIG}  delay: {{{{ .Values.probe.delay }}}}\n",
        "values.yaml": "probe: {delay: 10, unused: 1}\n",
        "values.schema.json": '{"properties": {"probe": {"type": "object"}}}',
    }
    assert unread(live(files)) == ["probe.unused"]


def test_a_text_that_only_a_condition_reads_is_read(live: Live) -> None:
    files = {"templates/a.yaml": f"{CONFIG}  {{{{ if .Values.b }}}}b: c{{{{ end }}}}\n", "values.yaml": "b: x\n"}
    live(files, code=0)


def test_values_of_a_subchart_that_is_missing_are_not_judged(live: Live) -> None:
    dependencies = "dependencies: [{name: kid, version: 1.0.0, repository: 'https://c.example', condition: kid.on}]\n"
    files = {
        "Chart.yaml": f"apiVersion: v2\nname: tiny\nversion: 1.0.0\n{dependencies}",
        "templates/a.yaml": f"{CONFIG}  a: {{{{ .Values.a }}}}\n",
        "values.yaml": 'a: b\nkid: {"on": false, size: 1}\n',
    }
    live(files, code=0)


def test_helm_programs_that_are_not_there_are_told(
    live: Live, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "not tried with Helm 4, which is not installed"
    monkeypatch.setattr("chartgate.values.live_bases.is_at_hand", lambda _: False)
    live({**ALL_READ, "values.yaml": "a: b\nunused: 1\n"})
    assert words in capsys.readouterr().err
    live(ALL_READ, code=0)
    assert words not in capsys.readouterr().err


def test_a_misspelt_value_of_a_subchart_is_found(live: Live) -> None:
    report = live(SUBCHART)
    assert unread(report) == ["sub.sice"]
    (example,) = [block.text for block in blocks(DOCUMENT) if block.language == "json"]
    assert shown(report, "sub.size") == json.loads(example)


def test_a_loose_schema_is_a_note(live: Live) -> None:
    report = live({**ALL_READ, "values.schema.json": '{"properties": {"a": {}}}'}, code=0)
    assert [(one["rule"], one["severity"]) for one in report["findings"]] == [("loose", "note")]


def test_an_exception_needs_a_value_that_nothing_reads(live: Live) -> None:
    settings = (
        "helm: ['4']\n"
        "exceptions:\n"
        "  - {check: live, rule: unread, objects: unused, reason: Helm itself reads it.}\n"
        "  - {check: live, rule: unread, objects: a, reason: Helm itself reads it.}\n"
        "  - {check: labels, rule: missing, objects: a, reason: It is about another check.}\n"
    )
    report = live({**ALL_READ, "values.yaml": "a: b\nunused: 1\n", "chartgate.yaml": settings})
    assert [one["value"] for one in report["accepted"]] == ["unused"]
    assert [(one["check"], one["rule"], one["where"]) for one in report["findings"]] == [
        ("exceptions", "unused", "exceptions: live, unread, a")
    ]


def test_the_gate_leaves_exceptions_of_live_to_live(make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "CHECKS", tuple(check for check in CHECKS if check.key in {"render", "exceptions"}))
    settings = (
        "helm: ['4']\n"
        "kubernetes: ['1.37']\n"
        "exceptions:\n"
        "  - {check: live, rule: unread, objects: unused, reason: Helm itself reads it.}\n"
        "  - {check: labels, rule: missing, objects: a, reason: It is about another check.}\n"
    )
    results = gate.run(make_chart({**ALL_READ, "chartgate.yaml": settings}))
    assert [finding.where for finding in results.general] == ["exceptions: labels, missing, a"]


def test_the_values_of_the_user_are_the_one_base(live: Live) -> None:
    files = {
        "templates/a.yaml": "{{ if .Values.active }}" + CONFIG + "  a: {{ .Values.a }}\n{{ end }}",
        "values.yaml": "a: b\nactive: false\n",
    }
    assert unread(live(files, "--set", "active=false")) == ["a"]
    assert unread(live(files, "--set", "active=true")) == []


def test_a_chart_that_refuses_every_case_cannot_be_judged(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = make_chart({"templates/a.yaml": '{{ fail "never" }}', "values.yaml": "a: b\n"})
    assert cli.main(["live", str(chart)]) == cli.UNUSABLE
    error = capsys.readouterr().err
    assert "tiny: Helm refuses every case: " in error
    assert "never: name values that the chart accepts with --values FILE" in error


def test_the_example_of_the_document_is_true(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart({**SUBCHART, "chartgate.yaml": "helm: ['4']\n"})
    (command,) = shell_blocks(DOCUMENT, "Does every value do something?")
    assert cli.main(command.replace("my-chart", str(chart)).split()[1:]) == cli.FINDINGS
    shown = next(block.text for block in blocks(DOCUMENT) if block.language == "text").splitlines()
    told = capsys.readouterr().out.splitlines()
    assert [line.rpartition(";")[0] for line in told] == [line.rpartition(";")[0] for line in shown]


def test_the_exception_of_the_document_accepts(live: Live) -> None:
    (settings,) = [block.text for block in blocks(DOCUMENT) if block.language == "yaml"]
    report = live({**ALL_READ, "values.yaml": "a: b\nenabled: true\n", "chartgate.yaml": f"helm: ['4']\n{settings}"})
    assert [one["value"] for one in report["accepted"]] == ["enabled"]
