"""Generated secrets stay as they are for as long as Redis' data may live: through everything that Helm can do."""

import pytest

from tests.e2e.helm_release import HelmRefusal, HelmRelease
from tests.e2e.namespace import Namespace

GENERATED = {
    "relay-claude-relay-secret": {"jwt-secret", "encryption-key", "admin-username", "admin-password"},
    "relay-redis": {"redis-password"},
}
REDIS_PASSWORD = {"redis": {"auth": {"enabled": True}}}


def generated(namespace: Namespace) -> dict[str, dict[str, str]]:
    found = {name: namespace.secret(name) for name in GENERATED}
    assert {name: {key for key, value in data.items() if value} for name, data in found.items()} == GENERATED
    return found


def test_upgrades_and_a_rollback_keep_every_secret(release: HelmRelease, namespace: Namespace) -> None:
    changed = {**REDIS_PASSWORD, "config": {"logLevel": "debug"}, "replicaCount": 2}
    release.install(REDIS_PASSWORD)
    first = generated(namespace)
    release.upgrade(changed)
    assert generated(namespace) == first
    release.upgrade(changed)
    assert generated(namespace) == first
    release.rollback(1)
    assert generated(namespace) == first


def test_a_re_install_finds_every_secret_again(release: HelmRelease, namespace: Namespace) -> None:
    release.install(REDIS_PASSWORD)
    first = generated(namespace)
    release.uninstall()
    assert {name for kind, name in namespace.objects() if kind == "Secret"} == set(GENERATED)
    release.install(REDIS_PASSWORD)
    assert generated(namespace) == first


def test_two_releases_share_no_secret(release: HelmRelease, namespace: Namespace, other_release: HelmRelease) -> None:
    release.install(REDIS_PASSWORD)
    other_release.install(REDIS_PASSWORD)
    ours = {value for data in generated(namespace).values() for value in data.values()}
    theirs = namespace.secret("other-claude-relay-secret") | namespace.secret("other-redis")
    assert ours & set(theirs.values()) == {theirs["admin-username"]}


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


@pytest.mark.parametrize("missing", ["jwt-secret", "encryption-key", "admin-username", "admin-password"])
def test_an_existing_secret_that_lacks_a_key_is_refused(
    release: HelmRelease, namespace: Namespace, missing: str
) -> None:
    keys = GENERATED["relay-claude-relay-secret"] - {missing}
    namespace.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "mine"},
            "stringData": dict.fromkeys(keys, "a value of my own, long enough"),
        }
    )
    with pytest.raises(HelmRefusal, match=rf"Secret/mine has no key {missing}\b"):
        release.install({"config": {"existingSecret": "mine"}})
    assert set(namespace.objects()) == {("Secret", "mine")}
