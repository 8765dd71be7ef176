"""The mode without a cluster: renders hold no generated Secret and are equal, and a Job creates what is missing."""

import json
from typing import Any

import pytest

MODE: dict[str, Any] = {"global": {"secretsJob": True}}
WITH_REDIS: dict[str, Any] = {**MODE, "redis": {"auth": {"enabled": True}}}
HOOK_KINDS = {"ServiceAccount", "Role", "RoleBinding", "Job"}


def one(release: Any, kind: str) -> Any:
    """The one object of a kind, be it a hook."""
    (found,) = release.of_kind(kind)
    return found


def wanted(release: Any) -> Any:
    return json.loads(one(release, "Job").container("secrets").env["WANTED"]["value"])


def rules(release: Any) -> set[tuple[str, str, str]]:
    """(resource, verb, name) of each permission of the Job; the name is "*" where the rule has none."""
    return {
        (resource, verb, name)
        for rule in one(release, "Role").at("rules")
        for resource in rule["resources"]
        for verb in rule["verbs"]
        for name in rule.get("resourceNames") or ["*"]
    }


def test_no_secret_is_rendered_and_two_renders_are_equal(render: Any) -> None:
    first, second = (render(values=WITH_REDIS, release="x", cached=False) for _ in range(2))
    assert not first.of_kind("Secret")
    assert first.digest == second.digest


def test_the_job_is_told_of_each_secret_that_pods_read_and_of_no_value(render: Any) -> None:
    told = wanted(render(values=WITH_REDIS, release="x"))
    assert {secret["metadata"]["name"]: secret["generate"] for secret in told["secrets"]} == {
        "x-claude-relay-secret": {"jwt-secret": 64, "encryption-key": 32, "admin-password": 24},
        "x-redis": {"redis-password": 32},
    }
    assert [secret["fixed"] for secret in told["secrets"]] == [{"admin-username": "admin"}, {}]
    assert told["claim"] == "data-x-redis-0"


def test_the_job_may_do_no_more_than_it_needs(render: Any) -> None:
    release = render(values=WITH_REDIS, release="x")
    names = ("x-claude-relay-secret", "x-redis")
    assert rules(release) == {
        ("secrets", "create", "*"),
        *(("secrets", verb, name) for verb in ("get", "patch") for name in names),
        ("persistentvolumeclaims", "get", "data-x-redis-0"),
        ("jobs", "get", one(release, "Job").name),
    }


def test_the_job_and_its_rights_are_hooks_that_go_when_they_have_succeeded(render: Any) -> None:
    hooks = [obj for obj in render(values=MODE).objects if "argocd.argoproj.io/hook" in obj.annotations]
    assert {obj.kind for obj in hooks} == HOOK_KINDS
    for obj in hooks:
        assert obj.annotations["argocd.argoproj.io/hook"] == "PreSync", obj.ref
        assert obj.annotations["helm.sh/hook"] == "pre-install,pre-upgrade", obj.ref
        assert obj.annotations["helm.sh/hook-delete-policy"] == "before-hook-creation,hook-succeeded", obj.ref
        weight = int(obj.annotations["helm.sh/hook-weight"])
        assert weight == int(obj.annotations["argocd.argoproj.io/sync-wave"]) == (-5 if obj.kind == "Job" else -10)


def test_another_pod_template_is_another_job(render: Any) -> None:
    """A Job cannot be changed, so that `kubectl apply` would fail."""
    names = {
        one(render(values=values), "Job").name for values in (MODE, WITH_REDIS, {**MODE, "image": {"tag": "v9.9.9"}})
    }
    assert len(names) == 3


@pytest.mark.parametrize(
    ("values", "secrets"),
    [
        ({"config": {"existingSecret": "mine"}, "redis": {"auth": {"enabled": True}}}, ["x-redis"]),
        ({"redis": {"auth": {"enabled": True, "existingSecret": "mine"}}}, ["x-claude-relay-secret"]),
        ({"redis": {"enabled": False}, "externalRedis": {"host": "redis"}}, ["x-claude-relay-secret"]),
    ],
)
def test_a_secret_of_the_users_own_is_not_the_jobs(render: Any, values: dict[str, Any], secrets: list[str]) -> None:
    told = wanted(render(values={**MODE, **values}, release="x"))
    assert [secret["metadata"]["name"] for secret in told["secrets"]] == secrets


def test_where_nothing_is_to_be_created_there_is_no_job(render: Any) -> None:
    release = render(values={**MODE, "config": {"existingSecret": "mine"}})
    assert not release.of_kind("Job", "Role", "RoleBinding")


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"config": {"jwtSecret": "j"}}, "config.jwtSecret"),
        ({"config": {"encryptionKey": "e"}}, "config.encryptionKey"),
        ({"config": {"adminUsername": "u"}}, "config.adminUsername"),
        ({"config": {"adminPassword": "p"}}, "config.adminPassword"),
        ({"config": {"generateSecrets": False}}, "config.generateSecrets"),
        ({"redis": {"auth": {"enabled": True, "password": "p"}}}, "redis.auth.password"),
        ({"redis": {"enabled": False}, "externalRedis": {"host": "r", "password": "p"}}, "externalRedis.password"),
    ],
)
def test_a_value_that_the_job_would_not_take_is_refused(refused: Any, values: dict[str, Any], path: str) -> None:
    assert f"global.secretsJob is true and {path} is" in refused({**MODE, **values})


def test_without_a_pvc_of_its_own_the_job_asks_about_none(render: Any) -> None:
    for values in (
        {"redis": {"enabled": False}, "externalRedis": {"host": "redis.example.com"}},
        {"redis": {"persistence": {"enabled": False}}},
    ):
        release = render(values={**MODE, **values})
        assert wanted(release)["claim"] == ""
        assert "persistentvolumeclaims" not in {resource for resource, _, _ in rules(release)}


def test_data_loss_that_is_allowed_is_allowed_to_the_job(render: Any) -> None:
    release = render(values={**MODE, "allowDataLoss": True})
    assert wanted(release)["claim"] == ""
    assert {resource for resource, _, _ in rules(release)} == {"secrets"}
