"""A Helm program, run once for one question."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from chartgate.errors import GateError, HelmEndedError
from chartgate.tools.cache import cache_folder, scratch_folder
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.helm import Helm
from chartgate.tools.warnings import warnings_in

HELM_SECONDS = 120
# A program lives too short for its garbage to be worth collecting, and others run on the other processors.
GO_RUNTIME = {"GOGC": "1000", "GOMAXPROCS": "1"}


class ProgramAnswer(TypedDict):
    """What a Helm program says: the manifests and the warnings beside them, or an error in Helm's words."""

    manifests: str
    warnings: list[str]
    error: str


def ask_program(
    helm: Helm,
    chart: ChartFiles,
    verb: str,
    arguments: Sequence[str],
    texts: Sequence[str],
    *,
    kubeconfig: Path | None = None,
) -> ProgramAnswer:
    """What `helm VERB` prints.

    `kubeconfig` names the only cluster that Helm may ask; None: none. What Helm learns of its kinds is forgotten: Helm
    and kubectl keep it for hours by the address of the server, and another cluster may get the same port.

    Values go through a private file: an argument list is open to every user of the machine.

    Raises:
        GateError: Helm cannot be run, does not finish, or is killed.
    """
    release, *rest = arguments
    with scratch_folder() as folder:
        command = [str(helm.path), verb, release, str(chart.copy), *rest]
        for index, text in enumerate(texts):
            path = folder / f"values-{index}.yaml"
            path.write_text(text, encoding="utf-8")
            command += ["--values", str(path)]
        try:
            done = subprocess.run(
                command,
                env={**_environment(kubeconfig), "KUBECACHEDIR": str(folder / "kube")},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=HELM_SECONDS,
                check=False,
            )
        except OSError as error:
            raise GateError(
                f"{helm.path} does not run: {error.strerror}: remove it, and the gate fetches it again"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise HelmEndedError(
                f"helm {helm.version} did not finish in {HELM_SECONDS} s: look for an endless template"
            ) from error
        complaint = done.stderr.replace(f"{folder}/", "")
    if done.returncode < 0:
        raise HelmEndedError(
            f"helm {helm.version} was killed by signal {-done.returncode}: give it more memory or try again"
        )
    # Helm's exit code decides; what it writes beside the objects is often only a warning.
    refusal = (complaint.strip() or f"exit code {done.returncode}") if done.returncode else ""
    return {"manifests": done.stdout, "warnings": warnings_in(complaint), "error": refusal}


def _environment(kubeconfig: Path | None) -> dict[str, str]:
    """The user's Helm plugins, repositories and cluster must not change what is rendered."""
    home = cache_folder("helm-home")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HELM_") and key != "KUBECONFIG"}
    homes = {f"HELM_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
    # A file that does not exist: some versions complain about the mode of one that does, /dev/null included.
    return {**kept, **homes, **GO_RUNTIME, "KUBECONFIG": str(kubeconfig or home / "no-kubeconfig")}
