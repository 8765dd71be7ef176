"""A chart and its inputs become a release, or an error with Helm's own words; by a Helm program or by its library."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from chartgate.errors import GateError
from chartgate.releases import store
from chartgate.releases.manifests import ManifestError, read_manifests, read_sources
from chartgate.releases.program import ask_program
from chartgate.releases.release import Release
from chartgate.tools.catalogue import version_key
from chartgate.tools.embedded import EmbeddedHelm
from chartgate.tools.engines import Engine
from chartgate.tools.helm import Helm

Values = Mapping[str, Any] | str | Sequence[str]
"""Values as data, as one YAML text, or as several YAML texts of which the later win."""

ANSWER_FORMAT = 2
"""Raised when `ask_program` says something in another way, so that older stored answers are not read."""


class RenderError(Exception):
    """Helm refused to render, or printed something that is no object. The text is Helm's own."""


def render(
    chart: Path,
    *,
    helm: Engine,
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
        Inexpressible: embedded Helm cannot be told these inputs.
        GateError: Helm cannot be run.
    """
    texts = _texts(values)
    if isinstance(helm, EmbeddedHelm):
        request = _request(chart, texts, sets)
        request |= {"name": release, "namespace": namespace, "kube_version": f"v{kube_version}.0"}
        request["api_versions"] = list(api_versions)
        answer = _embedded_answer(json.dumps(request)) if cached else helm.ask(request)
    else:
        arguments = [release, "--namespace", namespace, *sets, "--include-crds"]
        if helm.knows_kube_version:
            arguments += ["--kube-version", f"{kube_version}.0"]
        arguments += [part for version in api_versions for part in ("--api-versions", version)]
        answer = _program_answer(helm, chart, arguments, texts, cached=cached)
    if answer["error"]:
        raise RenderError(answer["error"])
    try:
        if isinstance(helm, EmbeddedHelm):
            objects = read_sources(answer["sources"], namespace)
        else:
            objects = read_manifests(answer["manifests"], namespace)
    except ManifestError as error:
        raise RenderError(str(error)) from error
    return Release(release, namespace, helm.label, kube_version, objects, tuple(answer["warnings"]))


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
    answer = ask_program(helm, chart, "install", arguments, _texts(values))
    if answer["error"]:
        raise RenderError(answer["error"])
    return str(answer["manifests"].partition("\nNOTES:\n")[2])


def _texts(values: Values) -> list[str]:
    if isinstance(values, str):
        return [values]
    if isinstance(values, Mapping):
        return [json.dumps(values)]
    return list(values)


def _request(chart: Path, texts: Sequence[str], sets: Sequence[str]) -> dict[str, Any]:
    digest = store.chart_digest(chart)
    return {"chart": str(chart.resolve()), "digest": digest, "values": list(texts), "sets": list(sets)}


@lru_cache(maxsize=256)
def _embedded_answer(request: str) -> dict[str, Any]:
    """Kept for as long as the process lives: asking again costs little more than a file would."""
    return EmbeddedHelm().ask(json.loads(request))


def _program_answer(
    helm: Helm, chart: Path, arguments: Sequence[str], texts: Sequence[str], *, cached: bool
) -> dict[str, Any]:
    key = store.key_of(store.chart_digest(chart), helm.version, arguments, texts, ANSWER_FORMAT)
    known: dict[str, Any] | None = store.load("renders", key) if cached else None
    if known is None:
        known = ask_program(helm, chart, "template", arguments, texts)
        store.save("renders", key, known)
    return known
