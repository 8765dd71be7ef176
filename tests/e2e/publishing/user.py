"""Somebody who uses published charts: a Helm of some version, with settings of its own."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartgate.tools.helm import Helm


class HelmRefusal(Exception):  # noqa: N818 (what some tests wait for)
    """Helm ended with an error. The text is its own."""


@dataclass(frozen=True)
class HelmUser:
    """A user whose Helm keeps everything in `home`."""

    helm: Helm
    home: Path
    kubeconfig: Path

    def run(self, *arguments: str) -> str:
        """Helm's standard output.

        Raises:
            HelmRefusal: Helm ends with an error.
        """
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HELM_")}
        home = {"HOME": str(self.home), "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}
        done = subprocess.run(
            [str(self.helm.path), *arguments],
            cwd=self.home,
            env={**kept, **home, "KUBECONFIG": str(self.kubeconfig), "GOGC": "400"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise HelmRefusal(f"helm {self.helm.version} {' '.join(arguments[:2])}: {done.stderr.strip()}")
        return done.stdout

    def answer(self, *arguments: str) -> Any:
        """Helm's answer with `--output json`, as data."""
        return json.loads(self.run(*arguments, "--output", "json"))
