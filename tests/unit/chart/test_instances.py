"""Two instances of the chart in one release: each Service and policy is for the pods of its own instance alone."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartgate.releases.release import Release
from chartgate.releases.render import RenderError, render
from chartgate.releases.selectors import selects
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.helm import Helm

# What the README advises.
ADVICE = {"green": {"redis": {"fullnameOverride": "green-redis"}}}
# A pod of somebody else's in the release, with every label that the application's and Redis' pods have.
FOREIGN = """\
apiVersion: v1
kind: Pod
metadata:
  name: foreign
  labels: {app.kubernetes.io/name: redis, app.kubernetes.io/instance: r, team: blue}
spec: {containers: [{name: foreign, image: registry.example.com/foreign:1.2.3}]}
"""


@pytest.fixture
def parent(chart: Path, tmp_path: Path) -> Path:
    """A chart that depends on this one twice, under two aliases."""
    folder = tmp_path / "parent"
    shutil.copytree(chart, folder / "charts" / chart.name)
    dependencies = [{"name": chart.name, "alias": alias, "version": "*"} for alias in ("blue", "green")]
    about = {"apiVersion": "v2", "name": "parent", "version": "1.0.0", "dependencies": dependencies}
    (folder / "Chart.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")
    (folder / "templates").mkdir()
    (folder / "templates" / "foreign.yaml").write_text(FOREIGN, encoding="utf-8")
    return folder


def rendered(parent: Path, helm: Helm, values: Any) -> Release:
    return render(read_chart_files(parent), helm=helm, values=values, release="r", namespace="apps")


def selected(release: Release) -> dict[str, list[str]]:
    """The workloads that each Service and policy selects."""
    found = {}
    for obj in release.of_kind("Service", "NetworkPolicy"):
        selector = obj.spec.get("selector" if obj.kind == "Service" else "podSelector") or {}
        found[obj.ref] = [one.ref for one in release.workloads() if selects(selector, one.pod_labels)]
    return found


@pytest.mark.parametrize("labels", [{}, {"team": "blue"}, {"app.kubernetes.io/name": "redis"}])
def test_a_service_or_policy_selects_pods_of_one_workload(parent: Path, any_helm: Helm, labels: Any) -> None:
    common = {"commonLabels": labels, "podLabels": labels, "redis": {"commonLabels": labels, "podLabels": labels}}
    values = {"blue": common, "green": {**common, "redis": {**common["redis"], **ADVICE["green"]["redis"]}}}
    found = selected(rendered(parent, any_helm, values))
    assert len(found) == 12
    assert not {ref: pods for ref, pods in found.items() if len(pods) != 1}
    assert found["Service/r-redis"] == found["Service/r-redis-headless"] == ["StatefulSet/r-redis"]
    assert found["Service/green-redis"] == found["NetworkPolicy/green-redis"] == ["StatefulSet/green-redis"]
    assert found["Service/r-green"] == found["NetworkPolicy/r-green"] == ["Deployment/r-green"]


def test_each_instance_has_secrets_and_a_redis_of_its_own(parent: Path, any_helm: Helm) -> None:
    release = rendered(parent, any_helm, ADVICE)
    blue, green = (release.get("Secret", f"r-{alias}-secret").at("data") for alias in ("blue", "green"))
    assert blue["encryption-key"] != green["encryption-key"]
    hosts = [release.get("ConfigMap", f"r-{alias}-config").at("data.REDIS_HOST") for alias in ("blue", "green")]
    assert hosts == ["r-redis", "green-redis"]


@pytest.mark.parametrize(
    ("values", "name", "remedy"),
    [
        ({}, "StatefulSet/r-redis", "redis.fullnameOverride"),
        ({**ADVICE, "blue": {"fullnameOverride": "r-green"}}, "Deployment/r-green", "fullnameOverride"),
        (
            {**ADVICE, "blue": {"nameOverride": "green", "fullnameOverride": "a"}},
            "pods with the label app.kubernetes.io/name=green",
            "nameOverride",
        ),
    ],
)
def test_what_both_would_make_is_refused_by_name(
    parent: Path, any_helm: Helm, values: Any, name: str, remedy: str
) -> None:
    with pytest.raises(RenderError) as refusal:
        rendered(parent, any_helm, values)
    message = str(refusal.value)
    assert f"two instances of the chart in this release have the same {name}, parent/charts/" in message
    assert f"set another {remedy} for one of them" in message
