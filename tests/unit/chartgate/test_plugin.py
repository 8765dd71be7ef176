"""The pytest plugin in projects of its own: a chart's tests read as sentences, and other projects are left alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.documents import ROOT, blocks

pytest_plugins = ["pytester"]

MakeChart = Callable[[dict[str, str]], Path]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: c
      image: a
      securityContext: {allowPrivilegeEscalation: {{ .Values.escalate }}, capabilities: {drop: [ALL]}}
"""
CHART = {"templates/pod.yaml": POD, "values.yaml": "escalate: false\n", "ci/a-values.yaml": "escalate: true\n"}
SENTENCES = """
import pytest

def test_it_renders(render, cases):
    assert [case.name for case in cases] == ["defaults", "ci/a"]
    assert render().only("Pod").name == "p"
    assert render({"escalate": True}) and render(case=cases[1])

def test_it_conforms(render, assert_conforms):
    assert_conforms(render(), checks=["pod-security"])

def test_it_does_not(render, assert_conforms):
    with pytest.raises(pytest.fail.Exception) as failure:
        assert_conforms(render({"escalate": True}), checks=["pod-security"])
    assert "Pod/p: spec.containers[0] (c).securityContext.allowPrivilegeEscalation: is not false" in str(failure.value)

def test_a_check_that_is_none(render, assert_conforms):
    with pytest.raises(pytest.fail.Exception, match="no check is called nothing"):
        assert_conforms(render(), checks=["nothing"])
"""


def test_tests_of_a_chart_read_as_sentences(pytester: pytest.Pytester, make_chart: MakeChart) -> None:
    pytester.makepyfile(SENTENCES)
    result = pytester.runpytest_inprocess("--chart", str(make_chart(CHART)))
    result.assert_outcomes(passed=4)


def test_the_chart_may_stand_in_the_settings(pytester: pytest.Pytester, make_chart: MakeChart) -> None:
    make_chart(CHART).rename(pytester.path / "mine")
    pytester.makeini("[pytest]\nchartgate_chart = mine\n")
    pytester.makepyfile("def test_it(chart, render):\n    assert chart.name == 'mine'\n    assert render()\n")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


DEPLOYMENT = """\
{{- $pod := dict "app.kubernetes.io/name" "web" "app.kubernetes.io/instance" .Release.Name }}
{{- $labels := toJson (merge (dict "app.kubernetes.io/managed-by" "Helm") $pod) }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {{ $labels }}}
spec:
  replicas: {{ .Values.replicaCount }}
  selector: {matchLabels: {{ toJson $pod }}}
  template:
    metadata: {labels: {{ $labels }}}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: example.com/web:1.0.0@sha256:REPLACED
          imagePullPolicy: Always
          resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {cpu: 10m, memory: 16Mi}}
          livenessProbe: {httpGet: {path: /, port: 8080}}
          readinessProbe: {httpGet: {path: /, port: 8080}}
          ports: [{containerPort: 8080}]
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, labels: {{ $labels }}}
spec: {podSelector: {matchLabels: {{ toJson $pod }}}, policyTypes: [Ingress]}
{{- if gt (int .Values.replicaCount) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, labels: {{ $labels }}}
spec: {minAvailable: 1, selector: {matchLabels: {{ toJson $pod }}}}
{{- end }}
""".replace("REPLACED", "0" * 64)


def test_the_example_of_the_document_runs(pytester: pytest.Pytester, make_chart: MakeChart) -> None:
    document = {block.language: block.text for block in blocks(ROOT / "docs" / "interfaces.md")}
    (pytester.path / "charts").mkdir()
    chart = make_chart({"templates/web.yaml": DEPLOYMENT, "values.yaml": "replicaCount: 1\n"})
    chart.rename(pytester.path / "charts" / "my-chart")
    pytester.makepyprojecttoml(document["toml"])
    pytester.makepyfile(document["python"])
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_without_a_chart_the_failure_says_what_to_write(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(render):\n    pass\n")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no chart: name its folder with --chart*"])


def test_a_project_that_has_its_own_fixtures_keeps_them(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "import pytest\n\n@pytest.fixture\ndef render():\n    return 'mine'\n\n"
        "@pytest.fixture\ndef cases():\n    return 1\n"
    )
    pytester.makepyfile("def test_it(render, cases):\n    assert (render, cases) == ('mine', 1)\n")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_a_project_that_merely_has_it_installed_loads_none_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import sys\n\ndef test_it():\n"
        "    loaded = {name for name in sys.modules if name.startswith('chartgate')}\n"
        "    assert loaded == {'chartgate', 'chartgate.pytest_plugin'}\n"
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
