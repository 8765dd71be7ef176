"""One identity of an object: group, kind, namespace and name. Each user keeps apart what a cluster keeps apart."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.idempotency import CHECK as IDEMPOTENCY
from chartgate.findings.labels import CHECK as LABELS
from chartgate.findings.names import CHECK as NAMES
from chartgate.findings.network_policies import CHECK as NETWORK_POLICIES
from chartgate.findings.references import CHECK as REFERENCES
from chartgate.findings.runner import examine
from chartgate.releases.identity import Identity, full_kind
from chartgate.releases.manifests import read_sources
from chartgate.releases.objects import KubeObject, kube_object
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.reports.diff.compare import compare
from chartgate.reports.locations import object_of
from chartgate.reports.masking import masked
from chartgate.values.case import Case

FindingsOf = Callable[..., list[Finding]]
ReleaseOf = Callable[..., Release]

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: None, ports: [{port: 80}]}\n"
KNATIVE = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web}\nspec: {template: {spec: {}}}\n"


def object_with(api_version: str, kind: str, namespace: str = "") -> KubeObject:
    metadata = {"name": "x", **({"namespace": namespace} if namespace else {})}
    return kube_object({"apiVersion": api_version, "kind": kind, "metadata": metadata}, "x.yaml", "apps")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("extensions/v1beta1 Ingress", "networking.k8s.io/v1 Ingress"),
        ("extensions/v1beta1 Deployment", "apps/v1 Deployment"),
        ("policy/v1beta1 PodDisruptionBudget", "policy/v1 PodDisruptionBudget"),
        ("autoscaling/v2beta2 HorizontalPodAutoscaler", "autoscaling/v2 HorizontalPodAutoscaler"),
        ("example.com/v1alpha1 Widget", "example.com/v1 Widget"),
    ],
)
def test_a_version_is_only_a_form_of_an_object(before: str, after: str) -> None:
    assert object_with(*before.split()).identity == object_with(*after.split()).identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (object_with("v1", "Service"), object_with("serving.knative.dev/v1", "Service")),
        (object_with("networking.k8s.io/v1", "Ingress"), object_with("extensions.example.com/v1", "Ingress")),
        (object_with("postgresql.cnpg.io/v1", "Cluster"), object_with("cluster.x-k8s.io/v1", "Cluster")),
        (object_with("v1", "Secret", "a"), object_with("v1", "Secret", "b")),
        (object_with("example.com/v1", "Namespace", "a"), object_with("example.com/v1", "Namespace", "b")),
    ],
)
def test_another_group_or_namespace_is_another_object(one: KubeObject, other: KubeObject) -> None:
    assert one.identity != other.identity


def test_a_kind_without_namespaces_has_none_whatever_the_manifest_says() -> None:
    assert object_with("rbac.authorization.k8s.io/v1", "ClusterRole", "a").identity == Identity(
        "rbac.authorization.k8s.io", "ClusterRole", "", "x"
    )
    definition = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec: {group: example.com, scope: SCOPE, names: {kind: Widget}}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: g}
"""
    for scope, namespaces in ("Cluster", ["", "", ""]), ("Namespaced", ["", "apps", ""]):
        objects = read_sources([("x.yaml", part) for part in definition.replace("SCOPE", scope).split("---\n")], "apps")
        assert [obj.namespace for obj in objects] == namespaces


def test_a_kind_that_kubernetes_has_too_is_called_with_its_group() -> None:
    assert object_with("serving.knative.dev/v1", "Service").ref == "Service.serving.knative.dev/x"
    assert object_with("monitoring.coreos.com/v1", "ServiceMonitor").ref == "ServiceMonitor/x"
    assert full_kind("extensions/v1beta1", "Ingress") == "Ingress"


