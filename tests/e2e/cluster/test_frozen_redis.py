"""Redis hangs for two minutes under load: no pod is restarted, and nothing that was acknowledged is lost."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pytest_kind.cluster import KindCluster

from tests.e2e.application import MESSAGE, Administrator, Application, Refused
from tests.e2e.cluster.kind import on_node
from tests.e2e.cluster.namespace import Namespace, until
from tests.e2e.cluster.operator import REDIS, Operator
from tests.e2e.cluster.pods import Neighbour
from tests.e2e.cluster.release import ClusterRelease

SECONDS = 120
CLIENTS = 2
UNAUTHORIZED = 401


@contextmanager
def frozen(cluster: KindCluster, namespace: Namespace) -> Iterator[None]:
    """Redis' process is stopped: its connections stay open, and nothing answers."""
    uid = namespace.get("pod", REDIS)["metadata"]["uid"]
    # By the pod in the process' control group, whose name has either of two forms.
    find = f"grep -lE '{uid}|{uid.replace('-', '_')}' /proc/[0-9]*/cgroup 2> /dev/null | cut -d/ -f3"
    script = (
        f"for pid in $({find}); do if grep -qs redis-server /proc/$pid/comm; then kill -$1 $pid; echo $pid; fi; done"
    )
    assert on_node(cluster, "bash", "-c", script, "bash", "STOP").split(), "Redis' process is not found"
    try:
        yield
    finally:
        on_node(cluster, "bash", "-c", script, "bash", "CONT")


class Writer(threading.Thread):
    """Creates one API key after the other, and keeps those that were acknowledged."""

    def __init__(self, administrator: Administrator) -> None:
        super().__init__(daemon=True)
        self._administrator = administrator
        self.acknowledged: list[str] = []
        self.over = False

    def run(self) -> None:
        while not self.over:
            try:
                self.acknowledged.append(self._administrator.create_api_key("user"))
            except (OSError, ValueError, Refused):  # no answer within half a minute, or Redis is not healthy
                continue
            time.sleep(0.05)


def lost(application: Application, keys: Sequence[str]) -> list[str]:
    """The API keys that the application does not know. The others get an error, as there is no upstream account."""

    def status(key: str) -> int:
        return application.ask("POST", "/api/v1/messages", MESSAGE, {"x-api-key": key}).status

    assert status("cr_unknown") == UNAUTHORIZED, "a key that does not exist would not be noticed"
    return [key for key in keys if status(key) == UNAUTHORIZED]


def restarts(namespace: Namespace) -> dict[str, int]:
    """How often each container of the release was restarted, by pod and name."""
    return {
        f"{pod['metadata']['uid']} {status['name']}": status["restartCount"]
        for pod in namespace.items("pods", "app.kubernetes.io/instance=relay")
        for key in ("containerStatuses", "initContainerStatuses")
        for status in pod["status"].get(key, [])
    }


def test_redis_that_hangs_restarts_no_pod_and_loses_nothing(
    kind_cluster: KindCluster, release: ClusterRelease, namespace: Namespace
) -> None:
    release.install()
    operator = Operator(namespace, release)
    neighbour = Neighbour(namespace, operator.image())
    before = restarts(namespace)
    (pod,) = operator.pods()
    page = f"http://{pod['status']['podIP']}:3000/admin-next/api-stats"
    with operator.administrator(f"pod/{pod['metadata']['name']}") as admin, neighbour.load(page, CLIENTS) as load:
        writer = Writer(admin)
        writer.start()
        until(lambda: len(writer.acknowledged) >= 20, "keys are created")
        with frozen(kind_cluster, namespace):
            begun = time.monotonic()
            until(lambda: not operator.ready(), "the pod is taken out of the Service")
            time.sleep(max(0, SECONDS - (time.monotonic() - begun)))
            assert restarts(namespace) == before
            counted = len(writer.acknowledged)
        until(lambda: operator.ready(), "the pod is back in the Service")
        until(lambda: len(writer.acknowledged) > counted, "keys are created again")
        writer.over = True
        writer.join(40)
        assert lost(admin.application, writer.acknowledged) == []
    assert restarts(namespace) == before
    assert load.lost == []
