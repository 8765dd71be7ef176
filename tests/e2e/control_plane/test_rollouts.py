"""Pods roll when what they read changes, and only then."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chartgate.tools.control_plane.client import Manifest
from tests.e2e.control_plane.namespace import Namespace, Ref
from tests.e2e.helm_release import HelmRelease, Values

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


# What users make themselves and name in the values, and what has to roll when it changes.
READERS: dict[Ref, list[str]] = {
    ("Secret", "relay-keys"): ["Deployment"],
    ("Secret", "own-redis-login"): ["Deployment", "StatefulSet"],
    ("Secret", "shipping-login"): ["Deployment"],
    ("Secret", "external-redis-login"): ["Deployment"],
    ("ConfigMap", "redis-authority"): ["Deployment"],
}
KEYS = ("jwt-secret", "encryption-key", "admin-username", "admin-password", "redis-password", "password", "ca.crt")
NOTHING: Ref = ("", "")
SHIPPING = {"type": "loki", "existingSecret": "shipping-login", "existingSecretKeys": {"Bearer_Token": "password"}}
OWN_REDIS: Values = {
    "config": {"existingSecret": "relay-keys"},
    "redis": {"auth": {"enabled": True, "existingSecret": "own-redis-login"}},
    "storage": {"logs": {"fluentbit": {"output": SHIPPING}}},
}
EXTERNAL_REDIS: Values = {
    "redis": {"enabled": False},
    "externalRedis": {
        "host": "redis.example.com",
        "existingSecret": "external-redis-login",
        "tls": True,
        "tlsCA": {"existingConfigMap": "redis-authority"},
    },
}


def users_own(ref: Ref, text: str) -> Manifest:
    """An object that somebody else than the chart makes."""
    field = {"Secret": "stringData", "ConfigMap": "data"}[ref[0]]
    return {"apiVersion": "v1", "kind": ref[0], "metadata": {"name": ref[1]}, field: dict.fromkeys(KEYS, text)}


def with_value(values: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the values with one more set; the path is as for `helm --set`."""
    key, _, rest = path.partition(".")
    return {**values, key: with_value(values.get(key, {}), rest, value) if rest else value}


def pod_templates(namespace: Namespace) -> dict[str, Any]:
    """By the workload's kind; external Redis leaves the Deployment alone."""
    objects = namespace.objects_of(*(kind for kind, _ in WORKLOADS))
    return {kind: item["spec"]["template"] for (kind, _), item in objects.items()}


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
        rolled[path] = [kind for kind in before if before[kind] != now[kind]]
        before = now
    assert rolled == {path: expected for path, _, expected in CHANGES}


@pytest.mark.parametrize("values", [OWN_REDIS, EXTERNAL_REDIS], ids=["own-redis", "external-redis"])
def test_a_new_value_in_an_object_of_the_users_own_rolls_the_pods_that_read_it(
    release: HelmRelease, namespace: Namespace, values: Values
) -> None:
    expected = {ref: kinds for ref, kinds in READERS.items() if ref[1] in str(values)}
    for ref in expected:
        namespace.apply(users_own(ref, "first"))
    release.install(values)
    before = pod_templates(namespace)
    rolled = {}
    for ref in [NOTHING, *expected]:
        if ref != NOTHING:
            namespace.apply(users_own(ref, "second"))
        release.upgrade(values)
        now = pod_templates(namespace)
        rolled[ref] = [kind for kind in before if before[kind] != now[kind]]
        before = now
    assert rolled == {NOTHING: [], **expected}
