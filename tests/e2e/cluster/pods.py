"""Pods of the tests beside a release: restricted as its own, each with a Service of its name."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.cluster.namespace import Kubectl, Namespace

SCRIPTS = Path(__file__).parent / "scripts"
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 10001,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def run_pod(
    namespace: Namespace,
    name: str,
    image: str,
    command: Sequence[str],
    *,
    port: int,
    volumes: Mapping[str, Mapping[str, Any]] | None = None,
    labels: Mapping[str, str] | None = None,
) -> None:
    """Run a pod and wait until its port answers. `volumes` is folder → source. `labels` are beside `app`, its name."""
    sources = {f"volume-{number}": pair for number, pair in enumerate((volumes or {}).items())}
    container = {
        "name": name,
        "image": image,
        "command": list(command),
        "securityContext": RESTRICTED,
        "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 1},
        "volumeMounts": [{"name": volume, "mountPath": folder} for volume, (folder, _) in sources.items()],
    }
    pod = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
        "volumes": [{"name": volume, **source} for volume, (_, source) in sources.items()],
    }
    own = {"app": name}
    namespace.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": {**(labels or {}), **own}},
            "spec": pod,
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name},
            "spec": {"selector": own, "ports": [{"port": port}]},
        },
    )
    namespace.wait("condition=Ready", f"pod/{name}")


def unready(kubectl: Kubectl) -> list[str]:
    """A line about each pod that is not ready: what its conditions and its waiting containers say."""
    lines = []
    for pod in json.loads(kubectl("get", "pods", "-o", "json"))["items"]:
        status = pod["status"]
        conditions = [item for item in status.get("conditions", []) if item["status"] != "True"]
        states = [item for key in ("initContainerStatuses", "containerStatuses") for item in status.get(key, [])]
        waiting = [(item["name"], item["state"]["waiting"]) for item in states if "waiting" in item["state"]]
        told = [f"{item['type']}: {item.get('message') or item.get('reason')}" for item in conditions]
        told += [f"{name}: {state.get('reason')} {state.get('message', '')}".rstrip() for name, state in waiting]
        if conditions and status["phase"] != "Succeeded":
            lines.append(f"pod {pod['metadata']['name']} is {status['phase']}: {'; '.join(told)}")
    return lines


class Neighbour:
    """A pod in the application's image: an upstream for it, and a client that puts load on it."""

    name = "neighbour"
    port = 8080

    def __init__(self, namespace: Namespace, image: str) -> None:
        self._namespace = namespace
        scripts = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.js")}
        namespace.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": self.name}, "data": scripts})
        command = ["node", "/scripts/upstream.js", str(self.port)]
        volumes = {"/scripts": {"configMap": {"name": self.name}}}
        run_pod(namespace, self.name, image, command, port=self.port, volumes=volumes)
        # The pod's own address: kube-proxy may learn of its Service a moment later.
        self.url = f"http://{namespace.get('pod', self.name)['status']['podIP']}:{self.port}"

    def finish_streams(self) -> None:
        """Let the upstream send the last event of every stream that is open."""
        script = f"require('http').get('{self.url}/finish')"
        self._namespace.execute(self.name, "node", "-e", script)

    @contextmanager
    def load(self, url: str, clients: int) -> Iterator["Load"]:
        """Requests without a pause by so many clients, from the first answer to the end of the block."""
        load = Load(self._namespace, self.name, url, clients)
        try:
            load.begin()
            yield load
        finally:
            load.end()


class Load:
    """What became of the requests; known when the load has ended."""

    requests: int
    lost: list[str]

    def __init__(self, namespace: Namespace, pod: str, url: str, clients: int) -> None:
        script = ["node", "/scripts/load.js", url, str(clients)]
        self._process = namespace.kubectl.start("exec", "--stdin", pod, "--", *script)

    def begin(self) -> None:
        """Wait for the first answer."""
        assert self._process.stdout
        assert self._process.stdout.readline() == "under way\n"

    def end(self) -> None:
        """End it and read its account."""
        output, _ = self._process.communicate(timeout=60)
        account = json.loads(output or '{"requests": 0, "lost": ["the load ended early"]}')
        self.requests, self.lost = account["requests"], account["lost"]
