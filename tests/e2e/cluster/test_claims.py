"""Claims of the application: logs and external data outlive its pods."""

from typing import Any

from tests.e2e.cluster.namespace import Namespace
from tests.e2e.cluster.operator import DEPLOYMENT, Operator
from tests.e2e.cluster.release import ClusterRelease

VALUES: dict[str, Any] = {
    "preStopSleepSeconds": 1,
    "storage": {
        "logs": {"mode": "pvc", "persistence": {"enabled": True, "size": "10Mi"}},
        "data": {"external": {"enabled": True, "size": "10Mi"}},
    },
}


def test_logs_and_external_data_outlive_a_pod(namespace: Namespace, release: ClusterRelease) -> None:
    release.install(VALUES)
    operator = Operator(namespace, release)
    assert {claim["metadata"]["name"] for claim in namespace.items("persistentvolumeclaims")} >= {
        "relay-claude-relay-logs",
        "relay-claude-relay-external-data",
    }
    run(namespace, "echo written > /app/external-data/file")
    with operator.application() as application:
        application.ask("GET", "/a-line-of-the-first-pod")
    assert "a-line-of-the-first-pod" in run(namespace, "cat /app/logs/claude-relay-*.log")
    (old,) = operator.names()
    operator.kill(old)
    assert old not in operator.names()
    assert run(namespace, "cat /app/external-data/file") == "written\n"
    assert "a-line-of-the-first-pod" in run(namespace, "cat /app/logs/claude-relay-*.log")
    with operator.application() as application:
        application.ask("GET", "/a-line-of-the-second-pod")
    assert "a-line-of-the-second-pod" in run(namespace, "cat /app/logs/claude-relay-*.log")


def run(namespace: Namespace, script: str) -> str:
    return namespace.execute(DEPLOYMENT, "sh", "-c", script, container="http")
