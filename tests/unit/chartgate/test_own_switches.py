"""A switch that the gate itself turns is never the chart's fault; what the chart cannot do at all is."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate import gate
from chartgate.values.selection import Choice

MakeChart = Callable[[dict[str, str]], Path]

LABELS = (
    "{app.kubernetes.io/name: a, app.kubernetes.io/instance: {{ .Release.Name }}, "
    "app.kubernetes.io/managed-by: {{ .Release.Service }}}"
)
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
  labels: LABELS
spec:
  automountServiceAccountToken: false
  hostNetwork: {{ .Values.hostNetwork }}
  {{- if .Values.securityContext.enabled }}
  securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
  {{- end }}
  serviceAccountName: {{ .Release.Name }}
  containers:
    - name: c
      image: example.com/a:1@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
      imagePullPolicy: Always
      securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
      resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {cpu: 1m, memory: 1Mi}}
      {{- if .Values.livenessProbe.enabled }}
      livenessProbe: {exec: {command: [a]}}
      {{- end }}
      readinessProbe: {exec: {command: [a]}}
    {{- if .Values.sidecar.enabled }}
    - {name: sidecar, image: example.com/b}
    {{- end }}
{{- if .Values.serviceAccount.create }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}
  labels: LABELS
automountServiceAccountToken: false
{{- end }}
""".replace("LABELS", LABELS)
VALUES = {
    "hostNetwork": False,
    "securityContext": {"enabled": True},
    "livenessProbe": {"enabled": True},
    "sidecar": {"enabled": False},
    "serviceAccount": {"create": True},
}


@pytest.fixture
def chart(make_chart: MakeChart) -> Path:
    return make_chart({"templates/a.yaml": POD, "values.yaml": json.dumps(VALUES)})


def found(chart: Path) -> set[tuple[str, str, str]]:
    results = gate.run(chart, Choice(helm=("embedded",), kubernetes=("1.37",), generated=0))
    return {(finding.check, finding.rule, finding.where) for finding in results.occurrences}


def test_what_a_switch_takes_away_is_no_finding_and_what_it_adds_is(chart: Path) -> None:
    assert found(chart)
    assert all("[1]" in where for _, _, where in found(chart))


def test_a_default_that_leaves_something_out_is_a_finding(make_chart: MakeChart, chart: Path) -> None:
    values = {**VALUES, "securityContext": {"enabled": False}, "serviceAccount": {"create": False}}
    chart = make_chart({"values.yaml": json.dumps(values)})
    rules = {(check, rule) for check, rule, _ in found(chart)}
    assert {("pod-security", "run-as-non-root"), ("references", "missing")} <= rules


def test_a_label_of_the_authors_own_matrix_is_the_charts_concern(make_chart: MakeChart, chart: Path) -> None:
    matrix = {
        "axes": [
            {"name": "network", "values": {"own": None, "host": {"hostNetwork": True}}},
            {"name": "sidecar", "values": {"none": None, "one": {"sidecar": {"enabled": True}}}},
        ],
        "strength": [{"t": 1}],
    }
    chart = make_chart({"matrix.yaml": json.dumps(matrix)})
    assert "host-namespaces" in {rule for _, rule, _ in found(chart)}
