"""Where secrets come from: generated once, found again, or the user's own. test_life_cycle.py proves that they stay."""

import re

import pytest

from tests.e2e.control_plane.namespace import Namespace
from tests.e2e.helm_release import HelmRefusal, HelmRelease

GENERATED = {
    "relay-claude-relay-secret": {"jwt-secret", "encryption-key", "admin-username", "admin-password"},
    "relay-redis": {"redis-password"},
}
REDIS_PASSWORD = {"redis": {"auth": {"enabled": True}}}


def generated(namespace: Namespace) -> dict[str, dict[str, str]]:
    found = {name: namespace.secret(name) for name in GENERATED}
    assert {name: {key for key, value in data.items() if value} for name, data in found.items()} == GENERATED
    return found


def test_where_nothing_may_be_generated_a_missing_secret_stops_the_install(
    release: HelmRelease, namespace: Namespace
) -> None:
    with pytest.raises(HelmRefusal) as refusal:
        release.install({**REDIS_PASSWORD, "config": {"generateSecrets": False}})
    for path in ("config.jwtSecret", "config.encryptionKey", "config.adminPassword", "redis.auth.password"):
        assert path in str(refusal.value)
    assert not namespace.objects()


def test_where_nothing_may_be_generated_a_kept_secret_is_enough(release: HelmRelease, namespace: Namespace) -> None:
    release.install(REDIS_PASSWORD)
    first = generated(namespace)
    release.uninstall()
    release.install({**REDIS_PASSWORD, "config": {"generateSecrets": False}})
    assert generated(namespace) == first


def test_an_existing_secret_that_lacks_keys_is_refused(release: HelmRelease, namespace: Namespace) -> None:
    given = {"admin-username": "root", "encryption-key": "a key of my own"}
    namespace.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "mine"}, "stringData": given})
    with pytest.raises(HelmRefusal) as refusal:
        release.install({"config": {"existingSecret": "mine"}})
    assert set(re.findall(r"Secret/mine has no key ([\w-]+)", str(refusal.value))) == {"jwt-secret", "admin-password"}
    assert set(namespace.objects()) == {("Secret", "mine")}
