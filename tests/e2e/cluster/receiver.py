"""A receiver of logs beside a release: takes HTTP and Fluentd's forward protocol, and tells what it got."""

import json
from collections.abc import Iterator
from typing import Any

from tests.e2e.application import Application
from tests.e2e.cluster.namespace import Namespace
from tests.e2e.cluster.pods import RESTRICTED

NAME = "receiver"
HTTP, FORWARD = 8080, 24224
Record = dict[str, Any]


class Receiver:
    """A Service and, once it is started, a pod. `shared_key` is what a sender of the forward protocol has to know."""

    def __init__(self, namespace: Namespace, image: str, shared_key: str) -> None:
        self._namespace = namespace
        labels = {"app": NAME}
        container = {
            "name": NAME,
            "image": image,
            "env": [{"name": "SHARED_KEY", "value": shared_key}],
            "securityContext": RESTRICTED,
            "readinessProbe": {"tcpSocket": {"port": HTTP}, "periodSeconds": 1},
        }
        self._pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": NAME, "labels": labels},
            "spec": {
                "automountServiceAccountToken": False,
                "terminationGracePeriodSeconds": 1,
                "containers": [container],
            },
        }
        ports = [{"name": "http", "port": HTTP}, {"name": "forward", "port": FORWARD}]
        spec = {"selector": labels, "ports": ports}
        namespace.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": NAME}, "spec": spec})

    def start(self) -> None:
        """Have it running, with nothing received yet."""
        self._namespace.apply(self._pod)
        self._namespace.wait("condition=Ready", f"pod/{NAME}")

    def stop(self) -> None:
        """Take it away."""
        self._namespace.kubectl("delete", "pod", NAME)

    def deliveries(self) -> list[Any]:
        """What came, in order: over HTTP with `path`, `headers` and `body`, by forward with `tag` and `entries`."""
        with self._namespace.port_forward(f"pod/{NAME}", HTTP) as address:
            found: list[Any] = Application(address).ask("GET", "/received").data
        return found

    def records(self) -> list[Record]:
        """The records in what came, whatever the way."""
        return [record for delivery in self.deliveries() for record in records_in(delivery)]


def records_in(delivery: Any) -> Iterator[Record]:
    """The application's records in one delivery, each as the key-value pairs that the application wrote and more."""
    if "entries" in delivery:
        yield from (record for _, record in delivery["entries"])
    elif delivery["path"].startswith("/loki/"):
        for stream in json.loads(delivery["body"])["streams"]:
            yield from (json.loads(line) for _, line in stream["values"])
    elif delivery["path"].endswith("/_bulk"):
        yield from map(json.loads, delivery["body"].splitlines()[1::2])
    else:
        yield from json.loads(delivery["body"])
