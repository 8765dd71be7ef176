"""A release on a running cluster: each step waits until its objects are ready."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

from tests.e2e.cluster.namespace import Kubectl, Namespace
from tests.e2e.cluster.pods import unready
from tests.e2e.helm_release import HelmRefusal, HelmRelease

WAITING = frozenset({"install", "upgrade", "rollback", "uninstall"})


@dataclass(frozen=True)
class ClusterRelease(HelmRelease):
    """As HelmRelease, with `--wait`, `helm test` and the notes.

    `kubectl` is the program that goes with the cluster. Without `wait`, a step ends when the objects are created.
    """

    kubectl: Path = field(kw_only=True)
    wait: bool = True

    def test(self) -> str:
        """What `helm test` prints.

        Raises:
            HelmRefusal: the test fails.
        """
        return self._run("test", self.name).stdout

    def notes(self) -> str:
        """The text that Helm prints at the end of an installation."""
        return self._run("get", "notes", self.name).stdout

    def revision(self) -> int:
        """The number of the newest step of its life."""
        return int(json.loads(self._run("status", self.name, "--output", "json").stdout)["version"])

    def _run(self, *arguments: str) -> CompletedProcess[str]:
        waiting = ["--wait", f"--timeout={self.seconds - 10}s"] if self.wait and arguments[0] in WAITING else []
        try:
            return super()._run(*arguments, *waiting)
        except HelmRefusal as refusal:
            # Helm tells which workload is not ready; its pods tell why.
            pods = unready(Kubectl(self.kubectl, self.kubeconfig, f"--namespace={self.namespace}")) if waiting else []
            raise HelmRefusal("\n".join([str(refusal), *pods])) from None


ReleaseIn = Callable[[Namespace], ClusterRelease]
"""Makes a release called "relay" in a namespace; nothing is installed yet."""
