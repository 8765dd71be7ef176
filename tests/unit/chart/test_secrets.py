"""Secrets: a value wins, an existing Secret replaces generation wholly, and none is seen outside a Secret."""

import base64
import json
from typing import Any

import pytest

KEYS = ["admin-password", "admin-username", "encryption-key", "jwt-secret"]
VARIABLES = {
    "JWT_SECRET": "jwt-secret",
    "ENCRYPTION_KEY": "encryption-key",
    "ADMIN_USERNAME": "admin-username",
    "ADMIN_PASSWORD": "admin-password",
}


def decoded(secret: Any) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in secret.at("data").items()}


def test_generated_secrets_are_long_and_new_with_every_install(render: Any) -> None:
    first, second = (decoded(render(cached=False).only("Secret")) for _ in range(2))
    assert sorted(first) == KEYS
    assert {key: len(value) for key, value in first.items() if key != "admin-username"} == {
        "jwt-secret": 64,
        "encryption-key": 32,
        "admin-password": 24,
    }
    assert first["admin-username"] == "admin"
    assert all(first[key] != second[key] for key in KEYS if key != "admin-username")


def test_values_win(render: Any) -> None:
    config = {"jwtSecret": "j", "encryptionKey": "e", "adminUsername": "u", "adminPassword": "p"}
    secret = render(values={"config": config}, release="x").get("Secret", "x-claude-relay-secret")
    assert decoded(secret) == {"jwt-secret": "j", "encryption-key": "e", "admin-username": "u", "admin-password": "p"}


def references(release: Any) -> dict[str, dict[str, str]]:
    """The secret variables of the container that needs each."""
    deployment = release.only("Deployment")
    env = {**deployment.container("admin-setup").env, **deployment.container("http").env}
    return {name: env[name]["valueFrom"]["secretKeyRef"] for name in VARIABLES}


def test_the_application_reads_every_secret_by_reference(render: Any) -> None:
    assert references(render(release="x")) == {
        name: {"name": "x-claude-relay-secret", "key": key} for name, key in VARIABLES.items()
    }


def test_an_existing_secret_replaces_generation_wholly(render: Any) -> None:
    keys = {"jwtSecret": "a", "encryptionKey": "b", "adminUsername": "c", "adminPassword": "d"}
    release = render(values={"config": {"existingSecret": "mine", "existingSecretKeys": keys}})
    assert not release.of_kind("Secret")
    found = references(release).values()
    assert {reference["key"] for reference in found} == set(keys.values())
    assert {reference["name"] for reference in found} == {"mine"}


def test_only_the_init_container_has_the_administrators_password(render: Any) -> None:
    """The application would print it, if it wrote init.json itself."""
    deployment = render().only("Deployment")
    assert not {"ADMIN_USERNAME", "ADMIN_PASSWORD"} & set(deployment.container("http").env)
    mounts = [mount["mountPath"] for mount in deployment.container("admin-setup").items("volumeMounts")]
    assert "/app/data" in mounts
    without = render(values={"adminSetup": {"enabled": False}}).only("Deployment")
    assert {"ADMIN_USERNAME", "ADMIN_PASSWORD"} <= set(without.container("http").env)
    assert "admin-setup" not in [container.name for container in without.containers]


def test_the_users_variables_reach_the_init_container(render: Any) -> None:
    values = {"extraEnv": [{"name": "ADMIN_PASSWORD", "value": "theirs"}, {"name": "A", "value": "b"}]}
    env = render(values=values).only("Deployment").container("admin-setup").env
    assert (env["ADMIN_PASSWORD"]["value"], set(env)) == ("theirs", {"ADMIN_USERNAME", "ADMIN_PASSWORD"})


