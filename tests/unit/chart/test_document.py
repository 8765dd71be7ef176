"""The chart's document: its values have the names and defaults they had in the chart that this one succeeds."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartgate.releases.release import Release
from tests.documents import CHART_README, OPERATIONS

DEFAULTS: dict[str, Any] = {
    "replicaCount": 1,
    "image.repository": "ghcr.io/wei-shaw/claude-relay-service",
    "image.tag": "",
    "image.pullPolicy": "IfNotPresent",
    "service.type": "ClusterIP",
    "service.port": 80,
    "ingress.enabled": False,
    "ingress.className": "",
    "ingress.annotations": {},
    "ingress.hosts": [],
    "ingress.tls": [],
    "autoscaling.enabled": False,
    "autoscaling.minReplicas": 1,
    "autoscaling.maxReplicas": 100,
    "autoscaling.targetCPUUtilizationPercentage": 80,
    "redis.enabled": True,
    "redis.auth.enabled": False,
    "redis.auth.password": "",
    "redis.persistence.enabled": True,
    "redis.persistence.size": "1Gi",
    "externalRedis.host": "",
    "externalRedis.port": 6379,
    "externalRedis.password": "",
    "externalRedis.database": 0,
    "externalRedis.tls": False,
    "config.nodeEnv": "production",
    "config.port": 3000,
    "config.host": "0.0.0.0",
    "config.jwtSecret": "",
    "config.encryptionKey": "",
    "config.adminUsername": "",
    "config.adminPassword": "",
    "config.apiKeyPrefix": "cr_",
    "config.adminSessionTimeout": 86400000,
    "config.logLevel": "info",
    "config.logMaxSize": "10m",
    "config.logMaxFiles": 5,
    "config.cleanupInterval": 3600000,
    "config.rateLimitCleanupInterval": 5,
    "config.tokenUsageRetention": 2592000000,
    "config.healthCheckInterval": 60000,
    "config.timezoneOffset": 8,
    "config.defaultTokenLimit": 1000000,
    "serviceMonitor.enabled": False,
    "serviceMonitor.labels": {},
    "serviceMonitor.annotations": {},
    "serviceMonitor.interval": "30s",
    "serviceMonitor.path": "/prometheus",
    "serviceMonitor.port": "http",
    "serviceMonitor.scrapeTimeout": "10s",
    "serviceMonitor.relabelings": [],
    "serviceMonitor.metricRelabelings": [],
    "serviceMonitor.namespaceSelector": {},
    "storage.data.type": "emptyDir",
    "storage.data.external.enabled": False,
    "storage.logs.mode": "fluentbit",
    "storage.logs.fluentbit.enabled": True,
    "storage.logs.fluentbit.image.repository": "fluent/fluent-bit",
    "storage.logs.fluentbit.image.pullPolicy": "IfNotPresent",
    "storage.logs.fluentbit.output.type": "stdout",
    "storage.logs.fluentbit.output.config": {},
    "storage.logs.persistence.enabled": False,
    "storage.logs.persistence.storageClass": "",
    "storage.logs.persistence.accessMode": "ReadWriteOnce",
    "storage.logs.persistence.size": "10Gi",
}


@pytest.fixture(scope="module")
def values(chart: Path) -> Any:
    """The chart's values.yaml."""
    return yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", DEFAULTS)
def test_a_value_has_the_name_and_default_it_had(values: Any, path: str) -> None:
    value = values
    for key in path.split("."):
        value = value[key]
    assert value == DEFAULTS[path]
    assert type(value) is type(DEFAULTS[path])


def test_the_resources_are_those_it_had(render: Callable[..., Release]) -> None:
    release = render()
    assert release.only("StatefulSet").container("redis").manifest["resources"] == {
        "limits": {"cpu": "250m", "memory": "256Mi"},
        "requests": {"cpu": "100m", "memory": "128Mi"},
    }
    assert release.only("Deployment").container("fluent-bit").manifest["resources"] == {
        "limits": {"cpu": "100m", "memory": "128Mi"},
        "requests": {"cpu": "50m", "memory": "64Mi"},
    }


EXAMPLES = {
    "With your own secrets",
    "External Redis",
    "Ingress",
    "ServiceMonitor",
    "In production",
    "Application",
    "Probes",
    "Redis",
    "Redis (2)",
    "Ingress and HTTPRoute",
    "Monitoring",
    "Logs and storage",
    "Loki",
    "Logs on a PVC",
    "External data",
    "Upgrading",
    "Values",
}


def test_every_example_of_the_document_is_a_case(cases: Any) -> None:
    assert {f"README.md: {heading}" for heading in EXAMPLES} <= {case.name for case in cases}


def test_the_command_that_removes_the_rest_removes_all_of_it(chart: Path, render: Callable[..., Release]) -> None:
    readme = (chart / "README.md").read_text(encoding="utf-8")
    command = re.search(r"kubectl delete (\S+) --selector app\.kubernetes\.io/instance=(\S+)", readme)
    assert command
    values = {
        "redis": {"auth": {"enabled": True}},
        "storage": {"logs": {"mode": "pvc", "persistence": {"enabled": True}}, "data": {"external": {"enabled": True}}},
    }
    release = render(values=values, release=command[2])
    # Helm leaves alone what says so, and what a hook has made.
    staying = [obj for obj in release if obj.annotations.get("helm.sh/resource-policy") == "keep" or obj.hooks]
    assert release.only("StatefulSet").at("spec.volumeClaimTemplates")
    kinds = {obj.kind for obj in staying} | {"PersistentVolumeClaim"}
    assert {kind.lower() for kind in kinds} == set(command[1].split(","))
    assert {obj.labels["app.kubernetes.io/instance"] for obj in staying} == {command[2]}


def test_the_images_for_a_registry_of_ones_own_are_all_that_the_chart_has(render: Any, nested: Any) -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    table = text.partition("| Image | Used by |")[2].partition("\n\n")[0]
    values = nested(
        {"metrics.exporter.mode": "always", "global.secretsJob": True, "redis.volumePermissions.enabled": True}
    )
    release = render(values=values)
    images = {container.manifest["image"] for workload in release.workloads() for container in workload.containers}
    assert set(re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)) == images


@pytest.mark.parametrize("document", [OPERATIONS, CHART_README])
def test_every_value_that_a_document_names_exists(chart: Path, document: Path) -> None:
    values = yaml.safe_load((chart / "values.yaml").read_text())
    text = re.sub(r"```.*?```|<!-- values: written.*<!-- values: end -->", "", document.read_text(), flags=re.DOTALL)
    named = re.findall(rf"`((?:{'|'.join(values)})(?:\.\w+)+)(?:=[^`]*)?`", text)
    assert len(named) > 10
    versions = yaml.safe_load((chart / "conversions.yaml").read_text())["conversions"]
    earlier = {change["value"] for version in versions for change in version["changes"]}
    for path in set(named) - earlier:
        if path.endswith((".conf", ".rdb")):  # a file
            continue
        place: Any = values
        for key in path.split("."):
            assert isinstance(place, dict), path
            assert not place or key in place, f"{document.name}: {path} is no value"
            place = place.get(key, {})
