"""`helm template`, typed: a chart and its inputs become a release, or an error with Helm's own words."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chartgate.errors import GateError
from chartgate.releases import store
from chartgate.releases.manifests import ManifestError, read_manifests
from chartgate.releases.release import Release
from chartgate.tools.cache import cache_folder, scratch_folder
from chartgate.tools.catalogue import version_key
from chartgate.tools.helm import Helm

Values = Mapping[str, Any] | str | Sequence[str]
"""Values as data, as one YAML text, or as several YAML texts of which the later win."""

HELM_SECONDS = 120


class RenderError(Exception):
    """Helm refused to render, or printed something that is no object. The text is Helm's own."""


def render(
    chart: Path,
    *,
    helm: Helm,
    values: Values = (),
    sets: Sequence[str] = (),
    release: str = "release",
    namespace: str = "default",
    kube_version: str = "1.37",
    api_versions: Sequence[str] = (),
    cached: bool = True,
) -> Release:
    """Everything the chart would install, hooks, tests and custom resource definitions included.

    Args:
        sets: Helm's own arguments, such as ["--set", "a.b=c"].
        kube_version: Kubernetes minor version. A Helm before 3.6 cannot be told: it assumes its own.
        api_versions: what the cluster serves beside Kubernetes' own API.
        cached: False asks Helm again, also when the answer is known: generated secrets differ then.

    Raises:
        RenderError: Helm exits with an error, or its output is not a list of objects.
        GateError: Helm cannot be run.
    """
    texts = _texts(values)
    arguments = [release, "--namespace", namespace, *sets, "--include-crds"]
    if helm.knows_kube_version:
        arguments += ["--kube-version", f"{kube_version}.0"]
    arguments += [part for version in api_versions for part in ("--api-versions", version)]
    key = store.key_of(store.chart_digest(chart), helm.version, arguments, texts)
    answer = store.load("renders", key) if cached else None
    if answer is None:
        answer = _ask(helm, chart, "template", arguments, texts)
        store.save("renders", key, answer)
    if answer["error"]:
        raise RenderError(answer["error"])
    try:
        objects = read_manifests(answer["manifests"], namespace)
    except ManifestError as error:
        raise RenderError(str(error)) from error
    return Release(release, namespace, helm.version, kube_version, objects, tuple(answer["warnings"]))


def render_notes(
    chart: Path,
    *,
    helm: Helm,
    values: Values = (),
    sets: Sequence[str] = (),
    release: str = "release",
    namespace: str = "default",
) -> str:
    """The NOTES.txt that a user reads after the installation; empty when the chart has none.

    Needs Helm 4: an older `helm install` asks a cluster even when it only pretends.

    Raises:
        RenderError: Helm exits with an error.
        GateError: Helm is older than 4, or cannot be run.
    """
    if version_key(helm.version) < (4,):
        raise GateError(f"helm {helm.version} shows no notes without a cluster: use Helm 4")
    arguments = [release, "--namespace", namespace, *sets, "--dry-run=client", "--hide-secret"]
    answer = _ask(helm, chart, "install", arguments, _texts(values))
    if answer["error"]:
        raise RenderError(answer["error"])
    return str(answer["manifests"].partition("\nNOTES:\n")[2])


def _texts(values: Values) -> list[str]:
    if isinstance(values, str):
        return [values]
    if isinstance(values, Mapping):
        return [json.dumps(values)]
    return list(values)


def _ask(helm: Helm, chart: Path, verb: str, arguments: list[str], texts: list[str]) -> dict[str, Any]:
    """Run Helm once. Values go through a private file: an argument list is open to every user of the machine."""
    release, *rest = arguments
    with scratch_folder() as folder:
        command = [str(helm.path), verb, release, str(chart), *rest]
        for index, text in enumerate(texts):
            path = folder / f"values-{index}.yaml"
            path.write_text(text, encoding="utf-8")
            command += ["--values", str(path)]
        try:
            done = subprocess.run(
                command,
                env=_environment(),
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
            raise GateError(
                f"helm {helm.version} did not finish in {HELM_SECONDS} s: look for an endless template"
            ) from error
        complaint = done.stderr.replace(f"{folder}/", "")
    if done.returncode < 0:
        raise GateError(
            f"helm {helm.version} was killed by signal {-done.returncode}: give it more memory or try again"
        )
    warnings = [line for line in complaint.splitlines() if "warning" in line.lower()]
    # Helm's exit code decides; what it writes beside the objects is often only a warning.
    refusal = (complaint.strip() or f"exit code {done.returncode}") if done.returncode else ""
    return {"manifests": done.stdout, "warnings": warnings, "error": refusal}


def _environment() -> dict[str, str]:
    """The user's Helm plugins, repositories and cluster must not change what is rendered."""
    home = cache_folder("helm-home")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HELM_") and key != "KUBECONFIG"}
    homes = {f"HELM_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "CONFIG", "DATA")}
    # A file that does not exist: some versions complain about the mode of one that does, /dev/null included.
    return {**kept, **homes, "KUBECONFIG": str(home / "no-kubeconfig")}
