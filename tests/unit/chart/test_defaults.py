"""Absent and null mean the default; in a map that Kubernetes defines, null removes a key of the default."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartgate.releases.release import Release

# Generated secrets would differ from render to render.
SECRETS = {"config": {"jwtSecret": "a", "encryptionKey": "b", "adminPassword": "c"}}
GIVEN = {("config", key) for key in SECRETS["config"]}
EVERYTHING = {
    "serviceMonitor": {"enabled": True},
    "prometheusRule": {"enabled": True},
    "ingress": {"enabled": True, "hosts": [{"host": "relay.example.com"}]},
    "httpRoute": {"enabled": True, "parentRefs": [{"name": "gateway"}]},
    "autoscaling": {"enabled": True},
    "podDisruptionBudget": {"enabled": True},
    "redis": {"auth": {"enabled": True, "password": "d"}},
    "storage": {"data": {"type": "pvc", "persistence": {"accessMode": "ReadWriteMany"}}},
}
# The values file of the earlier chart 0.1.24, without a key that came later.
EARLIER = {
    "replicaCount": 1,
    "image": {"repository": "ghcr.io/wei-shaw/claude-relay-service", "pullPolicy": "IfNotPresent", "tag": ""},
    "service": {"type": "ClusterIP", "port": 80},
    "config": {"port": 3000, "host": "0.0.0.0", **SECRETS["config"]},
    "redis": {"enabled": True, "auth": {"enabled": False}, "persistence": {"enabled": True, "size": "1Gi"}},
    "storage": {"logs": {"mode": "fluentbit", "fluentbit": {"enabled": True, "output": {"type": "stdout"}}}},
}


def nulls(schema: Mapping[str, Any], path: tuple[str, ...] = ()) -> Any:
    """Null for each leaf of a schema."""
    if not schema.get("properties") or "default" in schema:
        return None
    return {key: nulls(child, (*path, key)) for key, child in schema["properties"].items() if (*path, key) not in GIVEN}


@pytest.fixture
def without_values(chart: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the chart whose values.yaml has only the given values: what `--reuse-values` makes of a chart."""

    def without_values(values: Mapping[str, Any]) -> Path:
        copy = tmp_path / "chart"
        shutil.copytree(chart, copy)
        (copy / "values.yaml").write_text(json.dumps(values))
        (copy / "charts/redis/values.yaml").write_text("{}")
        return copy

    return without_values


def test_null_means_the_default_everywhere(chart: Path, render: Callable[..., Release], any_helm: Any) -> None:
    schema = json.loads((chart / "values.schema.json").read_text())
    values = nulls(schema)
    assert values["redis"]["auth"] == dict.fromkeys(values["redis"]["auth"])
    release = render([json.dumps(values), json.dumps(SECRETS)], helm=any_helm)
    assert release.digest == render(SECRETS, helm=any_helm).digest


@pytest.mark.parametrize(
    "path",
    [
        "image.tag",
        "storage.data.sizeLimit",
        "storage.data.persistence.size",
        "storage.logs.fluentbit.image.tag",
        "redis.service",
        "redis.auth.enabled",
    ],
)
def test_null_means_the_default_at_any_depth(render: Any, nested: Any, any_helm: Any, path: str) -> None:
    values = [json.dumps(nested({path: None})), json.dumps(SECRETS)]
    assert render(values, helm=any_helm).digest == render(SECRETS, helm=any_helm).digest


@pytest.mark.parametrize("branch", ["config", "ingress", "storage", "image", "networkPolicy", "tolerations"])
def test_a_branch_without_content_means_the_defaults(render: Any, any_helm: Any, branch: str) -> None:
    base = {} if branch == "config" else SECRETS
    release = render([f"{branch}:\n", json.dumps(base)], helm=any_helm)
    objects = {obj.ref for obj in render(base, helm=any_helm)}
    assert {obj.ref for obj in release} == objects


@pytest.mark.parametrize("values", [SECRETS, {**EVERYTHING, **SECRETS}], ids=["defaults", "everything"])
def test_without_values_yaml_all_has_its_default(
    without_values: Any, render: Any, any_helm: Any, values: Mapping[str, Any]
) -> None:
    assert render(values, chart=without_values({}), helm=any_helm).digest == render(values, helm=any_helm).digest


def test_the_values_of_an_earlier_version_are_enough(without_values: Any, render: Any, any_helm: Any) -> None:
    assert render(chart=without_values(EARLIER), helm=any_helm).digest == render(EARLIER, helm=any_helm).digest


def test_null_among_all_values_means_the_default(chart: Path, without_values: Any, render: Any, any_helm: Any) -> None:
    values = yaml.safe_load((chart / "values.yaml").read_text())
    values["config"]["logLevel"] = None
    assert render(SECRETS, chart=without_values(values), helm=any_helm).digest == render(SECRETS, helm=any_helm).digest


UNSET = {
    "podSecurityContext": {"runAsUser": None},
    "securityContext": {"capabilities": {"drop": None}},
    "resources": {"limits": {"cpu": None}, "requests": None},
    "podAnnotations": {"example.com/a": None},
    "redis": {"podSecurityContext": {"runAsUser": None, "fsGroup": None}, "resources": {"limits": None}},
}


def assert_unset(release: Release) -> None:
    pod, redis = (release.only(kind).pod_spec for kind in ("Deployment", "StatefulSet"))
    assert pod
    assert redis
    assert set(pod["securityContext"]) == {
        "fsGroup", "fsGroupChangePolicy", "runAsGroup", "runAsNonRoot", "seccompProfile"
    }  # fmt: skip
    application = release.only("Deployment").container("http").manifest
    assert application["securityContext"]["capabilities"] == {}
    assert application["resources"] == {"limits": {"memory": "1Gi"}}
    assert set(redis["securityContext"]) == {"fsGroupChangePolicy", "runAsGroup", "runAsNonRoot", "seccompProfile"}
    assert set(release.only("StatefulSet").container("redis").manifest["resources"]) == {"requests"}
    assert "example.com/a" not in release.only("Deployment").at("spec.template.metadata.annotations")


def test_null_removes_a_key_of_a_map(render: Any, any_helm: Any) -> None:
    assert_unset(render(UNSET, helm=any_helm))


def test_null_removes_a_key_from_a_parent_chart(chart: Path, tmp_path: Path, render: Any, any_helm: Any) -> None:
    """Helm before 3.13 adds a default of a subchart's values.yaml again that the values of the user set to null."""
    parent = tmp_path / "parent"
    shutil.copytree(chart, parent / "charts/claude-relay")
    (parent / "Chart.yaml").write_text(
        "{apiVersion: v2, name: parent, version: 1.0.0, dependencies: [{name: claude-relay, version: 1.0.0}]}"
    )
    assert_unset(render({"claude-relay": UNSET}, chart=parent, helm=any_helm))


def test_every_template_completes_the_values_first(chart: Path) -> None:
    for folder, helper in (
        ("templates", "claude-relay.values"),
        ("charts/redis/templates", "claude-relay.redis.values"),
    ):
        files = [path for path in (chart / folder).rglob("*") if path.is_file() and not path.name.startswith("_")]
        assert files
        first = f'{{{{- include "{helper}" . -}}}}'
        assert [path.name for path in files if path.read_text().splitlines()[0] != first] == []


def test_a_default_that_is_a_map_is_in_no_values_yaml(chart: Path) -> None:
    """Helm could not tell null from absent in a key that values.yaml has."""
    values = yaml.safe_load((chart / "values.yaml").read_text())
    for path in ("podSecurityContext", "securityContext", "resources"):
        assert values[path] == values["redis"][path] == {}
