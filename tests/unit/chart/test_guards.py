"""Guards: values that contradict each other stop the render, all of them at once, with the path and the remedy."""

from typing import Any

import pytest

from tests.unit.chart.contradictions import CONTRADICTIONS, EXTERNAL

OWN = {"service": {"name": "relay-claude-relay", "port": {"number": 80}}}


@pytest.mark.parametrize(("values", "message"), CONTRADICTIONS, ids=[message for _, message in CONTRADICTIONS])
def test_a_contradiction_is_refused_with_path_and_remedy(refused: Any, values: Any, message: str) -> None:
    assert message in refused(values)


@pytest.mark.parametrize(
    "values",
    [
        {"ingress": {"enabled": True, "hosts": [{"host": "a.ex.com"}], "tls": [{"hosts": ["*.ex.com"]}]}},
        {"ingress": {"enabled": True, "hosts": [{"host": "*.ex.com"}], "tls": [{"hosts": ["a.ex.com"]}]}},
        {"ingress": {"enabled": True, "tls": [{"hosts": ["a.ex.com"]}]}},
        {"ingress": {"enabled": True, "tls": [{"secretName": "a"}]}},
        {"ingress": {"enabled": True, "tls": [{"secretName": None, "hosts": ["a.ex.com"]}]}},
        {"ingress": {"enabled": True, "hosts": [{"host": "a.com"}, {"paths": []}], "tls": [{"hosts": ["b.com"]}]}},
        {"ingress": {"enabled": True}, "servedPaths": {"exact": [], "prefixes": []}},
        {"autoscaling": {"enabled": True, "maxReplicas": 1}, "storage": {"logs": {"mode": "pvc"}}},
        {"autoscaling": {"enabled": True}, "resources": {"requests": None}},
        {"redis": {"extraConfig": "maxmemory 1mb\nmaxmemory-policy noeviction\n"}},
        {"ingress": {"enabled": True, "extraPaths": [{"path": "/api", "backend": OWN}]}},
        # Since Kubernetes 1.36, the name of a Service may be a number.
        {"ingress": {"enabled": True, "defaultBackend": {"service": {"name": 7, "port": {"number": 80}}}}},
        {"storage": {"logs": {"fluentbit": {"output": {"type": "loki", "config": {"Host": "${LOKI_HOST}"}}}}}},
        {
            "autoscaling": {
                "enabled": True,
                "targetCPUUtilizationPercentage": 0,
                "targetMemoryUtilizationPercentage": 0,
                "metrics": [
                    {"type": "Pods", "pods": {"metric": {"name": "a"}, "target": {"type": "Value", "value": 1}}}
                ],
            }
        },
        {
            "preStopSleepSeconds": 0,
            "terminationGracePeriodSeconds": 10,
            "storage": {"logs": {"fluentbit": {"enabled": False}}},
        },
        {**EXTERNAL, "externalRedis": {"host": "Redis.Example.com"}},
        {"serviceMonitor": {"enabled": False, "interval": "10s", "scrapeTimeout": "1m"}},
        {"serviceMonitor": {"enabled": False, "ifCRDMissing": "fail"}},
        {"podDisruptionBudget": {"enabled": False, "minAvailable": 1, "maxUnavailable": 1}},
        {"autoscaling": {"enabled": True}, "resources": {"limits": {"cpu": None}}},
        {"config": {"port": 7979}},
        {"redis": {"maxMemory": "90Mi", "resources": {"limits": {"memory": "100Mi"}}}},
        {"redis": {"maxMemory": "1T", "resources": {"limits": {"memory": "1200G"}}}},
        {"serviceAccount": {"create": False, "name": "a"}, "redis": {"serviceAccount": {"create": True, "name": "a"}}},
        {"serviceAccount": {"create": True, "name": "a"}, "redis": {"serviceAccount": {"create": False, "name": "a"}}},
        {
            "redis": {"auth": {"enabled": True, "password": "p" * 12}},
            "config": {
                "generateSecrets": False,
                "jwtSecret": "j" * 40,
                "encryptionKey": "e" * 32,
                "adminPassword": "a" * 12,
            },
        },
    ],
    ids=str,
)
def test_what_goes_together_is_not_refused(render: Any, values: Any) -> None:
    assert render(values=values)


def test_all_contradictions_are_told_at_once(refused: Any) -> None:
    message = refused({"redis": {"enabled": False}, "httpRoute": {"enabled": True}, "config": {"host": "::1"}})
    assert message.count("\n  - ") == 3


@pytest.mark.parametrize(
    ("service", "too_old", "enough"),
    [
        ({"ipFamilyPolicy": "SingleStack"}, "1.19", "1.20"),
        ({"internalTrafficPolicy": "Local"}, "1.20", "1.21"),
        ({"type": "LoadBalancer", "loadBalancerClass": "a"}, "1.20", "1.21"),
    ],
)
def test_a_field_the_cluster_lacks_is_refused(
    render: Any, refused: Any, service: Any, too_old: str, enough: str
) -> None:
    assert f"requires Kubernetes {enough}" in refused({"service": service}, kube=too_old)
    assert render(values={"service": service}, kube=enough)


def test_a_name_that_starts_with_a_digit_is_refused_where_no_service_may_have_it(render: Any, refused: Any) -> None:
    message = refused({}, release="7relay", kube="1.35")
    for name, path in (("7relay-claude-relay", "fullnameOverride"), ("7relay-redis", "redis.fullnameOverride")):
        assert f"the name {name} starts with a digit" in message
        assert f"set {path}" in message
    assert render(release="7relay", kube="1.36")
    assert render({"fullnameOverride": "a", "redis": {"fullnameOverride": "b"}}, release="7relay", kube="1.19")


@pytest.mark.parametrize("name", ["my.relay", "redis.relay", "a.b"])
def test_a_release_name_with_a_dot_is_refused_unless_the_objects_have_other_names(
    render: Any, refused: Any, name: str
) -> None:
    message = refused({}, release=name)
    assert "contains a dot, which is invalid for a Service: set fullnameOverride" in message
    assert "contains a dot, which is invalid for a Service: set redis.fullnameOverride" in message
    assert render({"fullnameOverride": "a", "redis": {"fullnameOverride": "b"}}, release=name)


def test_an_assumed_version_of_an_old_helm_is_no_obstacle(render: Any, oldest_helm: Any) -> None:
    assert render(values={"service": {"ipFamilyPolicy": "SingleStack"}}, helm=oldest_helm)


def test_the_version_of_a_real_cluster_wins_over_the_value(render: Any, refused: Any) -> None:
    values = {"kubeVersion": "1.37.0"}
    assert "1.19 or later" in refused(values, kube="1.18", api_versions=["v1/Pod"])
    assert render(values, kube="1.18")


def test_a_cluster_that_is_too_old_is_refused(refused: Any) -> None:
    assert "1.19 or later" in refused({}, kube="1.18", api_versions=["v1/Pod"])
