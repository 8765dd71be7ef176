"""Redis hangs for two minutes under load: no pod is restarted, and nothing that was acknowledged is lost."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pytest_kind.cluster import KindCluster

from tests.e2e.application import Administrator
from tests.e2e.cluster.kind import on_node
from tests.e2e.cluster.namespace import Namespace, until
from tests.e2e.cluster.operator import REDIS, Operator
from tests.e2e.cluster.pods import Neighbour
from tests.e2e.cluster.release import ClusterRelease

SECONDS = 120
CLIENTS = 2


@contextmanager
def frozen(cluster: KindCluster, namespace: Namespace) -> Iterator[None]:
    """Redis' process is stopped: its connections stay open, and nothing answers."""
    uid = namespace.get("pod", REDIS)["metadata"]["uid"]
    # By the pod in the process' control group, whose name has either of two forms.
    find = f"grep -lE '{uid}|{uid.replace('-', '_')}' /proc/[0-9]*/cgroup 2> /dev/null | cut -d/ -f3"
    script = f"for pid in $({find}); do grep -q redis-server /proc/$pid/comm && kill -$1 $pid && echo $pid; done"
    assert on_node(cluster, "bash", "-c", script, "bash", "STOP").split(), "Redis' process is not found"
    try:
        yield
    finally:
        on_node(cluster, "bash", "-c", script, "bash", "CONT")


class Writer(threading.Thread):
    """Creates one API key after the other, and counts those that were acknowledged."""

    def __init__(self, administrator: Administrator) -> None:
        super().__init__(daemon=True)
        self._administrator = administrator
        self.acknowledged = 0
        self.over = False

    def run(self) -> None:
        while not self.over:
            try:
                self._administrator.create_api_key("user")
            except (OSError, ValueError):  # no answer within half a minute, or the connection is gone
                continue
            self.acknowledged += 1


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
        until(lambda: writer.acknowledged >= 20, "keys are created")
        with frozen(kind_cluster, namespace):
            begun = time.monotonic()
            until(lambda: not operator.ready(), "the pod is taken out of the Service")
            time.sleep(max(0, SECONDS - (time.monotonic() - begun)))
            assert restarts(namespace) == before
            counted = writer.acknowledged
        until(lambda: operator.ready(), "the pod is back in the Service")
        until(lambda: writer.acknowledged > counted, "keys are created again")
        writer.over = True
        writer.join(40)
    assert restarts(namespace) == before
    assert load.lost == []
    stored = int(namespace.execute(REDIS, "redis-cli", "HLEN", "apikey:hash_map"))
    assert stored >= writer.acknowledged >= 21
