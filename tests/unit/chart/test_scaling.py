"""Scaling: who decides how many pods there are, and how they are replaced."""

from typing import Any

import pytest


def test_the_autoscaler_alone_decides_the_number_of_pods(render: Any) -> None:
    assert render(values={"replicaCount": 3}).only("Deployment").at("spec.replicas") == 3
    release = render(values={"replicaCount": 3, "autoscaling": {"enabled": True}})
    assert "replicas" not in release.only("Deployment").spec
    autoscaler = release.only("HorizontalPodAutoscaler")
    assert autoscaler.at("spec.scaleTargetRef.name") == release.only("Deployment").name
    assert (autoscaler.at("spec.minReplicas"), autoscaler.at("spec.maxReplicas")) == (1, 100)


def test_another_autoscaler_decides_the_number_of_pods(render: Any, refused: Any) -> None:
    values = {"externalScaling": True, "replicaCount": 1}
    release = render(values=values)
    assert "replicas" not in release.only("Deployment").spec
    assert not release.of_kind("HorizontalPodAutoscaler")
    config = release.get("ConfigMap", "relay-claude-relay-config")
    assert config.at("data")["CLEAR_CONCURRENCY_QUEUES_ON_STARTUP"] == "false"
    assert "several replicas cannot share a PVC" in refused({**values, "storage": {"data": {"type": "pvc"}}})
    assert "autoscaling.enabled and externalScaling are both true" in refused(
        {**values, "autoscaling": {"enabled": True}}
    )


def test_it_measures_cpu_memory_and_what_the_user_adds(render: Any) -> None:
    own = {"type": "Pods", "pods": {"metric": {"name": "requests"}}}
    values = {
        "enabled": True,
        "targetMemoryUtilizationPercentage": 70,
        "metrics": [own],
        "behavior": {"scaleDown": {"policies": []}},
    }
    spec = render(values={"autoscaling": values}).only("HorizontalPodAutoscaler").spec
    utilization = [(m["resource"]["name"], m["resource"]["target"]["averageUtilization"]) for m in spec["metrics"][:2]]
    assert utilization == [("cpu", 80), ("memory", 70)]
    assert spec["metrics"][2] == own
    assert spec["behavior"] == {"scaleDown": {"policies": []}}


def test_it_can_measure_memory_alone(render: Any) -> None:
    values = {"enabled": True, "targetCPUUtilizationPercentage": 0, "targetMemoryUtilizationPercentage": 70}
    (metric,) = render(values={"autoscaling": values}).only("HorizontalPodAutoscaler").at("spec.metrics")
    assert metric["resource"]["name"] == "memory"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"maxUnavailable": 1}),
        ({"minAvailable": 2}, {"minAvailable": 2}),
        ({"minAvailable": 0}, {"minAvailable": 0}),
        ({"minAvailable": "50%"}, {"minAvailable": "50%"}),
        ({"maxUnavailable": "25%"}, {"maxUnavailable": "25%"}),
    ],
)
def test_a_drain_takes_no_more_than_allowed(render: Any, values: Any, expected: Any) -> None:
    spec = render(values={"podDisruptionBudget": {"enabled": True, **values}}).only("PodDisruptionBudget").spec
    assert {key: value for key, value in spec.items() if key != "selector"} == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}),
        ({"storage": {"logs": {"mode": "pvc"}}}, {"type": "Recreate"}),
        ({"storage": {"data": {"external": {"enabled": True}}}}, {"type": "Recreate"}),
        (
            {"storage": {"logs": {"mode": "pvc", "persistence": {"accessMode": "ReadWriteMany"}}}},
            {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        ),
        ({"strategy": {"type": "Recreate"}}, {"type": "Recreate"}),
    ],
)
def test_two_pods_never_fight_for_one_claim(render: Any, values: Any, expected: Any) -> None:
    assert render(values=values).only("Deployment").at("spec.strategy") == expected


def test_two_pods_at_most_are_several(refused: Any) -> None:
    values = {"autoscaling": {"enabled": True, "maxReplicas": 2}, "storage": {"logs": {"mode": "pvc"}}}
    assert "storage.logs.persistence.accessMode=ReadWriteOnce" in refused(values)
