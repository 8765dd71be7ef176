"""Published charts, pulled by Helm with the repositories and the credentials that the user has given it."""

import json
import subprocess
from functools import cache
from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.helm import find_helm, is_at_hand
from chartgate.tools.progress import say

PULL_SECONDS = 300
HELM = "4"
"""Helm 3 does not know references by digest."""


@cache
def has_repository(name: str) -> bool:
    """Whether the user added a repository of this name with `helm repo add`; false if Helm is not installed yet.

    Raises:
        GateError: Helm does not run.
    """
    if not is_at_hand(HELM):
        return False
    # Helm ends with an error where there is none.
    done = _helm("repo", "list", "--output", "json")
    return done.returncode == 0 and name in {repository["name"] for repository in json.loads(done.stdout)}


def pull(chart: str, version: str, folder: Path) -> Path:
    """Pull a chart into an empty folder. The result is the path of the archive.

    Args:
        chart: a reference as Helm takes it.
        version: empty for the newest version.

    Raises:
        GateError: Helm cannot be had, or it cannot pull the chart.
    """
    say(f"pulling {chart}")
    done = _helm("pull", chart, "--destination", str(folder), *(["--version", version] if version else []))
    if done.returncode:
        named = f"{chart}:{version}" if version else chart
        raise GateError(f"cannot pull {named}: {done.stderr.strip() or 'Helm says nothing'}")
    (archive,) = folder.iterdir()
    return archive


def _helm(*arguments: str) -> "subprocess.CompletedProcess[str]":
    helm = find_helm(HELM)
    try:
        return subprocess.run(
            [str(helm.path), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PULL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GateError(f"helm {arguments[0]} failed: {error}: try the same command with Helm itself") from error
