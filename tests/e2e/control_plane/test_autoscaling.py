"""An autoscaler's replica count is its own: no upgrade takes it away, and none fails over it."""

from dataclasses import replace

import pytest

from chartgate.tools.helm import Helm
from tests.e2e.control_plane.namespace import Namespace
from tests.e2e.control_plane.operators import moving_too
from tests.e2e.helm_release import HelmRefusal, HelmRelease, Values

DEPLOYMENT = ("Deployment", "relay-claude-relay")
AUTOSCALER = "kube-controller-manager"
"""The field manager of Kubernetes' autoscaler."""

FIXED: Values = {"replicaCount": 3}
SCALED: Values = {"autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 9}}
OUTSIDE: Values = {"externalScaling": True}
SCALED_AND_CHANGED: Values = {**SCALED, "config": {"logLevel": "debug"}}


def replicas(namespace: Namespace) -> int:
    return int(namespace.get(*DEPLOYMENT)["spec"]["replicas"])


@moving_too
def test_an_upgrade_and_a_rollback_leave_the_count_to_the_autoscaler(
    release: HelmRelease, later_helm: Helm, namespace: Namespace
) -> None:
    release.install(SCALED)
    release = replace(release, helm=later_helm)
    namespace.scale(*DEPLOYMENT, 7, AUTOSCALER)
    before = namespace.pod_template(*DEPLOYMENT)
    assert release.upgrade(SCALED_AND_CHANGED) == ""
    assert namespace.pod_template(*DEPLOYMENT) != before
    assert replicas(namespace) == 7
    namespace.scale(*DEPLOYMENT, 5, AUTOSCALER)
    release.rollback(1)
    assert replicas(namespace) == 5


@moving_too
def test_the_count_of_another_autoscaler_is_left_alone(
    release: HelmRelease, later_helm: Helm, namespace: Namespace
) -> None:
    release.install(OUTSIDE)
    release = replace(release, helm=later_helm)
    namespace.scale(*DEPLOYMENT, 4, "kubectl")
    assert release.upgrade(OUTSIDE) == ""
    assert replicas(namespace) == 4
    namespace.scale(*DEPLOYMENT, 6, "keda-operator")
    assert release.upgrade({**OUTSIDE, "config": {"logLevel": "debug"}}) == ""
    assert replicas(namespace) == 6


@moving_too
def test_without_the_autoscaler_the_count_is_the_charts_again(
    release: HelmRelease, later_helm: Helm, namespace: Namespace
) -> None:
    release.install(FIXED)
    assert replicas(namespace) == 3
    release = replace(release, helm=later_helm)
    release.upgrade(SCALED)
    namespace.scale(*DEPLOYMENT, 7, AUTOSCALER)
    release.upgrade(FIXED)
    assert replicas(namespace) == 3


def test_a_count_that_somebody_set_without_a_word_to_the_chart(release: HelmRelease, namespace: Namespace) -> None:
    """docs/operations.md tells it: Helm 3 sets the chart's count again; Helm 4 refuses until it is told."""
    release.install(FIXED)
    namespace.scale(*DEPLOYMENT, 5, "kubectl")
    if release.helm.version.startswith("3."):
        release.upgrade(FIXED)
        assert replicas(namespace) == 3
        return
    with pytest.raises(HelmRefusal, match=r'conflict with "kubectl".*: \.spec\.replicas'):
        release.upgrade(FIXED)
    release.upgrade({**FIXED, **OUTSIDE})
    assert replicas(namespace) == 5
    replace(release, options=(*release.options, "--force-conflicts")).upgrade(FIXED)
    assert replicas(namespace) == 3
