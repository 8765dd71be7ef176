"""Guards: values that contradict each other stop the render, all of them at once, with the path and the remedy."""

from typing import Any

import pytest

EXTERNAL = {"redis": {"enabled": False}, "externalRedis": {"host": "redis"}}

CONTRADICTIONS = [
    ({"redis": {"enabled": False}}, "externalRedis.host is empty"),
    ({"externalRedis": {"host": "redis"}}, "externalRedis.host is set: set redis.enabled to false"),
    ({"externalRedis": {"tls": True}}, "externalRedis.tls is set"),
    (
        {"redis": {"auth": {"existingSecret": "mine"}}},
        "redis.auth.existingSecret is set but redis.auth.enabled is false",
    ),
    ({"redis": {"persistence": {"enabled": False, "existingClaim": "mine"}}}, "redis.persistence.existingClaim"),
    (
        {"redis": {"extraConfig": "maxmemory 1mb\n  DIR /tmp\n"}},
        "redis.extraConfig sets a directive that the chart sets",
    ),
    (
        {"redis": {"fullnameOverride": "relay-claude-relay-metrics"}},
        "object with the name relay-claude-relay-metrics",
    ),
    (
        {"serviceAccount": {"name": "a"}, "redis": {"serviceAccount": {"name": "a"}}},
        "redis.serviceAccount.name are both a",
    ),
    (
        {
            "autoscaling": {"enabled": True},
            "storage": {"logs": {"fluentbit": {"resources": {"requests": None, "limits": None}}}},
        },
        "storage.logs.fluentbit.resources.requests.cpu is not set",
    ),
    ({"redis": {"auth": {"password": "p"}}}, "redis.auth.enabled is false"),
    ({"tolerations": [{}]}, "tolerations[0] has no key"),
    ({"redis": {"tolerations": [{"key": "", "operator": "Equal"}]}}, "redis.tolerations[0] has no key"),
    (
        {"helmTest": {"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]}},
        "helmTest.tolerations[0] has the operator Exists and a value",
    ),
    (
        {"tolerations": [{"operator": "Exists"}, {"key": "a", "effect": "NoSchedule", "tolerationSeconds": 0}]},
        "tolerations[1] has tolerationSeconds but not the effect NoExecute",
    ),
    (
        {"redis": {"auth": {"enabled": True, "password": "p", "existingSecret": "s"}}},
        "redis.auth.password and redis.auth.existingSecret are both set",
    ),
    (
        {**EXTERNAL, "externalRedis": {"host": "h", "password": "p", "existingSecret": "s"}},
        "externalRedis.password and externalRedis.existingSecret are both set",
    ),
    ({"config": {"jwtSecret": "a", "existingSecret": "s"}}, "config.jwtSecret and config.existingSecret are both set"),
    ({"fullnameOverride": "a", "redis": {"fullnameOverride": "a"}}, "would both have an object with the name a:"),
    ({"nameOverride": "redis"}, "nameOverride and redis.nameOverride are both redis"),
    (
        {
            "redis": {"enabled": False},
            "externalRedis": {"host": "h", "tls": True, "tlsCA": {"existingSecret": "a", "existingConfigMap": "b"}},
        },
        "externalRedis.tlsCA.existingConfigMap",
    ),
    (
        {"redis": {"enabled": False}, "externalRedis": {"host": "h", "tlsCA": {"existingSecret": "a"}}},
        "externalRedis.tls is false",
    ),
    (
        {"autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 2}},
        "minReplicas (5) is greater than",
    ),
    ({"autoscaling": {"enabled": True, "targetCPUUtilizationPercentage": 0}}, "no metric is set"),
    ({"replicaCount": 2, "storage": {"logs": {"mode": "pvc"}}}, "storage.logs.persistence.accessMode=ReadWriteOnce"),
    (
        {
            "autoscaling": {"enabled": True},
            "storage": {"data": {"external": {"enabled": True, "accessMode": "ReadWriteOncePod"}}},
        },
        "storage.data.external.accessMode=ReadWriteOncePod",
    ),
    (
        {"podDisruptionBudget": {"enabled": True, "minAvailable": 0, "maxUnavailable": 1}},
        "podDisruptionBudget.minAvailable",
    ),
    ({"config": {"host": "127.0.0.1"}}, "config.host is 127.0.0.1"),
    ({"config": {"host": "0.0.0.0:3000"}}, "config.host (0.0.0.0:3000) contains a port"),
    (
        {**EXTERNAL, "externalRedis": {"host": "redis:6380"}},
        "externalRedis.host (redis:6380) contains a port: set it to",
    ),
    (
        {**EXTERNAL, "externalRedis": {"host": "rediss://redis"}},
        "externalRedis.host (rediss://redis) contains a scheme",
    ),
    ({**EXTERNAL, "externalRedis": {"host": "[fd00::1]"}}, "externalRedis.host ([fd00::1]) contains brackets"),
    ({**EXTERNAL, "externalRedis": {"host": "user@redis"}}, "contains a character that is invalid in a host name"),
    (
        {"storage": {"logs": {"fluentbit": {"output": {"type": "loki", "config": {"Host": "http://loki"}}}}}},
        "output.config.Host (http://loki) contains a scheme or a path",
    ),
    ({"extraEnv": [{"name": "A"}, {"name": "A"}]}, "extraEnv: the name A appears twice"),
    (
        {"storage": {"logs": {"fluentbit": {"extraEnv": [{"name": "A"}, {"name": "A"}]}}}},
        "storage.logs.fluentbit.extraEnv: the name A appears twice",
    ),
    ({"extraVolumes": [{"name": "data", "emptyDir": {}}]}, "extraVolumes: the name data is already in use"),
    (
        {"extraVolumeMounts": [{"name": "a", "mountPath": "/app/data"}]},
        "extraVolumeMounts: the mountPath /app/data is already in use",
    ),
    (
        {"storage": {"logs": {"fluentbit": {"extraVolumeMounts": [{"name": "a", "mountPath": "/app/logs"}]}}}},
        "storage.logs.fluentbit.extraVolumeMounts: the mountPath /app/logs is already in use",
    ),
    ({"extraContainers": [{"name": "http"}]}, "the name http is already in use"),
    (
        {"config": {"port": 7979}, "serviceMonitor": {"enabled": True}},
        "metrics.exporter.port and config.port are both 7979",
    ),
    ({"config": {"port": 2020}}, "config.port is 2020"),
    (
        {"serviceMonitor": {"enabled": True, "scrapeTimeout": "072s", "interval": "1m"}},
        "serviceMonitor.scrapeTimeout (072s) is longer than serviceMonitor.interval (1m)",
    ),
    ({"service": {"nodePort": 30000}}, "service.nodePort"),
    ({"service": {"externalTrafficPolicy": "Local"}}, "service.externalTrafficPolicy"),
    ({"service": {"type": "NodePort", "clusterIP": "None"}}, "service.clusterIP is None"),
    ({"service": {"loadBalancerIP": "192.0.2.1"}}, "service.loadBalancerIP"),
    ({"ingress": {"enabled": True, "hosts": [{"host": "a"}], "tls": [{"hosts": ["b"]}]}}, "b is not in ingress.hosts"),
    ({"ingress": {"enabled": True, "hosts": [{"host": "a"}, {"host": "a"}]}}, '"a" appears twice'),
    ({"ingress": {"enabled": True, "hosts": [{"paths": [{"path": "/Metrics/"}]}]}}, "ingress.hosts[0].paths[0].path"),
    ({"servedPaths": {"prefixes": ["/"]}}, "servedPaths: / makes /metrics reachable"),
    (
        {"ingress": {"enabled": True, "strictPaths": True}, "servedPaths": {"exact": [], "prefixes": []}},
        "ingress.strictPaths is true but servedPaths has no path",
    ),
    (
        {
            "httpRoute": {"enabled": True, "parentRefs": [{"name": "gateway"}]},
            "servedPaths": {"exact": [], "prefixes": []},
        },
        "httpRoute.strictPaths is true but servedPaths has no path",
    ),
    ({"httpRoute": {"enabled": True}}, "httpRoute.parentRefs is empty"),
    (
        {"storage": {"logs": {"mode": "forward", "fluentbit": {"output": {"type": "loki"}}}}},
        "set storage.logs.mode to fluentbit",
    ),
    ({"storage": {"logs": {"fluentbit": {"output": {"config": {"Name": "x"}}}}}}, "output.config.Name"),
    (
        {"storage": {"logs": {"fluentbit": {"output": {"type": "loki", "config": {"Labels": "job"}}}}}},
        'output.config.Labels: Fluent Bit does not start with "job": set a list of labels, such as job=fluent-bit',
    ),
    (
        {
            "storage": {
                "logs": {"fluentbit": {"output": {"type": "es", "config": {"Write_Operation": ["index", "drop"]}}}}
            }
        },
        'output.config.Write_Operation: Fluent Bit does not start with "drop"',
    ),
    (
        {"storage": {"logs": {"fluentbit": {"output": {"config": {"format": "a", "Format": "b"}}}}}},
        "format is set twice",
    ),
    ({"storage": {"logs": {"fluentbit": {"output": {"type": "kafka"}}}}}, "has no brokers"),
    ({"storage": {"logs": {"fluentbit": {"output": {"type": "s3"}}}}}, "has no bucket"),
    (
        {"storage": {"logs": {"fluentbit": {"output": {"existingSecretKeys": {"format": "a"}}}}}},
        "output.existingSecret is empty",
    ),
]


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
        {"ingress": {"enabled": True, "hosts": [{"host": "a.com"}, {"paths": []}], "tls": [{"hosts": ["b.com"]}]}},
        {"ingress": {"enabled": True}, "servedPaths": {"exact": [], "prefixes": []}},
        {"autoscaling": {"enabled": True, "maxReplicas": 1}, "storage": {"logs": {"mode": "pvc"}}},
        {"autoscaling": {"enabled": True}, "resources": {"requests": None}},
        {"redis": {"extraConfig": "maxmemory 1mb\nmaxmemory-policy noeviction\n"}},
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
