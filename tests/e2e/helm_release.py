"""A release in the hands of its operator: real Helm, one call a step."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartgate.tools.helm import Helm

Values = Mapping[str, Any]

HELM_SECONDS = 120


class HelmRefusal(Exception):  # noqa: N818 (what a guard is there for)
    """Helm ended with an error. The text is its own."""


def run_helm(
    helm: Helm, *arguments: str, home: Path, kubeconfig: Path, seconds: int = HELM_SECONDS, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Helm. Nothing of the user's own Helm and cluster takes part, and nothing is left in their home.

    Raises:
        HelmRefusal: it ends with an error, or not within `seconds`.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HELM_")}
    own = {
        "HOME": str(home),
        "KUBECACHEDIR": str(home / "kube-cache"),
        "XDG_CACHE_HOME": "",
        "XDG_CONFIG_HOME": "",
        "XDG_DATA_HOME": "",
    }
    step = f"helm {helm.version} {' '.join(arguments[:2])}"
    try:
        done = subprocess.run(
            [str(helm.path), *arguments],
            cwd=cwd,
            # Go's garbage collector takes a third of Helm's time if it does not let the heap grow.
            env={**kept, **own, "KUBECONFIG": str(kubeconfig), "GOGC": "400"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise HelmRefusal(f"{step}: has not ended after {seconds} s") from None
    if done.returncode:
        raise HelmRefusal(f"{step}: {done.stderr.strip()}")
    return done


@dataclass(frozen=True)
class HelmRelease:
    """A release by name. Each step returns what Helm wrote beside its answer: the warnings.

    `folder` is private: it takes the values, which hold secrets. `home` takes what Helm would put into the user's home.
    `options` go with each install and upgrade; a step that lasts longer than `seconds` is ended.
    """

    name: str
    namespace: str
    chart: Path
    helm: Helm
    kubeconfig: Path
    folder: Path
    home: Path
    seconds: int = HELM_SECONDS
    options: tuple[str, ...] = ()

    def install(self, values: Values | None = None, *, chart: Path | None = None) -> str:
        return self._change("install", values, chart)

    def upgrade(self, values: Values | None = None, *, chart: Path | None = None) -> str:
        return self._change("upgrade", values, chart)

    def template(self, values: Values | None = None, *options: str) -> str:
        """What `helm template` prints: it asks no cluster."""
        path = self._write(values)
        return self._run("template", self.name, str(self.chart), "--values", str(path), *options).stdout

    def rollback(self, revision: int) -> str:
        return self._run("rollback", self.name, str(revision)).stderr

    def uninstall(self) -> str:
        return self._run("uninstall", self.name).stderr

    def manifest(self) -> str:
        """The manifests of the newest revision, without its hooks."""
        return self._run("get", "manifest", self.name).stdout

    def hooks(self) -> str:
        """The manifests that Helm applies on an occasion, such as the pod of `helm test`."""
        return self._run("get", "hooks", self.name).stdout

    def _change(self, command: str, values: Values | None, chart: Path | None) -> str:
        path = self._write(values)
        return self._run(command, self.name, str(chart or self.chart), "--values", str(path), *self.options).stderr

    def _write(self, values: Values | None) -> Path:
        path = self.folder / "values.yaml"
        path.touch(mode=0o600)
        path.write_text(json.dumps(values or {}), encoding="utf-8")
        return path

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        words = [*arguments, "--namespace", self.namespace]
        return run_helm(self.helm, *words, home=self.home, kubeconfig=self.kubeconfig, seconds=self.seconds)


ReleaseCalled = Callable[[str], HelmRelease]
"""Makes a release by name."""
