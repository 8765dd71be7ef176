"""Rendering: what goes in arrives, what Helm says comes out, and nobody can change the result."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate.releases import store
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError, render
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.engines import find_engine
from chartgate.tools.helm import Helm

MakeChart = Callable[[dict[str, str]], Path]

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-map}
data:
  namespace: {{ .Release.Namespace }}
  kube: {{ .Capabilities.KubeVersion.Version | quote }}
  has: {{ .Capabilities.APIVersions.Has "a.example/v1" | quote }}
  value: {{ .Values.value | quote }}
"""


def data_of(release: Release) -> dict[str, str]:
    return dict(release.only("ConfigMap").manifest["data"])


def test_every_input_reaches_the_templates(make_chart: MakeChart, helm: Helm) -> None:
    chart = make_chart({"templates/a.yaml": CONFIG_MAP})
    release = render(
        read_chart_files(chart),
        helm=helm,
        values={"value": 'a "quoted"\nline {{ x }}'},
        release="r",
        namespace="ns",
        kube_version="1.29",
        api_versions=["a.example/v1"],
    )
    assert release.inventory() == [("ConfigMap", "r-map")]
    assert data_of(release) == {
        "namespace": "ns",
        "kube": "v1.29.0",
        "has": "true",
        "value": 'a "quoted"\nline {{ x }}',
    }
    assert release.only("ConfigMap").template == "tiny/templates/a.yaml"


def test_later_values_win_and_sets_win_over_all(make_chart: MakeChart, oldest_helm: Helm) -> None:
    chart = read_chart_files(make_chart({"templates/a.yaml": CONFIG_MAP}))
    assert data_of(render(chart, helm=oldest_helm, values=["value: 1", "value: 2"]))["value"] == "2"
    assert data_of(render(chart, helm=oldest_helm, values="value: 1", sets=["--set", "value=3"]))["value"] == "3"


def test_a_refusal_has_helms_own_words(make_chart: MakeChart, helm: Helm) -> None:
    chart = make_chart({"templates/a.yaml": '{{ fail "set a.b, since c" }}'})
    with pytest.raises(RenderError, match=r"set a\.b, since c"):
        render(read_chart_files(chart), helm=helm)


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: '1', a: '2'}\n", 'the key "a" appears twice'),
        ("a: 1\n", "kind is missing or not a text"),
        ("kind: ConfigMap\nmetadata: {name: 1}\n", "metadata.name is missing or not a text"),
        ("kind: List\nitems:\n", "prints a List whose items are not a list"),
        ("kind: List\nitems: [null]\n", "it is not a mapping"),
    ],
)
def test_output_that_is_no_object_is_refused(
    make_chart: MakeChart, oldest_helm: Helm, template: str, complaint: str
) -> None:
    with pytest.raises(RenderError, match=complaint):
        render(read_chart_files(make_chart({"templates/a.yaml": template})), helm=oldest_helm)


def test_helm_is_asked_once_until_the_chart_changes(
    make_chart: MakeChart, helm: Helm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    random = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: {{ randAlphaNum 20 }}}\n"
    chart = make_chart({"templates/a.yaml": random})
    first = data_of(render(read_chart_files(chart), helm=helm))
    assert data_of(render(read_chart_files(chart), helm=helm)) == first
    assert data_of(render(read_chart_files(chart), helm=helm, cached=False)) != first
    (chart / "values.yaml").write_text("b: 1\n", encoding="utf-8")
    assert data_of(render(read_chart_files(chart), helm=helm)) != first


def test_a_damaged_cache_entry_counts_as_absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    store.save("renders", "k", {"a": 1})
    (path,) = (tmp_path / "chartgate" / "renders").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    path.write_text('{"a"', encoding="utf-8")
    assert store.load("renders", "k", dict[str, int]) is None


def test_an_object_cannot_be_changed(release_of: Callable[..., Release]) -> None:
    obj = release_of("kind: ConfigMap\nmetadata: {name: x, labels: {a: b}}\ndata: {l: [1]}").only("ConfigMap")
    with pytest.raises(TypeError, match="cannot be changed"):
        obj.labels["a"] = "c"
    with pytest.raises(TypeError, match="cannot be changed"):
        obj.manifest["data"]["l"].append(2)
    assert obj.labels == {"a": "b"}


def test_a_release_answers_in_sentences(release_of: Callable[..., Release]) -> None:
    release = release_of(
        "kind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test}}\nspec: {containers: [{name: c}]}\n---\n"
        "kind: CronJob\nmetadata: {name: j, namespace: other}\n"
        "spec: {jobTemplate: {spec: {template: {spec: {initContainers: [{name: i, restartPolicy: Always}],"
        " containers: [{name: c, env: [{name: A, value: b}], ports: [{name: p, containerPort: 1}]}]}}}}}"
    )
    job = release.only("CronJob")
    assert [(container.name, container.role) for container in job.containers] == [("i", "sidecar"), ("c", "container")]
    assert job.container("c").env["A"]["value"] == "b"
    assert job.container("c").ports == {"p": 1}
    assert job.container("c").path == "spec.jobTemplate.spec.template.spec.containers[0]"
    assert (job.namespace, job.ref) == ("other", "CronJob/j")
    assert release.get("Pod", "t").hooks == {"test"}
    with pytest.raises(LookupError, match="expected one Pod, found 0"):
        release.only("Pod")
    with pytest.raises(LookupError, match=r"no Secret/x in CronJob/j, Pod/t"):
        release.get("Secret", "x")
    with pytest.raises(LookupError, match="no container z, only i, c"):
        job.container("z")


@pytest.mark.parametrize("template", ["kind: ConfigMap\nmetadata: text\n", "- a\n"])
def test_what_only_some_helms_print_is_refused_too(make_chart: MakeChart, template: str) -> None:
    with pytest.raises(RenderError, match="prints something that is not an object"):
        render(read_chart_files(make_chart({"templates/a.yaml": template})), helm=EMBEDDED, values="")


@pytest.mark.parametrize("spec", ["embedded", "3", "4"])
@pytest.mark.parametrize(
    ("kube", "api", "served"),
    [
        ("1.37", "policy/v1/PodDisruptionBudget", True),
        ("1.37", "policy/v1beta1/PodDisruptionBudget", False),
        ("1.19", "policy/v1/PodDisruptionBudget", False),
        ("1.19", "extensions/v1beta1/Ingress", True),
        ("1.29", "flowcontrol.apiserver.k8s.io/v1beta3", True),
        ("1.37", "resource.k8s.io/v1alpha3/DeviceTaintRule", False),
        ("1.37", "v1/PodList", False),
    ],
)
def test_the_api_versions_are_those_that_the_kubernetes_version_serves(
    make_chart: MakeChart, spec: str, kube: str, api: str, served: bool
) -> None:
    answer = f'{{{{ .Capabilities.APIVersions.Has "{api}" | quote }}}}'
    template = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{has: {answer}}}\n"
    chart = make_chart({"templates/a.yaml": template})
    release = render(read_chart_files(chart), helm=find_engine(spec), kube_version=kube)
    assert release.only("ConfigMap").manifest["data"]["has"] == str(served).lower()
