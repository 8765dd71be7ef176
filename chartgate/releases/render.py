"""A chart and its inputs become a release, or an error with Helm's own words; by a Helm program or by its library."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from chartgate.errors import Inexpressible
from chartgate.releases import store
from chartgate.releases.helm_program import ProgramAnswer, ask_program
from chartgate.releases.manifests import ManifestError, is_installed, read_sources, split_output
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.stored_size import oversize
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.embedded.process import EMBEDDED, EmbeddedHelm
from chartgate.tools.engines import REFERENCE_SPEC, Engine
from chartgate.tools.helm import Helm, find_helm
from chartgate.tools.recent import Recent
from chartgate.tools.schemas import full_version, minor_version
from chartgate.tools.served_api_versions import served_api_versions

Values = Mapping[str, Any] | str | Sequence[str]
"""Values as data, as one YAML text, or as several YAML texts of which the later win."""

ANSWER_FORMAT = 2
"""Raised when `ask_program` says something in another way, so that older stored answers are not read."""


class RenderError(Exception):
    """Helm refused to render, or printed something that is no object. The text is Helm's own."""


def render(
    chart: ChartFiles,
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
        helm: for inputs that Helm's library cannot be told, a program takes its place.
        sets: Helm's own arguments, such as ["--set", "a.b=c"].
        kube_version: Kubernetes version: "1.30", or a full one, such as "1.30.1-eks-1a2b3c". A Helm before 3.6 cannot
            be told: it assumes its own.
        api_versions: what the cluster serves beside what its Kubernetes version serves by default.
        cached: False asks Helm again, also when the answer is known: generated secrets differ then.

    Raises:
        RenderError: Helm exits with an error, or its output is not a list of objects.
        GateError: Helm cannot be run.
    """
    # A Helm that assumes a version of its own must not be told what another one serves.
    served = served_api_versions(kube_version) if helm.knows_kube_version else ()
    told = (*served, *api_versions)
    asked = Asked(chart, texts_of(values), tuple(sets), release, namespace, full_version(kube_version), told)
    if isinstance(helm, EmbeddedHelm):
        try:
            answer = library_answer(asked, cached=cached)
            answer = {**answer, "sources": [source for source in answer["sources"] if not _is_notes(source[0])]}
        except Inexpressible:
            helm = find_helm(REFERENCE_SPEC)
    if isinstance(helm, Helm):
        answer = _program_answer(helm, asked, cached=cached)
    objects = objects_of(answer["error"], answer["sources"], namespace)
    installed = tuple(obj for obj in objects if is_installed(obj))
    left_out = tuple(obj for obj in objects if not is_installed(obj))
    return Release(
        release,
        namespace,
        helm.label,
        minor_version(kube_version),
        installed,
        tuple(answer["warnings"]),
        left_out,
        oversize(chart, asked.texts, asked.sets, answer["sources"]),
    )


def objects_of(refusal: str, sources: Iterable[tuple[str, str]], namespace: str) -> tuple[KubeObject, ...]:
    """The objects in what each template prints.

    Raises:
        RenderError: Helm refused, and `refusal` has its words; or a template prints something that is no object.
    """
    if refusal:
        raise RenderError(refusal)
    try:
        return read_sources(sources, namespace)
    except ManifestError as error:
        raise RenderError(str(error)) from error


@dataclass(frozen=True)
class Asked:
    """What `helm template` is asked."""

    chart: ChartFiles
    texts: tuple[str, ...]
    sets: tuple[str, ...]
    release: str
    namespace: str
    kube_version: str
    api_versions: tuple[str, ...]

    def arguments(self, helm: Helm) -> list[str]:
        """The command line of a program, values aside."""
        told = ["--kube-version", self.kube_version] if helm.knows_kube_version else []
        served = [part for version in self.api_versions for part in ("--api-versions", version)]
        return [self.release, "--namespace", self.namespace, *self.sets, "--include-crds", *told, *served]

    def request(self) -> dict[str, Any]:
        """The request to a worker that has Helm's library, without the chart."""
        return {
            "values": self.texts,
            "sets": self.sets,
            "name": self.release,
            "namespace": self.namespace,
            "kube_version": f"v{self.kube_version}",
            "api_versions": self.api_versions,
        }


def texts_of(values: Values) -> tuple[str, ...]:
    """Values as YAML texts."""
    if isinstance(values, str):
        return (values,)
    if isinstance(values, Mapping):
        return (json.dumps(values),)
    return tuple(values)


def library_answer(asked: Asked, *, cached: bool = True) -> dict[str, Any]:
    """What Helm's library says: `sources` (template and text, notes included) and `warnings`, or `error`.

    Args:
        cached: take a known answer. They are kept in memory alone: asking again costs little more than a file would.

    Raises:
        Inexpressible: the library cannot be told all that is asked.
        GateError: the library cannot be used.
    """
    ask = partial(EMBEDDED.ask, asked.chart, asked.request())
    return _ANSWERS.get(asked, ask) if cached else ask()


def _is_notes(template: str) -> bool:
    """Whether a template makes the notes, which `helm template` does not print."""
    return template.rsplit("/", 1)[-1] == "NOTES.txt"


def _length(answer: Mapping[str, Any]) -> int:
    return sum(len(text) for _, text in answer["sources"])


_ANSWERS: Recent[Asked, dict[str, Any]] = Recent(32 * 2**20, _length)
"""The newest answers of Helm's library, by the characters of what templates print."""


def _program_answer(helm: Helm, asked: Asked, *, cached: bool) -> dict[str, Any]:
    arguments = asked.arguments(helm)
    key = store.key_of(asked.chart.digest, helm.version, arguments, asked.texts, ANSWER_FORMAT)
    answer = store.load("renders", key, ProgramAnswer) if cached else None
    if answer is None:
        answer = ask_program(helm, asked.chart, "template", arguments, asked.texts)
        store.save("renders", key, answer)
    return {**answer, "sources": split_output(answer["manifests"])}
