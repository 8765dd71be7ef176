"""An upgrade finds the objects of the first installation, and is judged."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate import gate
from chartgate.findings.registry import CHECKS
from chartgate.releases.jobs import Job, render_case
from chartgate.releases.upgrade import render_upgrade
from chartgate.tools.cache import cache_folder
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.values.case import Case
from chartgate.values.selection import Choice

MakeChart = Callable[[dict[str, str]], Path]
SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: generated}
%s
"""
KEPT = """
{{- $old := lookup "v1" "Secret" .Release.Namespace "generated" }}
data: {password: {{ if $old }}{{ $old.data.password }}{{ else }}{{ randAlphaNum 24 | b64enc }}{{ end }}}
"""
ANEW = "stringData: {password: {{ randAlphaNum 24 }}}"


def findings(chart: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    monkeypatch.setattr(gate, "CHECKS", tuple(check for check in CHECKS if check.key in {"variants", "idempotency"}))
    results = gate.run(chart, Choice(offered=True))
    return [(finding.rule, str(finding.about)) for finding in results.occurrences]


@pytest.mark.parametrize(("data", "found"), [(ANEW, [("regenerated", "Secret/generated")]), (KEPT, [])])
def test_a_secret_that_an_upgrade_generates_anew_is_found(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, data: str, found: list[tuple[str, str]]
) -> None:
    assert findings(make_chart({"templates/a.yaml": SECRET % data}), monkeypatch) == found


def test_a_template_that_fails_on_an_upgrade_is_found(make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch) -> None:
    template = SECRET % '{{ if .Release.IsUpgrade }}{{ fail "upgrades are broken" }}{{ end }}'
    assert findings(make_chart({"templates/a.yaml": template}), monkeypatch) == [("refused", "defaults")]


LOOKUPS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  upgrade: {{ .Release.IsUpgrade | quote }}
  own: {{ (lookup "v1" "ConfigMap" "apps" "a").metadata | quote }}
  all: {{ len (default list (lookup "v1" "ConfigMap" "apps" "").items) | quote }}
  role: {{ (lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" "b").kind | quote }}
  custom: {{ (lookup "monitoring.coreos.com/v1" "ServiceMonitor" "apps" "b").kind | quote }}
  elsewhere: {{ (lookup "v1" "ConfigMap" "other" "a") | toJson | quote }}
  given: {{ default dict (lookup "v1" "Secret" "apps" "given").data | keys | join "," | quote }}
  namespace: {{ (lookup "v1" "Namespace" "" "apps").kind | quote }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: b}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: b}
---
apiVersion: v1
kind: Pod
metadata: {name: c}
spec:
  containers: [{name: c, image: c, env: [{name: A, valueFrom: {secretKeyRef: {name: given, key: key}}}]}]
"""


def test_helm_leaves_nothing_in_the_cache_of_the_users_kubectl(
    make_chart: MakeChart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kubectl would take the kinds of the stand-in for those of a later cluster with the same port."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_folder().parent))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KUBECACHEDIR", raising=False)
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
    looking = '{{ lookup "apps/v1" "Deployment" "apps" "x" }}\n' + config + f"data: {{a: {tmp_path.name}}}\n"
    files = read_chart_files(make_chart({"templates/a.yaml": "# " + looking}))
    job = Job(Case("defaults", namespace="apps"), EMBEDDED, "1.37")
    assert len(render_upgrade(files, job, render_case(files, job))) == 1
    assert not (tmp_path / "home" / ".kube").exists()


def test_lookup_finds_what_the_installation_made_and_needed(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/a.yaml": LOOKUPS})
    job = Job(Case("defaults", namespace="apps"), EMBEDDED, "1.37")
    files = read_chart_files(chart)
    data = dict(render_upgrade(files, job, render_case(files, job)).only("ConfigMap").manifest["data"])
    assert "meta.helm.sh/release-name:release" in data.pop("own")
    assert data.pop("given") == "key"
    assert data == {
        "upgrade": "true",
        "all": "1",
        "role": "ClusterRole",
        "custom": "ServiceMonitor",
        "elsewhere": "{}",
        "namespace": "Namespace",
    }
