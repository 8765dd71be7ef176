"""Names: the public chart's for the same release, at most 63 characters, and never two objects of one name."""

import re
from pathlib import Path
from typing import Any

import pytest

from chartgate.tools.chart_files import read_chart_files
from tests.unit.chart.offered import OFFERED
from tests.unit.chart.types_of import types_of

EVERYTHING = {
    "serviceMonitor": {"enabled": True},
    "prometheusRule": {"enabled": True},
    "ingress": {"enabled": True, "className": "traefik"},
    "autoscaling": {"enabled": True},
    "podDisruptionBudget": {"enabled": True},
    "redis": {"auth": {"enabled": True}},
    "storage": {
        "logs": {"mode": "forward", "fluentbit": {"output": {"config": {"Shared_Key": "a"}}}},
        "data": {"external": {"enabled": True, "accessMode": "ReadWriteMany"}},
    },
}
TRAEFIK = ["traefik.io/v1alpha1/Middleware"]
LOOK_ALIKES = ["123", "1e3", "0x1f", "true", "null"]
RELEASES = [
    "x",
    "claude-relay",
    "my-claude-relay",
    "redis",
    "my-redis",
    "claude-relay-redis",
    "a" * 53,
    "x" * 40 + "-claude-relay",
    "r" * 46 + "-redis",
    # Truncated after a dash, or after several.
    "x" * 49 + "---x",
    "r" * 45 + "-redis-a",
    "redis-" + "r" * 44 + "--r",
]
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@pytest.mark.parametrize("name", RELEASES)
def test_names_are_labels_and_each_ones_own(render: Any, name: str) -> None:
    release = render(values=EVERYTHING, api_versions=TRAEFIK, release=name)
    names = release.inventory()
    assert len(names) > 20
    assert not [pair for pair in names if len(pair[1]) > 63 or not LABEL.fullmatch(pair[1])]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["-".join("a" * 32), "a" + "-".join("a" * 31)])
def test_a_name_is_truncated_before_a_dash(render: Any, name: str) -> None:
    for obj in render(values={**EVERYTHING, "fullnameOverride": name}, api_versions=TRAEFIK):
        assert "--" not in obj.at("metadata.name"), obj.kind


def test_labels_of_helper_pods_have_room_for_their_suffix(render: Any) -> None:
    values = {"nameOverride": "n" * 63, "global": {"secretsJob": True}}
    release = render(values=values)
    labels = [obj.labels["app.kubernetes.io/name"] for obj in release.of_kind("Pod")]
    labels += [job.at("spec.template.metadata.labels")["app.kubernetes.io/name"] for job in release.of_kind("Job")]
    assert len(labels) > 1
    assert {len(label) for label in labels} == {63}


@pytest.mark.parametrize("name", RELEASES)
@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"nameOverride": "gateway"},
        {"fullnameOverride": "my-relay"},
        {"redis": {"nameOverride": "cache"}},
        {"redis": {"fullnameOverride": "my-cache"}},
        {"nameOverride": "gateway", "redis": {"nameOverride": "cache", "fullnameOverride": "c" * 52}},
    ],
    ids=str,
)
def test_the_application_finds_its_redis(render: Any, name: str, overrides: dict[str, Any]) -> None:
    release = render(values=overrides, release=name)
    statefulset = release.only("StatefulSet")
    configs = [obj for obj in release.of_kind("ConfigMap") if "REDIS_HOST" in obj.at("data")]
    assert [obj.at("data")["REDIS_HOST"] for obj in configs] == [statefulset.name]
    service = release.get("Service", statefulset.name)
    assert service.at("spec.selector").items() <= statefulset.pod_labels.items()
    assert service.at("spec.selector")["statefulset.kubernetes.io/pod-name"] == f"{statefulset.name}-0"
    assert release.get("Service", statefulset.at("spec.serviceName")).at("spec.clusterIP") == "None"
    # The controller puts the name and a hash of ten characters into one label.
    assert len(statefulset.name) <= 52


@pytest.mark.parametrize("name", RELEASES)
def test_no_service_selects_pods_of_another_workload(render: Any, name: str) -> None:
    release = render(values=EVERYTHING, api_versions=TRAEFIK, release=name)
    pairs = [
        (
            service.name,
            sorted(
                workload.ref
                for workload in release.workloads()
                if service.at("spec.selector").items() <= workload.pod_labels.items()
            ),
        )
        for service in release.of_kind("Service")
    ]
    assert pairs
    assert all(len(selected) == 1 for _, selected in pairs), pairs


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_name_that_looks_like_something_else_stays_a_name(render: Any, name: str) -> None:
    release = render(values=EVERYTHING, api_versions=TRAEFIK, release=name, namespace=name)
    for obj in release:
        assert obj.at("metadata.namespace") == name
        assert obj.labels["app.kubernetes.io/instance"] == name
        assert isinstance(obj.at("metadata.name"), str)
    for obj in render(values={**EVERYTHING, "fullnameOverride": name}, api_versions=TRAEFIK):
        assert isinstance(obj.at("metadata.name"), str), obj.kind
    selectors = [release.only(kind).at("spec.selector.matchLabels") for kind in ("Deployment", "StatefulSet")]
    assert [selector["app.kubernetes.io/instance"] for selector in selectors] == [name, name]
    assert all(workload.pod_labels["app.kubernetes.io/instance"] == name for workload in release.workloads())


