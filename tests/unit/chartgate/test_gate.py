"""The gate from the command line to the exit code, on a tiny chart and with the real tools."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from chartgate import cli, gate
from chartgate.findings.finding import Check, Finding, Verdict
from chartgate.findings.registry import CHECKS
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.reports.results import Results
from chartgate.reports.table import print_report
from chartgate.tools.helm import find_helm
from chartgate.values.case import Case
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
CHART = {"templates/pod.yaml": POD, "values.yaml": "escalate: false\n"}


def passing(key: str) -> Check:
    """A check that examines everything and finds nothing, in place of slow checkov."""

    def examine(renders: Sequence[Rendered]) -> list[Verdict]:
        return [Verdict(rendered, 1, ()) for rendered in renders]

    return Check(key, "", "", "", "", examine)


@pytest.fixture
def without_checkov(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = tuple(passing("checkov") if check.key == "checkov" else check for check in CHECKS)
    monkeypatch.setattr(gate, "CHECKS", checks)


@pytest.mark.usefixtures("without_checkov")
def test_a_clean_chart_exits_0(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([str(make_chart(CHART))]) == cli.CLEAN
    out = capsys.readouterr().out
    assert "defaults" in out
    assert "no findings: cases 1, renders 5 (Helm 3.2.4, 3.17.3, 4.3.1; Kubernetes 1.19, 1.37), objects 5" in out


@pytest.mark.usefixtures("without_checkov")
def test_a_defect_is_one_line_with_its_cases_and_exits_1(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = {f"ci/{name}-values.yaml": "escalate: true\n" for name in "abcd"}
    assert cli.main([str(make_chart({**CHART, **cases})), "--helm", "4", "--kube", "1.37"]) == cli.FINDINGS
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Pod/release:")]
    assert line == (
        "Pod/release: spec.containers[0] (c).securityContext.allowPrivilegeEscalation: is not false: set it to false "
        "[escalation] in 4 cases: ci/a; ci/b; ci/c; and 1 more"
    )


@pytest.mark.usefixtures("without_checkov")
def test_a_refused_case_is_a_finding_with_helms_words(make_chart: MakeChart) -> None:
    chart = make_chart({**CHART, "ci/a-values.yaml": "escalate: true\n", "templates/f.yaml": '{{ fail "never" }}'})
    results = gate.run(chart, helm=["4"], kubernetes=["1.37"])
    refused = [finding for finding in results.occurrences if finding.rule == "refused"]
    assert [finding.object for finding in refused] == ["defaults", "ci/a"]
    assert "never" in refused[0].what


@pytest.mark.usefixtures("without_checkov")
def test_a_check_that_examines_nothing_fails(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"})
    found = [(finding.check, finding.rule) for finding in gate.run(chart, helm=["4"], kubernetes=["1.37"]).occurrences]
    assert [check for check, rule in found if rule == "nothing-examined"] == ["images", "pod-security"]


@pytest.mark.usefixtures("without_checkov")
def test_an_empty_render_is_a_finding(make_chart: MakeChart) -> None:
    results = gate.run(make_chart({}), helm=["4"], kubernetes=["1.37"])
    assert ("render", "empty") in [(finding.check, finding.rule) for finding in results.occurrences]


@pytest.mark.usefixtures("without_checkov")
def test_an_unused_exception_is_a_finding_of_the_whole_run_only(make_chart: MakeChart) -> None:
    text = "exceptions: [{check: schema, rule: invalid, reason: it was needed once}]\nhelm: ['4']\n"
    chart = make_chart({**CHART, "chartgate.yaml": text})
    assert [finding.rule for finding in gate.run(chart).occurrences] == ["unused"]
    assert list(gate.run(chart, kubernetes=["1.37"]).occurrences) == []


def test_an_old_helm_renders_once_for_the_oldest_kubernetes() -> None:
    settings = Settings(helm=("3.2.4", "4", "4.3.1"), kubernetes=("1.37", "1.19"))
    jobs = gate.plan([Case("x")], settings)
    assert [(job.helm.version, job.kube_version) for job in jobs] == [
        ("3.2.4", "1.19"),
        (find_helm("4").version, "1.19"),
        (find_helm("4").version, "1.37"),
    ]


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

    monkeypatch.setattr(gate, "run", interrupted)
    assert cli.main([str(make_chart(CHART))]) == cli.INTERRUPTED
    assert capsys.readouterr().err == "chartgate: interrupted\n"


def test_the_report_has_no_colours_off_a_terminal(
    capsys: pytest.CaptureFixture[str], release_of: Callable[..., Release]
) -> None:
    finding = Finding("schema", "invalid", "Pod/[bold]", "a[0]", "what", "remedy")
    verdict = Verdict(Rendered(Case("case [1]"), release_of("")), 1, (finding,))
    print_report(Results([("schema", [verdict])], [], "1 case"), Console(width=160))
    out = capsys.readouterr().out
    assert "Pod/[bold]: a[0]: what: remedy [invalid] in 1 case: case [1]" in out
    assert "\x1b" not in out
