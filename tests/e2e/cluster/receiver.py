"""A receiver of logs beside a release: takes HTTP, HTTPS and Fluentd's forward protocol, and tells what it got."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.e2e.application import Application
from tests.e2e.cluster.namespace import Namespace
from tests.e2e.cluster.pods import RESTRICTED

NAME = "receiver"
HTTP, HTTPS, FORWARD = 8080, 8443, 24224
CERTIFICATES, AUTHORITY = "receiver-certificate", "receiver-authority"
"""Secrets: what the receiver shows over HTTPS, and ca.crt, by which it is checked."""
Record = dict[str, Any]


class Receiver:
    """A Service and, once it is started, a pod. `shared_key` is what a sender of the forward protocol has to know;
    `certificates` a folder with ca.crt, server.crt and server.key.
    """

    def __init__(self, namespace: Namespace, image: str, shared_key: str, certificates: Path) -> None:
        self._namespace = namespace
        labels = {"app": NAME}
        container = {
            "name": NAME,
            "image": image,
            "env": [
                {"name": "SHARED_KEY", "value": shared_key},
                {"name": "CERTIFICATES", "value": "/certificates"},
            ],
            "securityContext": RESTRICTED,
            "volumeMounts": [{"name": "certificates", "mountPath": "/certificates"}],
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
                "volumes": [{"name": "certificates", "secret": {"secretName": CERTIFICATES}}],
            },
        }
        for name, files in ((CERTIFICATES, ("server.crt", "server.key")), (AUTHORITY, ("ca.crt",))):
            data = {file: (certificates / file).read_text() for file in files}
            namespace.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data})
        numbers = {"http": HTTP, "https": HTTPS, "forward": FORWARD}
        ports = [{"name": name, "port": number} for name, number in numbers.items()]
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
