"""The Job that creates Secrets runs: as a hook of Helm, and after kubectl apply beside the pods that wait for it."""

from typing import Any

from tests.e2e.cluster.namespace import Namespace
from tests.e2e.cluster.operator import DEPLOYMENT, SECRET, Operator
from tests.e2e.cluster.release import ClusterRelease

VALUES: dict[str, Any] = {
    "global": {"secretsJob": True},
    "redis": {"auth": {"enabled": True}},
    "preStopSleepSeconds": 1,
    "helmTest": {"enabled": False},
}


def secrets(namespace: Namespace) -> dict[str, dict[str, str]]:
    found = {name: namespace.secret(name) for name in (SECRET, "relay-redis")}
    assert all(value for data in found.values() for value in data.values())
    return found


def test_helm_waits_for_the_job_and_leaves_none_of_its_rights(namespace: Namespace, release: ClusterRelease) -> None:
    release.install(VALUES)
    first = secrets(namespace)
    with Operator(namespace, release).administrator():
        pass
    assert not [*namespace.items("jobs"), *namespace.items("roles"), *namespace.items("rolebindings")]
    release.upgrade({**VALUES, "podAnnotations": {"example.com/note": "another"}})
    assert secrets(namespace) == first


def test_pods_wait_for_the_job_after_kubectl_apply(namespace: Namespace, release: ClusterRelease) -> None:
    namespace.kubectl("apply", "--server-side", "--filename", "-", given=release.template(VALUES))
    namespace.rolled_out(DEPLOYMENT)
    first = secrets(namespace)
    with Operator(namespace, release).administrator():
        pass
    namespace.kubectl("apply", "--server-side", "--filename", "-", given=release.template(VALUES))
    namespace.rolled_out(DEPLOYMENT)
    assert secrets(namespace) == first
