"""An upgrade that would leave data behind, or that Kubernetes would refuse half-way, is refused before it begins."""

import base64
from typing import Any

import pytest

from tests.e2e.control_plane.namespace import Namespace, metadata
from tests.e2e.helm_release import HelmRefusal, HelmRelease, Values

KEY = "the encryption key would change"
SECRET = "relay-claude-relay-secret"


def refusal(release: HelmRelease, namespace: Namespace, values: Values) -> str:
    """Helm's words about an upgrade that it refuses, after which every object is as it was."""
    before = metadata(namespace.objects(), "resourceVersion")
    with pytest.raises(HelmRefusal) as refused:
        release.upgrade(values)
    assert metadata(namespace.objects(), "resourceVersion") == before
    return str(refused.value)


def test_another_explicit_key_is_refused_unless_it_is_allowed(release: HelmRelease, namespace: Namespace) -> None:
    release.install()
    values: dict[str, Any] = {"config": {"encryptionKey": "another-key"}}
    message = refusal(release, namespace, values)
    assert KEY in message
    assert SECRET in message
    release.upgrade({**values, "allowDataLoss": True})
    assert base64.b64decode(namespace.secret(SECRET)["encryption-key"]) == b"another-key"


def test_the_same_key_given_as_a_value_is_taken(release: HelmRelease, namespace: Namespace) -> None:
    release.install()
    key = base64.b64decode(namespace.secret(SECRET)["encryption-key"]).decode()
    release.upgrade({"config": {"encryptionKey": key}})


@pytest.mark.parametrize("override", [{"nameOverride": "gateway"}, {"fullnameOverride": "gateway"}])
def test_a_new_name_is_refused_where_it_would_make_a_new_key(
    release: HelmRelease, namespace: Namespace, override: Values
) -> None:
    release.install()
    message = refusal(release, namespace, override)
    assert f"Secret/{SECRET} has the encryption key of the data in Redis" in message
    assert f"config.existingSecret to {SECRET}" in message
    # The way out that the message names.
    release.upgrade({**override, "config": {"existingSecret": SECRET}})


def test_a_lost_secret_is_not_replaced_over_data(release: HelmRelease, namespace: Namespace) -> None:
    release.install()
    namespace.delete("Secret", SECRET)
    message = refusal(release, namespace, {})
    assert f"Secret/{SECRET} with its encryption key does not exist: restore the Secret" in message
    release.upgrade({"config": {"encryptionKey": "from-a-copy"}})


def test_a_new_installation_over_a_claim_whose_key_is_gone_is_refused(
    release: HelmRelease, namespace: Namespace
) -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data-relay-redis-0"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    namespace.apply(claim)
    with pytest.raises(HelmRefusal, match="Redis has data of this release, but Secret/relay-claude-relay-secret"):
        release.install()
    release.install({"allowDataLoss": True})


def test_another_existing_secret_with_another_key_is_refused(release: HelmRelease, namespace: Namespace) -> None:
    release.install()
    keys = ("jwt-secret", "encryption-key", "admin-username", "admin-password")
    manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "mine"},
        "stringData": dict.fromkeys(keys, "a"),
    }
    namespace.apply(manifest)
    assert KEY in refusal(release, namespace, {"config": {"existingSecret": "mine"}})


@pytest.mark.parametrize("override", [{"nameOverride": "cache"}, {"fullnameOverride": "cache"}])
def test_another_name_of_redis_is_refused(release: HelmRelease, namespace: Namespace, override: Values) -> None:
    release.install()
    message = refusal(release, namespace, {"redis": override})
    assert "StatefulSet/relay-redis has the data of this release" in message
    release.upgrade({"redis": override, "allowDataLoss": True})


def test_another_name_of_redis_is_refused_with_another_name_of_the_application(
    release: HelmRelease, namespace: Namespace
) -> None:
    release.install()
    values = {
        "fullnameOverride": "gateway",
        "config": {"existingSecret": SECRET},
        "redis": {"fullnameOverride": "cache"},
    }
    message = refusal(release, namespace, values)
    assert "StatefulSet/relay-redis has the data of this release, but the application would use cache" in message
    release.upgrade({**values, "allowDataLoss": True})


def test_an_external_redis_in_the_place_of_the_own_one_is_refused(release: HelmRelease, namespace: Namespace) -> None:
    release.install()
    external = {"redis": {"enabled": False}, "externalRedis": {"host": "redis.example.com"}}
    message = refusal(release, namespace, external)
    assert "StatefulSet/relay-redis has the data of this release, but" in message
    assert "the application would use redis.example.com" in message
    assert "Moving Redis" in message
    release.upgrade({**external, "allowDataLoss": True})


def test_an_own_redis_in_the_place_of_the_external_one_is_refused(release: HelmRelease, namespace: Namespace) -> None:
    release.install({"redis": {"enabled": False}, "externalRedis": {"host": "redis.example.com"}})
    own: Values = {"redis": {"enabled": True}, "externalRedis": {"host": ""}}
    message = refusal(release, namespace, own)
    assert "the application would use StatefulSet/relay-redis, which has no data" in message


def test_a_new_address_of_the_same_external_redis_is_taken(release: HelmRelease) -> None:
    external = {"redis": {"enabled": False}, "externalRedis": {"host": "redis.example.com"}}
    release.install(external)
    release.upgrade({**external, "externalRedis": {"host": "10.0.0.7"}})


CLAIMS: dict[str, tuple[Any, str]] = {
    "storage.logs.persistence": ({"mode": "pvc"}, "relay-claude-relay-logs"),
    "storage.data.persistence": ({"type": "pvc"}, "relay-claude-relay-data"),
    "storage.data.external": ({}, "relay-claude-relay-external-data"),
}
CHANGES = [
    ({"storageClass": "slow"}, "storageClass"),
    ({"accessMode": "ReadWriteMany"}, "accessMode"),
    ({"size": "1Gi"}, "size"),
]


def with_claim(path: str, claim: Values) -> Values:
    parent, child = path.split(".")[1:]
    switches, _ = CLAIMS[path]
    enabled = {"enabled": True} if child == "external" else {}
    return {"storage": {parent: {**switches, child: {"size": "2Gi", "storageClass": "fast", **enabled, **claim}}}}


@pytest.mark.parametrize("path", list(CLAIMS))
def test_a_change_of_a_claim_that_kubernetes_refuses_is_refused_first(
    release: HelmRelease, namespace: Namespace, path: str
) -> None:
    release.install(with_claim(path, {}))
    for change, field in CHANGES:
        message = refusal(release, namespace, with_claim(path, change))
        assert f"PersistentVolumeClaim/{CLAIMS[path][1]} cannot be changed in this way ({path}.{field} was" in message


@pytest.mark.parametrize(("before", "after"), [("", "None"), ("None", "")])
def test_a_service_does_not_become_headless_or_the_reverse(
    release: HelmRelease, namespace: Namespace, before: str, after: str
) -> None:
    release.install({"service": {"clusterIP": before}})
    message = refusal(release, namespace, {"service": {"clusterIP": after}})
    assert "service.clusterIP of an installed Service is immutable" in message