def test_a_reference_means_kubernetes_own_kind(findings_of: FindingsOf, release_of: ReleaseOf) -> None:
    release = release_of(f"{KNATIVE}---\n{SERVICE}")
    assert [obj.api_version for obj in release.of_kind("Service")] == ["v1"]
    assert release_of(KNATIVE).find("Service", "web") is None
    scaler = """\
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: h}
spec: {scaleTargetRef: {apiVersion: GROUP/v1, kind: Deployment, name: d}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {template: {metadata: {labels: {a: b}}, spec: {}}, selector: {matchLabels: {a: b}}}
"""
    assert findings_of(REFERENCES, scaler.replace("GROUP", "apps")) == []
    (finding,) = findings_of(REFERENCES, scaler.replace("GROUP", "example.com"))
    assert str(finding.target) == "Deployment.example.com/d"


def test_two_groups_are_not_one_object_made_twice(findings_of: FindingsOf) -> None:
    assert not [f for f in findings_of(REFERENCES, f"{SERVICE}---\n{KNATIVE}") if f.rule == "duplicate"]
    found = findings_of(REFERENCES, f"{SERVICE}---\n{SERVICE}")
    assert [str(finding.about) for finding in found if finding.rule == "duplicate"] == ["Service/web"]
    both = f"{SERVICE}---\n{KNATIVE}"
    assert findings_of(NAMES, SERVICE, variants={"long-release": both}) == []


def test_a_policy_of_another_group_guards_no_pod(findings_of: FindingsOf) -> None:
    policy = "apiVersion: crd.projectcalico.org/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {selector: all()}\n"
    assert findings_of(NETWORK_POLICIES, policy) == []


def test_the_comparison_of_renders_pairs_by_identity(findings_of: FindingsOf) -> None:
    changed = KNATIVE.replace("spec: {}", "spec: {a: 1}")
    (finding,) = findings_of(IDEMPOTENCY, f"{SERVICE}---\n{KNATIVE}", variants={"again": f"{SERVICE}---\n{changed}"})
    assert str(finding.about) == "Service.serving.knative.dev/web"


def test_the_diff_sees_a_change_in_each_group(release_of: ReleaseOf) -> None:
    before = release_of(f"{KNATIVE}---\n{SERVICE}")
    after = release_of(f"{KNATIVE.replace('spec: {}', 'spec: {a: 1}')}---\n{SERVICE.replace('80', '81')}")
    difference = compare("x", before, after)
    assert [str(obj.about) for obj in difference.changed] == ["Service/web", "Service.serving.knative.dev/web"]
    assert [obj.identity.group for obj in difference.changed] == ["", "serving.knative.dev"]


def test_the_diff_pairs_an_object_whose_group_moved(release_of: ReleaseOf) -> None:
    old = "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: web}\n"
    difference = compare("x", release_of(old), release_of(old.replace("extensions/v1beta1", "networking.k8s.io/v1")))
    assert (difference.added, difference.removed) == ((), ())
    assert [change.path for change in difference.changed[0].changes] == ["apiVersion"]


def test_a_report_finds_the_object_of_a_finding(release_of: ReleaseOf) -> None:
    cluster = "apiVersion: {}\nkind: Cluster\nmetadata: {{name: web, labels: {{app.kubernetes.io/managed-by: me}}}}\n"
    groups = ("postgresql.cnpg.io", "cluster.x-k8s.io")
    rendered = Rendered(Case("x"), release_of("---\n".join(cluster.format(f"{group}/v1") for group in groups)))
    (verdict,) = examine(LABELS, [rendered])
    found = [object_of(finding, rendered) for finding in verdict.findings]
    assert [obj.identity.group for obj in found if obj] == list(groups)


def test_the_values_make_an_object_of_their_own_group_only(findings_of: FindingsOf) -> None:
    values = ["extra: [{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: web}}]"]
    assert findings_of(LABELS, KNATIVE, values=values) == []
    assert findings_of(LABELS, SERVICE, values=values) != []


def test_a_secret_of_any_group_is_masked() -> None:
    secret = kube_object(
        {"apiVersion": "example.com/v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {"a": "aHVzaA=="}},
        "x.yaml",
        "apps",
    )
    assert masked(secret)["data"] == {"a": "(masked)"}
