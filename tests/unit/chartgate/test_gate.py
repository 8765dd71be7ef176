"""The gate from the command line to the exit code, on a tiny chart and with the real tools."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from chartgate import cli, gate
from chartgate.findings.finding import Finding, Verdict
from chartgate.releases.identity import About
from chartgate.releases.jobs import plan
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.reports.overview import overview_of
from chartgate.reports.results import Results
from chartgate.reports.table import print_report
from chartgate.tools.cache import cache_folder
from chartgate.tools.engines import Engines, chosen_engines, engines_at_hand
from chartgate.values.case import Case
from chartgate.values.selection import Choice
from chartgate.values.settings import Settings

MakeChart = Callable[[dict[str, str]], Path]
FindingsOf = Callable[..., list[Finding]]

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
  labels:
    app.kubernetes.io/name: a
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/managed-by: Helm
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: c
      image: a:1
      securityContext: {allowPrivilegeEscalation: {{ .Values.escalate }}, capabilities: {drop: [ALL]}}
"""
NEWEST = Choice(helm=("4",), kubernetes=("1.37",), offered=True)
CHART = {"templates/pod.yaml": POD, "values.yaml": "escalate: false\n"}


@pytest.mark.usefixtures("without_checkov")
def test_a_clean_chart_exits_0(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([str(make_chart(CHART)), "--offered"]) == cli.CLEAN
    out = capsys.readouterr().out
    assert "defaults" in out
    assert "no findings: cases 1, renders 6 (Helm 3.19.0, embedded 4.2.3, 4.3.1; Kubernetes 1.35, 1.37)" in out


@pytest.mark.usefixtures("without_checkov")
def test_a_defect_is_one_line_with_its_cases_and_exits_1(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = {f"ci/{name}-values.yaml": "escalate: true\n" for name in "abcd"}
    chart = make_chart({**CHART, **cases})
    assert cli.main([str(chart), "--helm", "4", "--kube", "1.37", "--offered"]) == cli.FINDINGS
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Pod/release:")]
    assert line == (
        "Pod/release: spec.containers[0] (c).securityContext.allowPrivilegeEscalation: is not false: set it to false "
        "[escalation, warning] in 4 cases: ci/a; ci/b; ci/c; and 1 more"
    )


@pytest.mark.usefixtures("without_checkov")
def test_a_refused_case_is_a_finding_with_helms_words(make_chart: MakeChart) -> None:
    chart = make_chart({**CHART, "ci/a-values.yaml": "escalate: true\n", "templates/f.yaml": '{{ fail "never" }}'})
    results = gate.run(chart, NEWEST)
    refused = [finding for finding in results.occurrences if finding.rule == "refused"]
    assert [str(finding.about) for finding in refused] == ["defaults", "ci/a"]
    assert "never" in refused[0].what


@pytest.mark.usefixtures("without_checkov")
def test_a_chart_without_pods_is_not_asked_for_any(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"})
    found = [(finding.check, finding.rule) for finding in gate.run(chart, NEWEST).occurrences]
    assert [check for check, rule in found if rule == "nothing-examined"] == []


@pytest.mark.usefixtures("without_checkov")
def test_a_check_that_every_chart_needs_fails_where_it_examines_nothing(make_chart: MakeChart) -> None:
    found = [(finding.check, finding.rule) for finding in gate.run(make_chart({}), NEWEST).occurrences]
    assert "schema" in [check for check, rule in found if rule == "nothing-examined"]


@pytest.mark.usefixtures("without_checkov")
def test_where_helm_refuses_all_its_words_are_all_that_is_reported(make_chart: MakeChart) -> None:
    results = gate.run(make_chart({"templates/f.yaml": '{{ fail "never" }}'}), NEWEST)
    assert {(finding.check, finding.rule) for finding in results.occurrences} == {("render", "refused")}


@pytest.mark.usefixtures("without_checkov")
def test_an_empty_render_is_a_finding(make_chart: MakeChart) -> None:
    results = gate.run(make_chart({}), NEWEST)
    assert ("render", "empty") in [(finding.check, finding.rule) for finding in results.occurrences]


@pytest.mark.usefixtures("without_checkov")
def test_an_unused_exception_is_a_finding_of_the_whole_run_only(make_chart: MakeChart) -> None:
    text = "exceptions: [{check: schema, rule: invalid, reason: it was needed once}]\nhelm: ['4']\n"
    chart = make_chart({"templates/pod.yaml": POD.replace("{{ .Values.escalate }}", "false"), "chartgate.yaml": text})
    assert [finding.rule for finding in gate.run(chart).occurrences] == ["unused"]
    assert list(gate.run(chart, Choice(kubernetes=("1.37",))).occurrences) == []


BOTH = Settings(kubernetes=("1.37", "1.19"))


def test_chosen_helms_render_every_case_for_every_kubernetes_that_they_can_be_told() -> None:
    engines = chosen_engines(["3.2.4", "4", "4.3.1"])
    assert planned([Case("x"), Case("y")], engines)[:3] == [
        ("x", "3.2.4", "1.19"),
        ("x", "4.3.1", "1.19"),
        ("x", "4.3.1", "1.37"),
    ]
    assert len(planned([Case("x"), Case("y")], engines)) == 6


def test_the_library_renders_every_case_and_the_programs_take_turns() -> None:
    engines = engines_at_hand(["3.2.4", "4"])
    first, *others = [Case(name) for name in "wxyz"]
    assert len(planned([first], engines)) == 2 + 1 + 2
    assert planned([first, *others], engines)[5:] == [
        *(("x", "embedded 4.2.3", version) for version in ("1.19", "1.37")),
        ("x", "4.3.1", "1.19"),
        *(("y", "embedded 4.2.3", version) for version in ("1.19", "1.37")),
        ("y", "3.2.4", "1.19"),
        *(("z", "embedded 4.2.3", version) for version in ("1.19", "1.37")),
        ("z", "4.3.1", "1.37"),
    ]


def test_a_case_has_the_versions_that_it_binds_and_a_made_one_is_rendered_once() -> None:
    engines = engines_at_hand(["3.2.4", "4"])
    cases = [Case("x", helm="3.2.4", kubernetes="1.22"), Case("y", origin="schema"), Case("z", origin="schema")]
    assert planned(cases, engines) == [
        ("x", "3.2.4", "1.22"),
        ("y", "embedded 4.2.3", "1.37"),
        ("z", "embedded 4.2.3", "1.19"),
    ]
    assert planned(cases[:1], chosen_engines(["4"])) == []


@pytest.mark.usefixtures("without_checkov")
def test_a_switch_of_the_values_is_tried_both_ways(make_chart: MakeChart) -> None:
    found = gate.run(make_chart(CHART), Choice(pattern="matrix/*")).occurrences
    assert [(finding.rule, finding.where[-24:]) for finding in found] == [("escalation", "allowPrivilegeEscalation")]


def planned(cases: list[Case], engines: Engines) -> list[tuple[str, str, str]]:
    return [(job.case.name, job.helm.label, job.kube_version) for job in plan(cases, BOTH, engines)]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["/nowhere"], "is not a chart"),
        (["CHART", "--helm", "1"], "Helm 1 is not supported"),
        (["CHART", "--kube", "new"], 'Kubernetes version "new" is not understood'),
        (["CHART", "--case", "none*"], 'no case matches "none*": the chart has defaults'),
    ],
)
def test_bad_input_is_one_clear_line_and_exits_2(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    chart = str(make_chart(CHART))
    assert cli.main([chart if argument == "CHART" else argument for argument in arguments]) == cli.UNUSABLE
    assert complaint in capsys.readouterr().err


def test_an_interrupt_exits_130(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> Results:
        raise KeyboardInterrupt

    monkeypatch.setattr(gate, "check", interrupted)
    assert cli.main([str(make_chart(CHART))]) == cli.INTERRUPTED
    assert capsys.readouterr().err == "chartgate: interrupted\n"


def test_the_report_has_no_colours_off_a_terminal(
    capsys: pytest.CaptureFixture[str], release_of: Callable[..., Release]
) -> None:
    finding = Finding("schema", "invalid", About("Pod", "[bold]"), "a[0]", "what", "remedy")
    verdict = Verdict(Rendered(Case("case [1]"), release_of("")), 1, (finding,))
    print_report(overview_of(Results([("schema", [verdict])], [], "1 case")), Console(width=160))
    out = capsys.readouterr().out
    assert "Pod/[bold]: a[0]: what: remedy [invalid] in 1 case: case [1]" in out
    assert "\x1b" not in out


SCHEMA = (
    '{"type": "object", "properties": {"size": {"type": "integer", "minimum": 1, "maximum": 99}, '
    '"open": {"type": "boolean"}}}'
)


@pytest.mark.usefixtures("without_checkov")
def test_a_defect_of_generated_values_comes_with_the_fewest_values_that_show_it(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    pod = POD.replace("{{ .Values.escalate }}", "{{ if gt (int .Values.size) 9 }}true{{ else }}false{{ end }}")
    chart = make_chart(
        {"templates/pod.yaml": pod, "values.yaml": "size: 1\nopen: false\n", "values.schema.json": SCHEMA}
    )
    assert cli.main([str(chart), "--generated", "20", "--case", "schema/accepted*"]) == cli.FINDINGS
    out = capsys.readouterr().out
    shown = out.partition("These values show it: Pod/release: is not false")[2].splitlines()
    assert shown[1].startswith("size: ")
    assert shown[2] == ""


@pytest.mark.usefixtures("without_checkov")
def test_a_value_that_the_schema_should_have_refused_is_found(make_chart: MakeChart) -> None:
    schema = SCHEMA.replace('"properties"', '"additionalProperties": false, "properties"')
    chart = make_chart(
        {**CHART, "values.yaml": "{}", "values.schema.json": schema, "templates/pod.yaml": "{{ fail .Values.open }}"}
    )
    found = gate.run(chart, Choice(pattern="schema/*", generated=3)).occurrences
    assert {(finding.check, finding.rule) for finding in found} >= {("render", "refused")}


@pytest.mark.usefixtures("without_checkov")
def test_a_run_after_which_nothing_has_changed_is_not_done_again(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(linked_cache(tmp_path)))
    chart = make_chart(CHART)
    command = [str(chart), "--helm", "embedded", "--offered"]
    assert cli.main(command) == cli.CLEAN
    first = capsys.readouterr().out
    with monkeypatch.context() as patch:
        patch.setattr(gate, "run", None)
        assert cli.main(command) == cli.CLEAN
    assert capsys.readouterr().out == first
    (chart / "values.yaml").write_text("escalate: true\n")
    assert cli.main(command) == cli.FINDINGS


def linked_cache(folder: Path) -> Path:
    """A cache of its own, with the downloads of the usual one."""
    (folder / "cache/chartgate").mkdir(parents=True)
    for name in ("helm", "schemas"):
        (folder / "cache/chartgate" / name).symlink_to(cache_folder(name))
    return folder / "cache"


@pytest.mark.usefixtures("without_checkov")
def test_generated_values_that_nearly_all_contradict_themselves_are_found(make_chart: MakeChart) -> None:
    matrix = (
        "axes: [{name: a, helm: [embedded]}, {name: b, kubernetes: ['1.37']}]\n"
        "strength: [{t: 1}]\ngenerated: {guards: [never together]}\n"
    )
    schema = SCHEMA.replace("99", "99999")
    pod = '{{ if ne (int .Values.size) 1 }}{{ fail "never together" }}{{ end }}\n' + POD.replace(
        "{{ .Values.escalate }}", "false"
    )
    files = {
        "templates/pod.yaml": pod,
        "values.yaml": "size: 1\n",
        "values.schema.json": schema.replace(', "open": {"type": "boolean"}', ""),
    }
    found = gate.run(make_chart({**files, "matrix.yaml": matrix}), Choice(generated=3)).occurrences
    assert ("render", "too-few") in [(finding.check, finding.rule) for finding in found]


@pytest.mark.usefixtures("without_checkov")
def test_a_custom_resource_that_nothing_defines_is_a_note_and_no_finding(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    custom = (
        "apiVersion: a.example/v1\nkind: Odd\nmetadata:\n  name: {{ .Release.Name }}\n"
        "  labels: {app.kubernetes.io/name: a, app.kubernetes.io/instance: {{ .Release.Name }}, "
        "app.kubernetes.io/managed-by: Helm}\n"
    )
    chart = make_chart({**CHART, "templates/odd.yaml": custom})
    results = gate.run(chart, NEWEST)
    assert [finding for finding in results.occurrences if finding.check == "schema"] == []
    (note,) = results.notices
    assert note.startswith("schema: Odd/release: is not checked, since no schema of a.example/v1 Odd is known: ")
    print_report(overview_of(results), Console(width=200))
    assert "no schema of a.example/v1 Odd is known" in capsys.readouterr().out
