"""Every pod is admitted where Pod Security "restricted" is enforced, and the API server has nothing to remark."""

from typing import Any

import pytest

from chartgate.tools.kubernetes_yaml import read_one
from tests.e2e.helm_release import HelmRelease, Values
from tests.e2e.namespace import Namespace, NotAdmitted

EVERYTHING = {
    "redis": {"auth": {"enabled": True}},
    "metrics": {"exporter": {"mode": "always"}},
    "podDisruptionBudget": {"enabled": True},
    "autoscaling": {"enabled": True},
    "ingress": {"enabled": True, "hosts": [{"host": "relay.example.com"}]},
    "storage": {
        "data": {"external": {"enabled": True, "accessMode": "ReadWriteMany"}},
        "logs": {"mode": "forward", "fluentbit": {"output": {"config": {"Host": "logs.example.com"}}}},
    },
}
OTHER_LOGS = {"redis": {"persistence": {"enabled": False}}, "storage": {"logs": {"mode": "pvc"}}}


def pods_of(release: HelmRelease, namespace: Namespace) -> dict[str, Any]:
    """Each pod that the release makes, as a bare Pod: a workload is only warned about, a pod is refused."""
    pods = {"helm test": read_one(release.hooks())}
    for kind, name in (("Deployment", "relay-claude-relay"), ("StatefulSet", "relay-redis")):
        workload = namespace.get(kind, name)["spec"]
        template = workload["template"]
        # What a StatefulSet's controller does with its claims.
        claims = [
            {"name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": "claim"}}
            for claim in workload.get("volumeClaimTemplates", ())
        ]
        pods[kind] = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {**template["metadata"], "name": "bare"},
            "spec": {**template["spec"], "volumes": [*template["spec"]["volumes"], *claims]},
        }
    return pods


@pytest.mark.parametrize("values", [{}, EVERYTHING, OTHER_LOGS], ids=["defaults", "everything", "other-logs"])
def test_every_pod_is_admitted_without_a_warning(release: HelmRelease, namespace: Namespace, values: Values) -> None:
    assert release.install(values) == ""
    warnings = {name: namespace.try_pod(pod) for name, pod in pods_of(release, namespace).items()}
    assert warnings == {"helm test": [], "Deployment": [], "StatefulSet": []}


def test_the_server_would_warn_of_a_pod_that_violates(release: HelmRelease) -> None:
    """The control of the tests above: what they look at does show a violation."""
    warnings = release.install({"securityContext": {"allowPrivilegeEscalation": True}})
    assert "would violate PodSecurity" in warnings


def test_the_server_refuses_a_pod_that_violates(release: HelmRelease, namespace: Namespace) -> None:
    """The control of the tests above: what they look at does show a violation."""
    release.install({"securityContext": {"allowPrivilegeEscalation": True}})
    refusals = {}
    for name, pod in pods_of(release, namespace).items():
        try:
            namespace.try_pod(pod)
        except NotAdmitted as refusal:
            refusals[name] = str(refusal)
    assert set(refusals) == {"helm test", "Deployment"}  # Redis has a security context of its own
    assert all('violates PodSecurity "restricted' in text for text in refusals.values())
