"""What a run covers is what it rendered: cases that are left out or refused prove nothing, and the reports say so."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate import gate
from chartgate.reports import notices
from chartgate.reports.overview import overview_of
from chartgate.reports.results import Results
from chartgate.values import default_matrix
from chartgate.values.selection import Choice

MakeChart = Callable[[dict[str, str]], Path]

LABELS = (
    "{app.kubernetes.io/name: a, app.kubernetes.io/instance: {{ .Release.Name }}, app.kubernetes.io/managed-by: Helm}"
)
CONFIG = f"""\
apiVersion: v1
kind: ConfigMap
metadata: {{name: "{{{{ .Release.Name }}}}", labels: {LABELS}}}
data: {{a: b}}
"""
BROKEN = """\
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: broken}
spec: {minReplicas: 3, maxReplicas: 1, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: none}}
"""
FAST = Choice(helm=("embedded",), kubernetes=("1.37",), generated=0)


def run(chart: Path, choice: Choice = FAST) -> Results:
    return gate.run(chart, choice)


def rules(results: Results) -> set[str]:
    return {finding.rule for finding in results.occurrences}


@pytest.mark.parametrize(
    "choice",
    [FAST, Choice(helm=("embedded",), kubernetes=("1.30",)), Choice(helm=("4",), kubernetes=("v1.30.1-eks-1",))],
)
def test_a_switch_is_turned_for_the_versions_that_are_asked_for(make_chart: MakeChart, choice: Choice) -> None:
    template = f"{CONFIG}{{{{- if .Values.autoscaling.enabled }}}}\n{BROKEN}{{{{- end }}}}\n"
    results = run(make_chart({"templates/a.yaml": template, "values.yaml": "autoscaling: {enabled: false}\n"}), choice)
    assert {"range", "missing"} <= rules(results)
    assert all(proof.complete for proof in results.coverage)


def test_the_label_of_a_matrix_is_rendered_for_the_versions_that_are_asked_for(make_chart: MakeChart) -> None:
    template = f"{CONFIG}{{{{- if .Values.autoscaling.enabled }}}}\n{BROKEN}{{{{- end }}}}\n"
    matrix = {
        "axes": [
            {"name": "kubernetes", "kubernetes": ["1.19", "1.37"]},
            {"name": "helm", "helm": ["3.2.4", "4"]},
            {"name": "scaled", "values": {"no": None, "yes": {"autoscaling": {"enabled": True}}}},
        ],
        "strength": [{"t": 2}],
    }
    chart = make_chart(
        {
            "templates/a.yaml": template,
            "values.yaml": "autoscaling: {enabled: false}\n",
            "matrix.yaml": json.dumps(matrix),
        }
    )
    assert "range" in rules(run(chart, Choice(helm=("4",), kubernetes=("1.30",), generated=0)))


def test_cases_that_a_run_leaves_out_are_reported(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/a.yaml": CONFIG, "values.yaml": "a: true\nb: true\nc: true\n"})
    for choice in (Choice(helm=("embedded",), pattern="matrix/0001"), Choice(helm=("embedded",), shard=(1, 3))):
        results = run(chart, choice)
        (proof,) = results.coverage
        assert proof.not_rendered == proof.required - proof.covered > 0
        assert not proof.complete
        assert f"not rendered {proof.not_rendered}" in overview_of(results).coverage[0]
        assert "uncovered" not in rules(results)


def test_what_the_chart_itself_refuses_is_neither_covered_nor_a_defect(make_chart: MakeChart) -> None:
    guard = '{{- if and .Values.a .Values.b }}{{ fail "a and b exclude each other" }}{{ end }}\n'
    chart = make_chart({"templates/a.yaml": guard + CONFIG, "values.yaml": "a: false\nb: false\n"})
    results = run(chart)
    (proof,) = results.coverage
    assert rules(results) == set()
    assert proof.refused == 1
    assert proof.covered == proof.required - 1


def test_another_error_of_a_template_is_a_defect(make_chart: MakeChart) -> None:
    guard = "{{- if .Values.a }}{{ .Values.nothing.here }}{{ end }}\n"
    chart = make_chart({"templates/a.yaml": guard + CONFIG, "values.yaml": "a: false\n"})
    assert rules(run(chart)) == {"refused"}


def test_an_api_that_templates_ask_about_is_combined_with_the_switches(make_chart: MakeChart) -> None:
    asks = '.Capabilities.APIVersions.Has "example.com/v1/Thing"'
    template = f"{CONFIG}{{{{- if and .Values.scaled ({asks}) }}}}\n{BROKEN}{{{{- end }}}}\n"
    assert "range" in rules(run(make_chart({"templates/a.yaml": template, "values.yaml": "scaled: false\n"})))


def test_switches_beyond_the_most_are_reported(make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(default_matrix, "MOST_AXES", 2)
    chart = make_chart({"templates/a.yaml": CONFIG, "values.yaml": "a: true\nb: true\nc: {d: true}\n"})
    assert any("1 switches with other values than their defaults (c.d)" in notice for notice in run(chart).notices)


def test_an_upgrade_that_cannot_be_rendered_is_reported(make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = make_chart({"templates/a.yaml": CONFIG})
    assert not any("upgrade" in notice for notice in run(chart).notices)
    monkeypatch.setattr(notices, "is_at_hand", lambda _: False)
    assert any("upgrade" in notice for notice in run(chart).notices)


def test_versions_of_vendors_are_rendered_where_templates_ask_for_the_version(make_chart: MakeChart) -> None:
    version = (
        '{{ if semverCompare "RANGE" .Capabilities.KubeVersion.Version }}policy/v1beta1{{ else }}policy/v1{{ end }}'
    )
    budget = f"{CONFIG}---\napiVersion: {version}\nkind: PodDisruptionBudget\nmetadata: {{name: b}}\n"
    budget += "spec: {minAvailable: 1, selector: {}}\n"
    choice = Choice(helm=("embedded",), kubernetes=("1.37",))
    good = run(make_chart({"templates/a.yaml": budget.replace("RANGE", "<1.21")}), choice)
    named = [name for name in good.cases if name.startswith("kubernetes/")]
    assert named == ["kubernetes/v1.37.1-eks-1a2b3c4", "kubernetes/v1.37.1-gke.1000000", "kubernetes/v1.37.1+k3s1"]
    assert not good.occurrences
    wrong = budget.replace("policy/v1beta1", "X").replace("policy/v1{", "policy/v1beta1{").replace("X", "policy/v1")
    bad = run(make_chart({"templates/a.yaml": wrong.replace("RANGE", ">=1.21")}), choice)
    assert {case for cases in bad.occurrences.values() for case in cases} == set(named[:2])


def test_no_vendor_is_rendered_where_nothing_asks_or_chart_yaml_refuses_it(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/a.yaml": CONFIG})
    assert not [name for name in run(chart).cases if name.startswith("kubernetes/")]
