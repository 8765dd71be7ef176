"""Somebody who uses published charts: a Helm of some version, with settings of its own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartgate.tools.helm import Helm
from tests.e2e.helm_release import run_helm


@dataclass(frozen=True)
class HelmUser:
    """A user whose Helm keeps everything in `home`, which is also the working folder."""

    helm: Helm
    home: Path
    kubeconfig: Path

    def run(self, *arguments: str) -> str:
        """Helm's standard output.

        Raises:
            HelmRefusal: Helm ends with an error.
        """
        return run_helm(self.helm, *arguments, home=self.home, kubeconfig=self.kubeconfig, cwd=self.home).stdout

    def answer(self, *arguments: str) -> Any:
        """Helm's answer with `--output json`, as data."""
        return json.loads(self.run(*arguments, "--output", "json"))
