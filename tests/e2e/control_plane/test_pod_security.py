"""Every pod is admitted where Pod Security "restricted" is enforced, and the API server has nothing to remark."""

from typing import Any

import pytest

from chartgate.findings.api_server.trial import bare_pod
from chartgate.tools.kubernetes_yaml import read_one
from tests.e2e.control_plane.namespace import Namespace
from tests.e2e.helm_release import HelmRelease, Values

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


def pods_of(release: HelmRelease, namespace: Namespace) -> dict[str, Any]:
    """Each pod that the release makes."""
    pods = {"helm test": read_one(release.hooks())}
    for kind, name in (("Deployment", "relay-claude-relay"), ("StatefulSet", "relay-redis")):
        spec = namespace.get(kind, name)["spec"]
        pods[kind] = bare_pod(spec["template"], spec.get("volumeClaimTemplates", ()))
    return pods


@pytest.mark.parametrize("values", [{}, EVERYTHING], ids=["defaults", "everything"])
def test_every_pod_is_admitted_without_a_warning(release: HelmRelease, namespace: Namespace, values: Values) -> None:
    assert release.install(values) == ""
    warnings = {name: namespace.try_pod(pod) for name, pod in pods_of(release, namespace).items()}
    assert warnings == {"helm test": [], "Deployment": [], "StatefulSet": []}


def test_a_pod_that_violates_is_warned_about_and_refused(release: HelmRelease, namespace: Namespace) -> None:
    """The control of the test above: what it looks at does show a violation."""
    warnings = release.install({"securityContext": {"allowPrivilegeEscalation": True}})
    assert "would violate PodSecurity" in warnings
    pods = pods_of(release, namespace)
    assert namespace.try_pod(pods.pop("StatefulSet")) == []  # Redis has a security context of its own
    for pod in pods.values():
        (remark,) = namespace.try_pod(pod)
        assert remark.rule == "refused"
        assert "violates PodSecurity" in remark.what
