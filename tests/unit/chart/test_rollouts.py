"""Pods are replaced when something they read has changed, and only then."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

EXPLICIT = {
    "config": {"jwtSecret": "j", "encryptionKey": "e", "adminPassword": "p"},
    "redis": {"auth": {"enabled": True, "password": "r"}},
    "serviceMonitor": {"enabled": True},
}


def templates(release: Any) -> dict[str, Any]:
    return {kind: release.only(kind).pod_template for kind in ("Deployment", "StatefulSet")}


def test_a_new_version_of_the_chart_alone_rolls_nothing(render: Any, chart: Path, tmp_path: Path) -> None:
    newer = tmp_path / chart.name
    shutil.copytree(chart, newer)
    for path in (newer / "Chart.yaml", newer / "charts" / "redis" / "Chart.yaml"):
        content = yaml.safe_load(path.read_text())
        content["version"] = "99.0.0"
        for dependency in content.get("dependencies", []):
            dependency["version"] = "99.0.0"
        path.write_text(yaml.safe_dump(content))
    old, new = render(values=EXPLICIT), render(values=EXPLICIT, chart=newer)
    assert old.only("Deployment").labels != new.only("Deployment").labels
    assert templates(old) == templates(new)


@pytest.mark.parametrize(
    ("change", "rolled"),
    [
        ({}, []),
        ({"replicaCount": 1, "service": {"port": 81}}, []),
        ({"config": {"logLevel": "debug"}}, ["Deployment"]),
        ({"config": {"jwtSecret": "other"}}, ["Deployment"]),
        ({"config": {"adminPassword": "other"}}, ["Deployment"]),
        ({"redis": {"auth": {"password": "other"}}}, ["Deployment", "StatefulSet"]),
        ({"redis": {"extraConfig": "maxmemory 1mb"}}, ["StatefulSet"]),
        ({"storage": {"logs": {"fluentbit": {"logLevel": "debug"}}}}, ["Deployment"]),
        (
            {"storage": {"logs": {"fluentbit": {"output": {"type": "loki", "config": {"bearer_token": "t"}}}}}},
            ["Deployment"],
        ),
    ],
    ids=str,
)
def test_pods_roll_with_what_they_read(render: Any, merged: Any, change: Any, rolled: list[str]) -> None:
    old, new = templates(render(values=EXPLICIT)), templates(render(values=merged(EXPLICIT, change)))
    assert [kind for kind in old if old[kind] != new[kind]] == rolled


def test_an_annotation_of_the_users_replaces_no_checksum(render: Any) -> None:
    def checksums(annotations: dict[str, str]) -> dict[str, str]:
        pod = render(values={**EXPLICIT, "podAnnotations": annotations}).only("Deployment").pod_template
        return {key: text for key, text in pod["metadata"]["annotations"].items() if key.startswith("checksum/")}

    own = checksums({})
    assert len(own) > 3
    assert checksums(dict.fromkeys(own, "mine")) == own


def test_a_changed_output_credential_rolls_though_the_config_map_stays(render: Any) -> None:
    def release(token: str) -> Any:
        output = {"type": "loki", "config": {"Bearer_Token": token}}
        return render(values={**EXPLICIT, "storage": {"logs": {"fluentbit": {"output": output}}}}, release="x")

    first, second = release("one"), release("two")
    name = "x-claude-relay-fluent-bit-config"
    assert first.get("ConfigMap", name).at("data") == second.get("ConfigMap", name).at("data")
    assert templates(first)["Deployment"] != templates(second)["Deployment"]
