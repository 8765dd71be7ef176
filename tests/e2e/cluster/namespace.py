"""A namespace of a running cluster: its objects, its pods' logs, and ways into them, by kubectl."""

import base64
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

Manifest = Mapping[str, Any]
T = TypeVar("T")

RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
OF_TESTS = {"claude-relay-tests": "namespace"}
"""The label of the namespaces of these tests."""
WAIT_SECONDS = 120
POLL_SECONDS = 0.3


class KubectlError(Exception):
    """kubectl ended with an error. The text is its own."""


class Kubectl:
    """kubectl on one cluster; `arguments` are what every call gets."""

    def __init__(self, program: Path, kubeconfig: Path, *arguments: str) -> None:
        self.command = [str(program), f"--kubeconfig={kubeconfig}", *arguments]
        self.program, self.kubeconfig = program, kubeconfig

    def __call__(self, *arguments: str, given: str | None = None, seconds: float = WAIT_SECONDS + 30) -> str:
        """Its standard output; `given` is its standard input.

        Raises:
            KubectlError: it ends with an error.
        """
        done = subprocess.run(
            [*self.command, *arguments], input=given, capture_output=True, text=True, timeout=seconds, check=False
        )
        if done.returncode:
            raise KubectlError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """kubectl as a process of its own, its standard output to be read; its standard input is open."""
        command = [*self.command, *arguments]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


class Namespace:
    """A new namespace that enforces Pod Security "restricted"."""

    def __init__(self, kubectl: Kubectl, name: str) -> None:
        self.name = name
        self.kept = False
        self.kubectl = Kubectl(kubectl.program, kubectl.kubeconfig, f"--namespace={name}")
        labels = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED | OF_TESTS}}
        self.apply(labels)
        # Without its ServiceAccount a namespace takes no pods yet.
        self.kubectl("wait", "--for=create", "serviceaccount/default", "--timeout=60s")

    def delete(self) -> None:
        """Begin to delete it, and wait until its pods are gone: the next ones need the CPU that these requested."""
        self.kubectl("delete", "namespace", self.name, "--wait=false", "--ignore-not-found")
        self.kubectl("delete", "pods", "--all", "--grace-period=1", f"--timeout={WAIT_SECONDS}s")

    def apply(self, *manifests: Manifest) -> None:
        """Create or change objects."""
        self.kubectl(
            "apply",
            "--server-side",
            "-f",
            "-",
            given=json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests}),
        )

    def get(self, kind: str, name: str) -> Any:
        """An object as plain data."""
        return json.loads(self.kubectl("get", kind, name, "-o", "json"))

    def items(self, kind: str, selector: str = "") -> list[Any]:
        """The objects of a kind that have these labels, oldest first."""
        found = json.loads(self.kubectl("get", kind, f"--selector={selector}", "-o", "json"))["items"]
        return sorted(found, key=lambda item: item["metadata"]["creationTimestamp"])

    def secret(self, name: str) -> dict[str, str]:
        """The data of a Secret, decoded."""
        return {key: base64.b64decode(text).decode() for key, text in self.get("secret", name)["data"].items()}

    def wait(self, condition: str, *targets: str, seconds: int = WAIT_SECONDS) -> None:
        """Wait until `condition` ("condition=Ready", "delete", "jsonpath=…") holds for objects or a selector.

        Raises:
            KubectlError: it does not in time.
        """
        self.kubectl("wait", f"--for={condition}", f"--timeout={seconds}s", *targets, seconds=seconds + 30)

    def rolled_out(self, workload: str, seconds: int = WAIT_SECONDS) -> None:
        """Wait until a workload ("deployment/relay") has nothing but new, ready pods.

        Raises:
            KubectlError: it has not in time.
        """
        self.kubectl("rollout", "status", workload, f"--timeout={seconds}s", seconds=seconds + 30)

    def logs(self, target: str, *options: str) -> str:
        """What a pod or a workload's pod has written; by default its first container."""
        return self.kubectl("logs", target, *options)

    def execute(self, target: str, *command: str, container: str = "") -> str:
        """The output of a command in a pod."""
        chosen = [f"--container={container}"] if container else []
        return self.kubectl("exec", target, *chosen, "--", *command)

    @contextmanager
    def port_forward(self, target: str, port: int) -> Iterator[str]:
        """The address ("127.0.0.1:PORT") that leads to a port of a pod or a Service (then: of one of its pods).

        Raises:
            KubectlError: the way does not open.
        """
        process = self.kubectl.start("port-forward", "--address=127.0.0.1", target, f":{port}")
        try:
            assert process.stdout
            line = process.stdout.readline()
            opened = re.match(r"Forwarding from (127\.0\.0\.1:\d+)", line)
            if not opened:
                raise KubectlError(f"kubectl port-forward {target} :{port} does not open: {line or 'no output'}")
            yield opened[1]
        finally:
            process.kill()
            process.communicate()


def remove_namespaces_of_tests(kubectl: Kubectl) -> None:
    """Delete what failed tests left in a cluster that was kept, and wait until it is gone."""
    selector = ",".join(f"{key}={value}" for key, value in OF_TESTS.items())
    kubectl("delete", "namespaces", f"--selector={selector}", f"--timeout={WAIT_SECONDS}s")


MakeNamespace = Callable[[str], AbstractContextManager[Namespace]]
"""Makes a namespace of about that name; it is deleted at the end of a `with` block."""


def until(answer: Callable[[], T], what: str, seconds: float = WAIT_SECONDS) -> T:
    """The first answer that is true; for conditions that kubectl cannot wait for.

    Raises:
        AssertionError: there is none in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = answer()
        if found:
            return found
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"{what}: not within {seconds:g} s")
