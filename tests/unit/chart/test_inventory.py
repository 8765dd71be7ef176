"""Exactly these objects: what a release is made of, by default and with each feature."""

from collections.abc import Mapping
from typing import Any

import pytest

APPLICATION = {
    ("ConfigMap", "x-claude-relay-config"),
    ("ConfigMap", "x-claude-relay-scripts"),
    ("Deployment", "x-claude-relay"),
    ("NetworkPolicy", "x-claude-relay"),
    ("NetworkPolicy", "x-claude-relay-test"),
    ("Pod", "x-claude-relay-test"),
    ("Secret", "x-claude-relay-secret"),
    ("Service", "x-claude-relay"),
    ("ServiceAccount", "x-claude-relay"),
}
FLUENT_BIT = {("ConfigMap", "x-claude-relay-fluent-bit-config")}
REDIS = {
    ("ConfigMap", "x-redis-config"),
    ("NetworkPolicy", "x-redis"),
    ("Service", "x-redis"),
    ("Service", "x-redis-headless"),
    ("ServiceAccount", "x-redis"),
    ("StatefulSet", "x-redis"),
}
EXPORTER = {("ConfigMap", "x-claude-relay-metrics"), ("Service", "x-claude-relay-metrics")}
DEFAULT = APPLICATION | FLUENT_BIT | REDIS

EXTERNAL_REDIS = {"redis": {"enabled": False}, "externalRedis": {"host": "redis.example.com"}}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, DEFAULT),
        (EXTERNAL_REDIS, DEFAULT - REDIS),
        ({"redis": {"auth": {"enabled": True}}}, DEFAULT | {("Secret", "x-redis")}),
        ({"redis": {"auth": {"enabled": True, "existingSecret": "mine"}}}, DEFAULT),
        ({"redis": {"networkPolicy": {"enabled": False}}}, DEFAULT - {("NetworkPolicy", "x-redis")}),
        ({"redis": {"serviceAccount": {"create": False}}}, DEFAULT - {("ServiceAccount", "x-redis")}),
        ({"config": {"existingSecret": "mine"}}, DEFAULT - {("Secret", "x-claude-relay-secret")}),
        ({"serviceAccount": {"create": False}}, DEFAULT - {("ServiceAccount", "x-claude-relay")}),
        (
            {"networkPolicy": {"enabled": False}},
            DEFAULT - {("NetworkPolicy", "x-claude-relay"), ("NetworkPolicy", "x-claude-relay-test")},
        ),
        (
            {"helmTest": {"enabled": False}},
            DEFAULT - {("Pod", "x-claude-relay-test"), ("NetworkPolicy", "x-claude-relay-test")},
        ),
        (
            {"ingress": {"enabled": True, "traefikMiddleware": "never"}},
            DEFAULT | {("Ingress", "x-claude-relay")},
        ),
        (
            {"ingress": {"enabled": True, "className": "traefik"}},
            DEFAULT | {("Ingress", "x-claude-relay"), ("Middleware", "x-claude-relay-blocked")},
        ),
        (
            {"httpRoute": {"enabled": True, "parentRefs": [{"name": "gateway"}]}},
            DEFAULT | {("HTTPRoute", "x-claude-relay")},
        ),
        ({"serviceMonitor": {"enabled": True}}, DEFAULT | EXPORTER | {("ServiceMonitor", "x-claude-relay")}),
        ({"prometheusRule": {"enabled": True}}, DEFAULT | EXPORTER | {("PrometheusRule", "x-claude-relay")}),
        ({"metrics": {"exporter": {"mode": "always"}}}, DEFAULT | EXPORTER),
        (
            {"metrics": {"exporter": {"mode": "never"}}, "serviceMonitor": {"enabled": True}},
            DEFAULT | {("ServiceMonitor", "x-claude-relay")},
        ),
        ({"autoscaling": {"enabled": True}}, DEFAULT | {("HorizontalPodAutoscaler", "x-claude-relay")}),
        ({"podDisruptionBudget": {"enabled": True}}, DEFAULT | {("PodDisruptionBudget", "x-claude-relay")}),
        ({"storage": {"logs": {"mode": "forward"}}}, DEFAULT),
        ({"storage": {"logs": {"mode": "emptyDir"}}}, DEFAULT - FLUENT_BIT),
        ({"storage": {"logs": {"fluentbit": {"enabled": False}}}}, DEFAULT - FLUENT_BIT),
        (
            {"storage": {"logs": {"mode": "pvc"}}},
            (DEFAULT - FLUENT_BIT) | {("PersistentVolumeClaim", "x-claude-relay-logs")},
        ),
        (
            {"storage": {"logs": {"mode": "pvc", "persistence": {"existingClaim": "mine"}}}},
            DEFAULT - FLUENT_BIT,
        ),
        (
            {"storage": {"data": {"external": {"enabled": True}}}},
            DEFAULT | {("PersistentVolumeClaim", "x-claude-relay-external-data")},
        ),
        ({"storage": {"data": {"external": {"enabled": True, "existingClaim": "mine"}}}}, DEFAULT),
        (
            {"storage": {"logs": {"mode": "forward", "fluentbit": {"output": {"config": {"Shared_Key": "a"}}}}}},
            DEFAULT | {("Secret", "x-claude-relay-fluent-bit")},
        ),
    ],
)
def test_a_release_has_exactly_these_objects(
    render: Any, values: Mapping[str, Any], expected: set[tuple[str, str]]
) -> None:
    release = render(values=values, release="x", api_versions=["traefik.io/v1alpha1/Middleware"])
    assert release.inventory() == sorted(expected)


