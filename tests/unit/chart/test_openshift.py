"""OpenShift: its security context constraint chooses the user and the groups, and refuses others."""

from typing import Any

import pytest

API = ["security.openshift.io/v1"]
IDENTITY = {"runAsUser", "runAsGroup", "fsGroup"}
KEPT = {"runAsNonRoot", "fsGroupChangePolicy", "seccompProfile"}


def identities(release: Any) -> dict[str, set[str]]:
    """Which of the fields the security context of each pod has."""
    pods = {obj.ref: obj.pod_spec for obj in release if obj.pod_spec}
    assert len(pods) > 2
    assert all(set(pod["securityContext"]) >= KEPT for pod in pods.values())
    return {ref: set(pod["securityContext"]) & IDENTITY for ref, pod in pods.items()}


@pytest.mark.parametrize(
    ("mode", "api", "left_out"),
    [
        ("auto", API, True),
        ("auto", [], False),
        ("force", [], True),
        ("off", API, False),
        (False, API, False),
        (None, API, True),
    ],
)
def test_the_user_and_the_groups_are_left_to_openshift(
    render: Any, any_helm: Any, mode: Any, api: list[str], left_out: bool
) -> None:
    values = {"global": {"openshift": mode, "secretsJob": True}}
    found = identities(render(values, helm=any_helm, api_versions=api))
    assert set(map(frozenset, found.values())) == {frozenset() if left_out else frozenset(IDENTITY)}


def test_a_user_of_the_operator_is_kept(render: Any, any_helm: Any) -> None:
    values = {"podSecurityContext": {"runAsUser": 1000650000}, "redis": {"podSecurityContext": {"fsGroup": 7}}}
    release = render(values, helm=any_helm, api_versions=API)
    found = identities(release)
    assert found[release.only("Deployment").ref] == {"runAsUser"}
    assert found[release.only("StatefulSet").ref] == {"fsGroup"}


def test_elsewhere_each_pod_has_its_user(render: Any) -> None:
    """chartgate.yaml accepts each of these kinds without a high user, so this test is what holds the defaults."""
    workloads = render({"global": {"secretsJob": True}}).workloads()
    users = {workload.kind: workload.pod_spec["securityContext"]["runAsUser"] for workload in workloads}
    assert users == {"Deployment": 10001, "Job": 10001, "Pod": 10001, "StatefulSet": 999}
