"""An operator of a release: knows its administrator's password and the ways to its pods."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.application import Administrator, Application
from tests.e2e.cluster.namespace import Namespace, until
from tests.e2e.cluster.release import ClusterRelease

FULLNAME = "relay-claude-relay"
DEPLOYMENT = f"deployment/{FULLNAME}"
SERVICE = f"service/{FULLNAME}"
SECRET = f"{FULLNAME}-secret"
PODS = "app.kubernetes.io/name=claude-relay,app.kubernetes.io/instance=relay"
REDIS_PODS = "app.kubernetes.io/name=redis,app.kubernetes.io/instance=relay"
REDIS = "relay-redis-0"


class Operator:
    """Of a release called "relay" in its namespace."""

    def __init__(self, namespace: Namespace, release: ClusterRelease) -> None:
        self.namespace, self.release = namespace, release

    @contextmanager
    def application(self, target: str = SERVICE) -> Iterator[Application]:
        """The application behind the Service, or in one pod."""
        port = 80 if target.startswith("service/") else 3000
        with self.namespace.port_forward(target, port) as address:
            yield Application(address)

    @contextmanager
    def administrator(self, target: str = SERVICE) -> Iterator[Administrator]:
        """The administrator, logged in with the name and the password of the release's Secret."""
        secret = self.namespace.secret(SECRET)
        with self.application(target) as application:
            yield application.log_in(secret["admin-username"], secret["admin-password"])

    def address(self) -> str:
        """The IP address of the Service; a load on it does not depend on the cluster's DNS."""
        address: str = self.namespace.get("service", FULLNAME)["spec"]["clusterIP"]
        return address

    def pods(self) -> list[Any]:
        """The application's pods that are not about to end, oldest first."""
        return [pod for pod in self.namespace.items("pods", PODS) if "deletionTimestamp" not in pod["metadata"]]

    def names(self) -> list[str]:
        """Their names."""
        return [pod["metadata"]["name"] for pod in self.pods()]

    def ready(self) -> list[str]:
        """The names of those that are ready."""
        return [pod["metadata"]["name"] for pod in self.pods() if _ready(pod)]

    def kill(self, pod: str) -> None:
        """Kill a pod without a grace period, and wait until as many as before are ready without it."""
        before = self._ready_workers()
        killed = self.namespace.get("pod", pod)["metadata"]["uid"]
        assert killed in before
        self.namespace.kubectl("delete", "pod", pod, "--grace-period=0", "--force")

        def replaced() -> bool:
            now = self._ready_workers()
            return killed not in now and len(now) == len(before)

        until(replaced, f"{pod} is replaced")

    def image(self) -> str:
        """The application's image."""
        containers = self.namespace.get("deployment", FULLNAME)["spec"]["template"]["spec"]["containers"]
        image: str = next(container["image"] for container in containers if container["name"] == "http")
        return image

    def _ready_workers(self) -> set[str]:
        """The identities of the ready pods that a controller keeps."""
        pods = [pod for pod in self.namespace.items("pods") if "ownerReferences" in pod["metadata"]]
        return {pod["metadata"]["uid"] for pod in pods if _ready(pod)}


def _ready(pod: Any) -> bool:
    conditions = pod["status"].get("conditions", [])
    return "True" in [condition["status"] for condition in conditions if condition["type"] == "Ready"]
