"""Images: one registry for all of them, digests before tags, pull secrets everywhere."""

from typing import Any

import pytest

EVERY_IMAGE = {"serviceMonitor": {"enabled": True}}


def images(release: Any) -> set[str]:
    return {container.manifest["image"] for workload in release.workloads() for container in workload.containers}


def test_the_default_images(render: Any) -> None:
    assert images(render(values=EVERY_IMAGE)) == {
        "ghcr.io/wei-shaw/claude-relay-service:v1.1.314",
        "docker.io/redis:8.2.3",
        "fluent/fluent-bit:5.1.1",
        "quay.io/prometheuscommunity/json-exporter:v0.7.0",
    }


def test_one_registry_takes_the_place_of_all(render: Any) -> None:
    found = images(render(values={**EVERY_IMAGE, "global": {"imageRegistry": "registry.example.com:5000/mirror/"}}))
    assert found == {
        "registry.example.com:5000/mirror/wei-shaw/claude-relay-service:v1.1.314",
        "registry.example.com:5000/mirror/redis:8.2.3",
        "registry.example.com:5000/mirror/fluent/fluent-bit:5.1.1",
        "registry.example.com:5000/mirror/prometheuscommunity/json-exporter:v0.7.0",
    }


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("ghcr.io/team/relay", "mirror.example.com/team/relay"),
        ("registry:5000/team/relay", "mirror.example.com/team/relay"),
        ("localhost/relay", "mirror.example.com/relay"),
        ("localhost:5000/relay", "mirror.example.com/relay"),
        ("team/relay", "mirror.example.com/team/relay"),
        ("localhosts/relay", "mirror.example.com/localhosts/relay"),
        ("relay", "mirror.example.com/relay"),
        ("relay.v2", "mirror.example.com/relay.v2"),
    ],
)
def test_the_first_part_of_a_repository_is_a_registry_with_a_dot_a_port_or_as_localhost(
    render: Any, repository: str, expected: str
) -> None:
    """As in github.com/distribution/reference, splitDockerDomain."""
    values = {"global": {"imageRegistry": "mirror.example.com"}, "image": {"repository": repository, "tag": "v9"}}
    assert render(values=values).only("Deployment").container("http").manifest["image"] == f"{expected}:v9"


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ({"tag": "v9"}, "ghcr.io/wei-shaw/claude-relay-service:v9"),
        ({"tag": "v9", "digest": "sha256:" + "a" * 64}, "ghcr.io/wei-shaw/claude-relay-service@sha256:" + "a" * 64),
        ({"repository": "localhost/relay"}, "localhost/relay:v1.1.314"),
    ],
)
def test_a_digest_wins_over_a_tag(render: Any, image: Any, expected: str) -> None:
    assert render(values={"image": image}).only("Deployment").container("http").manifest["image"] == expected


def test_every_pod_has_the_pull_secrets_without_repetition(render: Any, any_helm: Any) -> None:
    values = {
        "global": {"imagePullSecrets": [{"name": "shared"}]},
        "imagePullSecrets": ["relay", {"name": "shared"}],
        "redis": {"imagePullSecrets": ["redis", "shared"]},
    }
    release = render(values=values, helm=any_helm)
    found = {
        workload.kind: [secret["name"] for secret in workload.pod_spec["imagePullSecrets"]]
        for workload in release.workloads()
    }
    assert found == {"Deployment": ["shared", "relay"], "Pod": ["shared", "relay"], "StatefulSet": ["shared", "redis"]}


def test_the_pull_policy_is_each_images_own(render: Any) -> None:
    release = render(values={"image": {"pullPolicy": "Always"}, "redis": {"image": {"pullPolicy": "Never"}}})
    deployment = release.only("Deployment")
    assert {c.name: c.manifest["imagePullPolicy"] for c in deployment.containers} == {
        "wait-for-redis": "Always",
        "admin-setup": "Always",
        "fluent-bit": "IfNotPresent",
        "http": "Always",
    }
    assert release.only("StatefulSet").container("redis").manifest["imagePullPolicy"] == "Never"
