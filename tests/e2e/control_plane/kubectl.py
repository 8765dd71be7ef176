"""kubectl, as an operator without Helm in the cluster uses it: apply and diff of what `helm template` printed."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

KUBECTL = "kubectl"
SECONDS = 60


class KubectlError(Exception):
    """kubectl failed. The text is its own."""


@dataclass(frozen=True)
class Kubectl:
    """kubectl in a namespace. `home` takes its cache; `manager` owns the fields that it applies, whoever had them."""

    program: Path
    kubeconfig: Path
    namespace: str
    home: Path
    manager: str = "kubectl"

    def apply(self, manifests: str) -> None:
        """Create or change objects by server-side apply.

        Raises:
            KubectlError: the server refuses one.
        """
        done = self._run("apply", manifests)
        if done.returncode:
            raise KubectlError(done.stderr.strip())

    def diff(self, manifests: str) -> str:
        """What `apply` would change, as a unified diff; empty where nothing would.

        Raises:
            KubectlError: the server refuses an object.
        """
        done = self._run("diff", manifests)
        if done.returncode > 1:
            raise KubectlError(done.stderr.strip())
        return done.stdout

    def _run(self, command: str, manifests: str) -> "subprocess.CompletedProcess[str]":
        how = ["--server-side", "--force-conflicts", "--field-manager", self.manager]
        return subprocess.run(
            [str(self.program), command, *how, "--namespace", self.namespace, "--filename", "-"],
            input=manifests,
            env={**os.environ, "KUBECONFIG": str(self.kubeconfig), "HOME": str(self.home), "KUBECACHEDIR": ""},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