@pytest.mark.parametrize("kind", ["Secret", "PersistentVolumeClaim"])
def test_what_outlives_the_release_is_kept_by_helm_and_by_argo_cd(render: Any, kind: str) -> None:
    values = {
        "redis": {"auth": {"enabled": True}},
        "storage": {"data": {"type": "pvc", "external": {"enabled": True}}, "logs": {"mode": "pvc"}},
    }
    kept = render(values=values).of_kind(kind)
    assert len(kept) >= 2
    for obj in kept:
        assert obj.annotations["helm.sh/resource-policy"] == "keep", obj.ref
        assert obj.annotations["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false", obj.ref


@pytest.mark.parametrize("key", ["jwtSecret", "encryptionKey", "adminUsername", "adminPassword"])
def test_a_value_beside_an_existing_secret_is_refused(refused: Any, key: str) -> None:
    assert key in refused({"config": {"existingSecret": "mine", key: "value"}})


def test_without_a_cluster_nothing_is_made_up(render: Any, refused: Any) -> None:
    message = refused({"config": {"generateSecrets": False}, "redis": {"auth": {"enabled": True}}})
    for path in ("config.jwtSecret", "config.encryptionKey", "config.adminPassword", "redis.auth.password"):
        assert path in message
    given = {
        "config": {"generateSecrets": False, "jwtSecret": "j", "encryptionKey": "e", "adminPassword": "p"},
        "redis": {"auth": {"enabled": True, "password": "r"}},
    }
    assert render(values=given, cached=False).digest == render(values=given, cached=False).digest


def test_the_keys_outlive_the_release(render: Any) -> None:
    release = render(values={"redis": {"auth": {"enabled": True}}})
    secrets = release.of_kind("Secret")
    assert len(secrets) == 2
    assert all(secret.annotations["helm.sh/resource-policy"] == "keep" for secret in secrets)


def test_redis_and_the_application_share_one_generated_password(render: Any) -> None:
    release = render(values={"redis": {"auth": {"enabled": True}}}, release="x")
    assert len(decoded(release.get("Secret", "x-redis"))["redis-password"]) == 32
    expected = {"name": "x-redis", "key": "redis-password"}
    redis = release.only("StatefulSet").container("redis").env
    assert redis["REDIS_PASSWORD"]["valueFrom"]["secretKeyRef"] == expected
    assert redis["REDISCLI_AUTH"]["valueFrom"]["secretKeyRef"] == expected
    for name in ("http", "wait-for-redis"):
        env = release.only("Deployment").container(name).env
        assert env["REDIS_PASSWORD"]["valueFrom"]["secretKeyRef"] == expected


def test_the_init_container_gets_no_secret_but_redis(render: Any) -> None:
    container = render(values={"redis": {"auth": {"enabled": True}}}).only("Deployment").container("wait-for-redis")
    assert list(container.env) == ["REDIS_PASSWORD"]


def test_no_secret_value_stands_outside_a_secret(render: Any) -> None:
    values = {
        "config": {
            "jwtSecret": "SECRET-1",
            "encryptionKey": "SECRET-2",
            "adminUsername": "SECRET-3",
            "adminPassword": "SECRET-4",
        },
        "redis": {"enabled": False},
        "externalRedis": {"host": "redis", "password": "SECRET-5"},
        "storage": {
            "logs": {
                "fluentbit": {
                    "output": {
                        "type": "http",
                        "config": {
                            "Host": "logs",
                            "HTTP_Passwd": "SECRET-6",
                            "header": ["Authorization SECRET-7", "X-Api-Key SECRET-8"],
                            "oauth2.client_secret": "SECRET-9",
                            "tls.key_passwd": "SECRET-10",
                            "proxy": "http://user:SECRET-11@proxy",
                        },
                    }
                }
            }
        },
    }
    release = render(values=values)
    open_objects = [obj for obj in release if obj.kind != "Secret"]
    assert open_objects
    assert not [obj.ref for obj in open_objects if "SECRET-" in json.dumps(obj.manifest)]
    kept = " ".join(text for secret in release.of_kind("Secret") for text in decoded(secret).values())
    assert not [number for number in range(1, 12) if f"SECRET-{number}" not in kept]


EVERYTHING = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: everything}
data:
  values: {{ toJson .Values | quote }}
  release: {{ toJson .Release | quote }}
  context: {{ omit . "Files" "Chart" "Capabilities" | toJson | quote }}
"""


def test_a_template_of_the_users_that_prints_everything_publishes_no_generated_secret(
    render: Any, any_helm: Any
) -> None:
    values = {"extraObjects": [EVERYTHING], "redis": {"auth": {"enabled": True}}}
    release = render(values=values, release="x", helm=any_helm, cached=False)
    text = str(release.get("ConfigMap", "everything").manifest)
    secrets = [
        secret
        for name in ("x-claude-relay-secret", "x-redis")
        for value in release.get("Secret", name).at("data").values()
        for secret in (value, base64.b64decode(value).decode())
        if secret != "admin"
    ]
    assert len(secrets) >= 8
    assert not [secret for secret in secrets if secret in text]
