"""Several replicas: one password, a drain, and an autoscaler with real figures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.cluster.images import Images
from tests.e2e.cluster.namespace import Kubectl, KubectlError, MakeNamespace, Namespace, until
from tests.e2e.cluster.operator import FULLNAME, Operator
from tests.e2e.cluster.pods import Neighbour
from tests.e2e.cluster.release import ReleaseIn

METRICS_SERVER = Path(__file__).parent / "metrics-server.yaml"
LEAST, MOST = 2, 3
# Down again at once: how long an autoscaler waits is the operator's choice, and not for a test to wait for.
VALUES: dict[str, Any] = {
    "autoscaling": {
        "enabled": True,
        "minReplicas": LEAST,
        "maxReplicas": MOST,
        "targetCPUUtilizationPercentage": 60,
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
    },
    "podDisruptionBudget": {"enabled": True, "minAvailable": LEAST - 1},
    "preStopSleepSeconds": 1,
    "storage": {"logs": {"mode": "emptyDir"}},
}


@pytest.fixture(scope="module")
def metrics(cluster: Kubectl, images: Images) -> Kubectl:
    """metrics-server is asked to run; its figures come while the tests go on."""
    objects = yaml.safe_load(METRICS_SERVER.read_text(encoding="utf-8"))["items"]
    (server,) = [item for item in objects if item["kind"] == "Deployment"]
    images.load(server["spec"]["template"]["spec"]["containers"][0]["image"])
    cluster("apply", "--server-side", "-f", str(METRICS_SERVER))
    return cluster


@pytest.fixture(scope="module")
def namespace(make_namespace: MakeNamespace) -> Iterator[Namespace]:
    """One for all tests here."""
    with make_namespace("scaling") as made:
        yield made


@pytest.fixture(scope="module")
def operator(release_in: ReleaseIn, namespace: Namespace, metrics: Kubectl) -> Operator:  # noqa: ARG001 (to be early)
    """Of a release with the least number of replicas, all ready."""
    release = release_in(namespace)
    release.install(VALUES)
    operator = Operator(namespace, release)
    until(lambda: len(operator.ready()) == LEAST, "all replicas are ready")
    return operator


def test_all_replicas_have_one_password(operator: Operator) -> None:
    for pod in operator.names():
        with operator.administrator(f"pod/{pod}"):
            pass


def test_a_session_holds_with_every_replica(operator: Operator) -> None:
    first, second = operator.names()
    with operator.administrator(f"pod/{first}") as admin, operator.application(f"pod/{second}") as other:
        admin.create_account("stored", "http://192.0.2.1", "sk")
        assert admin.through(other).accounts() == ["stored"]


def test_a_drain_takes_one_at_a_time(operator: Operator, namespace: Namespace) -> None:
    first, second = operator.names()
    evict(namespace, first)
    with pytest.raises(KubectlError, match="disruption budget"):
        evict(namespace, second)
    until(lambda: len(operator.ready()) == LEAST, "the evicted pod is replaced")
    assert second in operator.names()


def evict(namespace: Namespace, pod: str) -> None:
    """What `kubectl drain` asks the API server for."""
    eviction = f'{{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {{"name": "{pod}"}}}}'
    namespace.kubectl(
        "create", "--raw", f"/api/v1/namespaces/{namespace.name}/pods/{pod}/eviction", "-f", "-", given=eviction
    )


def test_the_autoscaler_follows_the_load(operator: Operator, namespace: Namespace) -> None:
    scaler = f"horizontalpodautoscaler/{FULLNAME}"
    namespace.wait("condition=ScalingActive", scaler)
    neighbour = Neighbour(namespace, operator.image())
    with neighbour.load(f"http://{operator.address()}/health", 4) as load:
        until(lambda: len(operator.ready()) == MOST, "the autoscaler has added a replica")
    assert load.lost == []
    until(lambda: len(operator.names()) == LEAST, "the autoscaler has taken it away again")
