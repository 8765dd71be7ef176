"""Who may reach what, proved by traffic: NetworkPolicy is enforced on this cluster."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.cluster.images import Images
from tests.e2e.cluster.namespace import KubectlError, MakeNamespace, Namespace, until
from tests.e2e.cluster.operator import DEPLOYMENT, FULLNAME, REDIS, Operator
from tests.e2e.cluster.pods import run_pod
from tests.e2e.cluster.release import ReleaseIn

VALUES = {"preStopSleepSeconds": 0, "metrics": {"exporter": {"mode": "always"}}}
PORTS = {"application": 3000, "exporter": 7979, "fluent-bit": 2020}
STRANGER = "stranger"


@pytest.fixture(scope="module")
def operator(make_namespace: MakeNamespace, release_in: ReleaseIn, images: Images, render: Any) -> Iterator[Operator]:
    """Of a release with an exporter, and a stranger's pod beside it, which has the release's labels but one."""
    images.load_chart_images(render(values=VALUES))
    with make_namespace("policies") as namespace:
        release = release_in(namespace)
        release.install(VALUES)
        operator = Operator(namespace, release)
        command = ["node", "-e", "require('http').createServer((_, answer) => answer.end('ok')).listen(8080)"]
        run_pod(namespace, STRANGER, operator.image(), command, port=8080)
        yield operator


def addresses(namespace: Namespace) -> dict[str, str]:
    """The address of each port of the release's pods."""
    (pod,) = namespace.items("pods", "app.kubernetes.io/name=claude-relay")
    ip = pod["status"]["podIP"]
    redis = namespace.get("pod", REDIS)["status"]["podIP"]
    return {**{name: f"{ip}:{port}" for name, port in PORTS.items()}, "redis": f"{redis}:6379"}


def reaches(namespace: Namespace, target: str, address: str, container: str = "") -> bool:
    """Whether a connection from a pod opens within two seconds."""
    host, _, port = address.rpartition(":")
    script = (
        f"const s = require('net').connect({port}, '{host}', () => process.exit(0));"
        "s.on('error', () => process.exit(1)); setTimeout(() => process.exit(1), 2000)"
    )
    try:
        namespace.execute(target, "node", "-e", script, container=container)
    except KubectlError:
        return False
    return True


def test_a_strangers_pod_reaches_what_is_for_everybody_and_nothing_else(operator: Operator) -> None:
    namespace = operator.namespace
    # Policies take effect a moment after a pod is there.
    until(lambda: not reaches(namespace, STRANGER, addresses(namespace)["redis"]), "Redis is closed to a stranger")
    found = {name: reaches(namespace, STRANGER, address) for name, address in addresses(namespace).items()}
    assert found == {"application": True, "exporter": True, "fluent-bit": True, "redis": False}


def test_the_application_reaches_its_redis(operator: Operator) -> None:
    assert reaches(operator.namespace, DEPLOYMENT, addresses(operator.namespace)["redis"], container="http")


def test_only_those_who_are_named_reach_the_application_and_the_exporter(operator: Operator) -> None:
    named = {
        "networkPolicy": {
            key: [{"podSelector": {"matchLabels": {"app": "nobody"}}}] for key in ("ingressFrom", "metricsFrom")
        }
    }
    operator.release.upgrade({**VALUES, **named})
    namespace = operator.namespace
    until(lambda: not reaches(namespace, STRANGER, addresses(namespace)["application"]), "the application is closed")
    found = {name: reaches(namespace, STRANGER, address) for name, address in addresses(namespace).items()}
    assert found == dict.fromkeys(found, False)
    # The kubelet's probes come from the node, and `helm test` has labels that the policy admits.
    assert len(operator.ready()) == 1
    assert "Succeeded" in operator.release.test()
    assert FULLNAME in operator.names()[0]