@pytest.mark.parametrize(
    ("part", "kind", "api"),
    [
        ("serviceMonitor", "ServiceMonitor", "monitoring.coreos.com/v1/ServiceMonitor"),
        ("prometheusRule", "PrometheusRule", "monitoring.coreos.com/v1/PrometheusRule"),
        ("httpRoute", "HTTPRoute", "gateway.networking.k8s.io/v1/HTTPRoute"),
    ],
)
def test_a_kind_the_cluster_lacks_is_rendered_skipped_or_refused(
    render: Any, refused: Any, part: str, kind: str, api: str
) -> None:
    def values(choice: str) -> dict[str, Any]:
        common: dict[str, Any] = {"enabled": True, "ifCRDMissing": choice}
        return {part: common | ({"parentRefs": [{"name": "gateway"}]} if part == "httpRoute" else {})}

    assert render(values=values("render")).of_kind(kind)
    assert not render(values=values("skip")).of_kind(kind)
    assert render(values=values("skip"), api_versions=[api]).of_kind(kind)
    assert render(values=values("fail"), api_versions=[api]).of_kind(kind)
    assert f"{part}.ifCRDMissing" in refused(values("fail"))
    assert render({part: {"enabled": False, "ifCRDMissing": "fail"}}, api_versions=["v1/Pod"])


@pytest.mark.parametrize(
    ("values", "kind", "versions"),
    [
        (
            {"autoscaling": {"enabled": True}},
            "HorizontalPodAutoscaler",
            {"1.22": "autoscaling/v2beta2", "1.23": "autoscaling/v2"},
        ),
        (
            {"podDisruptionBudget": {"enabled": True}},
            "PodDisruptionBudget",
            {"1.20": "policy/v1beta1", "1.21": "policy/v1"},
        ),
    ],
)
def test_the_api_version_is_one_the_cluster_serves(
    render: Any, values: Mapping[str, Any], kind: str, versions: Mapping[str, str]
) -> None:
    assert {kube: render(values=values, kube=kube).only(kind).api_version for kube in versions} == versions


def test_an_old_helm_can_be_told_the_version_by_a_value(render: Any, oldest_helm: Any) -> None:
    """Helm before 3.6 has no --kube-version."""
    values = {"autoscaling": {"enabled": True}}
    told = {
        version: render(values={**values, "kubeVersion": version}, helm=oldest_helm).only("HorizontalPodAutoscaler")
        for version in ("1.22", "1.23")
    }
    assert {version: obj.api_version for version, obj in told.items()} == {
        "1.22": "autoscaling/v2beta2",
        "1.23": "autoscaling/v2",
    }


def test_objects_of_the_users_own_are_templates(render: Any) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}-text'}\n"
    mapping = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-map"}}
    release = render(values={"extraObjects": [text, mapping]}, release="x")
    assert {("ConfigMap", "x-text"), ("ConfigMap", "x-map")} <= set(release.inventory())