@pytest.mark.parametrize("name", OFFERED)
def test_names_that_look_like_numbers_stay_texts(render: Any, name: str) -> None:
    case = OFFERED[name]

    def typed(own: str, redis: str) -> list[Any]:
        names = f"fullnameOverride: {own!r}\nredis: {{fullnameOverride: {redis!r}}}\n"
        release = render(
            [*case.values, names], sets=case.sets, release=own, namespace=own, api_versions=case.api_versions
        )
        return [types_of(obj.manifest) for obj in release]

    assert typed("1e3", "2e3") == typed("e13", "e23"), "quote the name in the template"


def test_names_and_selectors_are_the_public_charts(render: Any) -> None:
    release = render(values=EVERYTHING, api_versions=TRAEFIK, release="prod")
    deployment = release.get("Deployment", "prod-claude-relay")
    assert deployment.at("spec.selector.matchLabels") == {
        "app.kubernetes.io/name": "claude-relay",
        "app.kubernetes.io/instance": "prod",
    }
    for kind, name in [
        ("Service", "prod-claude-relay"),
        ("HorizontalPodAutoscaler", "prod-claude-relay"),
        ("Ingress", "prod-claude-relay"),
        ("ServiceMonitor", "prod-claude-relay"),
        ("ServiceAccount", "prod-claude-relay"),
        ("Secret", "prod-claude-relay-secret"),
        ("ConfigMap", "prod-claude-relay-config"),
        ("ConfigMap", "prod-claude-relay-fluent-bit-config"),
        ("PersistentVolumeClaim", "prod-claude-relay-external-data"),
    ]:
        release.get(kind, name)
    assert render(release="my-claude-relay").only("Deployment").name == "my-claude-relay"


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, "redis"),
        ({"nameOverride": "cache"}, "cache"),
        ({"nameOverride": "n" * 29 + "-m"}, "n" * 29),
    ],
)
def test_the_label_of_redis_is_its_name_of_at_most_30_characters(render: Any, values: Any, name: str) -> None:
    statefulset = render(values={"redis": values}, release="prod").only("StatefulSet")
    assert statefulset.name == f"prod-{name}"
    assert statefulset.pod_labels["app.kubernetes.io/name"] == name


def test_redis_keeps_what_is_immutable_of_the_public_charts(render: Any) -> None:
    statefulset = render(release="prod").only("StatefulSet")
    assert statefulset.name == "prod-redis"
    assert statefulset.at("spec.serviceName") == "prod-redis-headless"
    assert statefulset.at("spec.selector.matchLabels") == {
        "app.kubernetes.io/name": "redis",
        "app.kubernetes.io/instance": "prod",
    }
    assert statefulset.at("spec.volumeClaimTemplates") == [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        },
    ]


def test_common_labels_are_on_every_object_and_pod_but_in_no_selector(render: Any) -> None:
    labels = {"team": "relay", "app.kubernetes.io/name": "hostile"}
    release = render(values={"commonLabels": labels, "redis": {"commonLabels": labels}})
    assert not [obj.ref for obj in release if obj.labels.get("team") != "relay"]
    assert not [obj.ref for obj in release.workloads() if obj.pod_labels.get("team") != "relay"]
    selectors = [release.only(kind).at("spec.selector.matchLabels") for kind in ("Deployment", "StatefulSet")]
    assert not [selector for selector in selectors if "team" in selector]
    assert "hostile" not in [obj.labels["app.kubernetes.io/name"] for obj in release]


def test_labels_of_the_chart_and_of_an_object_win_over_common_ones(render: Any) -> None:
    values = {"commonLabels": {"team": "b", "stage": "c"}, "helmTest": {"labels": {"team": "a"}}}
    (pod,) = render(values=values).of_kind("Pod")
    assert (pod.labels["team"], pod.labels["stage"]) == ("a", "c")


def test_the_label_of_the_chart_is_its_name_and_version(render: Any, chart: Path) -> None:
    version = read_chart_files(chart).mapping("Chart.yaml")["version"]
    assert render().only("Deployment").labels["helm.sh/chart"] == f"claude-relay-{version}"


def test_every_object_names_its_namespace(render: Any) -> None:
    release = render(values=EVERYTHING, api_versions=TRAEFIK, namespace="relay")
    assert not [obj.ref for obj in release if obj.at("metadata.namespace") != "relay"]
