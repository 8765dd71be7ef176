"""Pods roll when what they read changes, and only then."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.control_plane.namespace import Namespace, metadata
from tests.e2e.helm_release import HelmRelease

WORKLOADS = (("Deployment", "relay-claude-relay"), ("StatefulSet", "relay-redis"))
VALUES = {"redis": {"auth": {"enabled": True}}}
# Each on top of the ones before: the value's path, its new value, and what rolls.
CHANGES: tuple[tuple[str, Any, list[str]], ...] = (
    ("config.logLevel", "debug", ["Deployment"]),
    ("config.adminPassword", "a new password", ["Deployment"]),
    ("redis.auth.password", "a new password", ["Deployment", "StatefulSet"]),
    ("redis.extraConfig", "maxclients 100", ["StatefulSet"]),
    ("service.annotations", {"example.com/note": "relay"}, []),
)


def with_value(values: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the values with one more set; the path is as for `helm --set`."""
    key, _, rest = path.partition(".")
    return {**values, key: with_value(values.get(key, {}), rest, value) if rest else value}


def pod_templates(namespace: Namespace) -> list[Any]:
    return [namespace.pod_template(*workload) for workload in WORKLOADS]


@pytest.fixture
def next_version(chart: Path, tmp_path: Path) -> Path:
    """The chart as it would be released next with nothing changed but its own version, and its subchart's."""
    copy = tmp_path / "next"
    shutil.copytree(chart, copy)
    files = sorted(copy.rglob("Chart.yaml"))
    assert len(files) == 2
    for file in files:
        text, count = re.subn(r"(?m)^version: .*$", "version: 99.9.9", file.read_text(encoding="utf-8"))
        assert count == 1
        file.write_text(re.sub(r"(?m)^(\s+version:) .*$", r"\1 99.9.9", text), encoding="utf-8")
    return copy


def test_an_upgrade_with_nothing_changed_touches_no_object(release: HelmRelease, namespace: Namespace) -> None:
    release.install(VALUES)
    first = metadata(namespace.objects(), "resourceVersion")
    assert set(WORKLOADS) <= set(first)
    release.upgrade(VALUES)
    assert metadata(namespace.objects(), "resourceVersion") == first


def test_a_new_version_of_the_chart_alone_does_not_roll_the_pods(
    release: HelmRelease, namespace: Namespace, next_version: Path
) -> None:
    release.install(VALUES)
    first = pod_templates(namespace)
    release.upgrade(VALUES, chart=next_version)
    assert namespace.get(*WORKLOADS[0])["metadata"]["labels"]["helm.sh/chart"] == "claude-relay-99.9.9"
    assert pod_templates(namespace) == first


def test_a_change_rolls_the_pods_that_read_it_and_no_others(release: HelmRelease, namespace: Namespace) -> None:
    release.install(VALUES)
    before = pod_templates(namespace)
    values: dict[str, Any] = dict(VALUES)
    rolled = {}
    for path, change, _ in CHANGES:
        values = with_value(values, path, change)
        release.upgrade(values)
        now = pod_templates(namespace)
        rolled[path] = [kind for (kind, _), old, new in zip(WORKLOADS, before, now, strict=True) if old != new]
        before = now
    assert rolled == {path: expected for path, _, expected in CHANGES}


def test_a_new_value_in_an_existing_secret_rolls_the_pods(release: HelmRelease, namespace: Namespace) -> None:
    values = {"config": {"existingSecret": "mine"}}
    data = dict.fromkeys(("jwt-secret", "encryption-key", "admin-username", "admin-password"), "my own")
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "mine"}}
    namespace.apply({**secret, "stringData": data})
    release.install(values)
    first = pod_templates(namespace)
    release.upgrade(values)
    assert pod_templates(namespace) == first
    namespace.apply({**secret, "stringData": {**data, "jwt-secret": "my next"}})
    release.upgrade(values)
    (deployment, redis), (next_deployment, next_redis) = first, pod_templates(namespace)
    assert next_deployment != deployment
    assert next_redis == redis
