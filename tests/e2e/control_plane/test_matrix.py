"""The API server takes every object of the chart's matrix, and every pod, without a remark.

`MATRIX=whole make control-plane` tries every combination that the matrix asks for; without it, any two labels.
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import pytest

from chartgate.releases.jobs import Job, render_case
from chartgate.releases.objects import KubeObject
from chartgate.releases.render import RenderError
from chartgate.tools.engines import default_engine
from chartgate.values.case import Case
from chartgate.values.settings import Settings
from tests.e2e.control_plane.dry_run import Manifest, NotAdmitted, try_to_apply, try_to_create
from tests.e2e.control_plane.matrix_cases import cases_for
from tests.e2e.control_plane.namespace import Namespace
from tests.e2e.control_plane.pods import bare_pod
from tests.e2e.control_plane.surroundings import make_surroundings

T = TypeVar("T")
R = TypeVar("R")

Origin = tuple[Case, KubeObject]
"""An object, and the first case that has it."""

WORKERS = 2

# What Kubernetes deprecates and a value is for all the same, as its description says: the field, and the remark.
ASKED_FOR = {("Service", "externalIPs"): "spec.externalIPs is deprecated"}


@dataclass(frozen=True)
class Attempt:
    """A case and its objects, or Helm's words where it refuses the case."""

    case: Case
    objects: Sequence[KubeObject]
    refusal: str = ""


@pytest.fixture(scope="module")
def attempts(connection: Any, chart: Path, chart_settings: Settings) -> list[Attempt]:
    """Every case of the matrix, rendered for the API server's own version."""
    asked = os.environ.get("MATRIX", "pairs")
    assert asked in {"pairs", "whole"}, f"MATRIX is {asked}: use pairs or whole"
    minor = minor_of(connection)
    coverage = cases_for(chart, minor, whole=asked == "whole")
    # The gate compares the library with the Helm programs that these cases name.
    helm = default_engine(chart_settings.helm)
    assert all(group.holds for group in coverage.proof)

    def attempt(case: Case) -> Attempt:
        try:
            return Attempt(case, render_case(chart, Job(case, helm, minor)).objects)
        except RenderError as error:
            return Attempt(case, (), str(error))

    return side_by_side(attempt, coverage.cases)


@pytest.fixture(scope="module")
def objects(connection: Any, attempts: list[Attempt]) -> list[Origin]:
    """Every distinct object of the matrix, on a server that has what they ask for."""
    distinct: dict[str, Origin] = {}
    for attempt in attempts:
        for obj in attempt.objects:
            distinct.setdefault(obj.digest, (attempt.case, obj))
    make_surroundings(connection, (obj for _, obj in distinct.values()))
    return list(distinct.values())


def test_helm_refuses_what_has_to_be_refused_and_nothing_else(attempts: list[Attempt]) -> None:
    assert {attempt.case.refusal is None for attempt in attempts} == {True, False}
    wrong = [
        f"{attempt.case.name}: {attempt.refusal or 'is not refused'} ({attempt.case.proves})"
        for attempt in attempts
        if (attempt.case.refusal is None) is bool(attempt.refusal)
        or (attempt.refusal and not attempt.case.refused_as_expected(attempt.refusal))
    ]
    assert not wrong, told(wrong)


def test_the_api_server_takes_every_object_without_a_remark(connection: Any, objects: list[Origin]) -> None:
    resources = resources_of(connection, (obj for _, obj in objects))

    def answer(origin: Origin) -> list[str]:
        case, obj = origin
        resource = resources[obj.api_version, obj.kind]
        return remarks(case, obj, lambda: try_to_apply(resource, obj.manifest, obj.namespace))

    assert all(resource.namespaced for resource in resources.values()), (
        "only namespaces are looked at after uninstalling"
    )
    assert {"Deployment", "StatefulSet", "Pod", "ServiceMonitor", "HTTPRoute"} <= {obj.kind for _, obj in objects}
    assert not (found := list(chain.from_iterable(side_by_side(answer, objects)))), told(found)


def test_the_api_server_takes_every_pod_without_a_remark(connection: Any, objects: list[Origin]) -> None:
    pods: dict[str, tuple[Case, KubeObject, Manifest]] = {}
    for case, obj in objects:
        if obj.pod_template is not None and obj.kind != "Pod":
            pod = bare_pod(obj.manifest)
            pods.setdefault(json.dumps([obj.namespace, pod], sort_keys=True), (case, obj, pod))
    resource = connection.resources.get(api_version="v1", kind="Pod")

    def answer(one: tuple[Case, KubeObject, Manifest]) -> list[str]:
        case, obj, pod = one
        return remarks(case, obj, lambda: try_to_create(resource, pod, obj.namespace))

    assert {obj.kind for _, obj, _ in pods.values()} == {"Deployment", "StatefulSet", "Job"}
    assert not (found := list(chain.from_iterable(side_by_side(answer, list(pods.values()))))), told(found)


def test_an_unknown_field_is_refused_and_a_deprecated_one_remarked(connection: Any, namespace: Namespace) -> None:
    """The control of the tests above: what they look at does show a mistake."""
    resource = connection.resources.get(api_version="v1", kind="Service")
    service: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "x"},
        "spec": {"ports": [{"port": 1}]},
    }
    assert try_to_apply(resource, service, namespace.name) == []
    unknown = {**service, "spec": {**service["spec"], "prots": []}}
    with pytest.raises(NotAdmitted, match="prots"):
        try_to_apply(resource, unknown, namespace.name)
    topology = {"service.kubernetes.io/topology-aware-hints": "auto"}
    deprecated = {**service, "metadata": {"name": "x", "annotations": topology}}
    assert "is deprecated" in str(try_to_apply(resource, deprecated, namespace.name))


def minor_of(connection: Any) -> str:
    """The API server's minor version, such as "1.37"."""
    version = connection.version["kubernetes"]
    return f"{version['major']}.{version['minor'].rstrip('+')}"


def resources_of(connection: Any, objects: Iterable[KubeObject]) -> dict[tuple[str, str], Any]:
    """What the server serves the objects' kinds as, looked up before several threads want to know."""
    return {
        (version, kind): connection.resources.get(api_version=version, kind=kind)
        for version, kind in sorted({(obj.api_version, obj.kind) for obj in objects})
    }


def remarks(case: Case, obj: KubeObject, ask: Callable[[], list[str]]) -> list[str]:
    try:
        answers = ask()
    except NotAdmitted as error:
        answers = [str(error)]
    expected = [text for (kind, field), text in ASKED_FOR.items() if obj.kind == kind and obj.spec.get(field)]
    return [f"{case.name}: {obj.ref}: {answer}" for answer in answers if not any(text in answer for text in expected)]


def side_by_side(do: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """`do` for each item, a few at a time."""
    pool = ThreadPoolExecutor(WORKERS)
    try:
        return list(pool.map(do, items))
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl-C, what has not begun is dropped


def told(lines: Sequence[str]) -> str:
    return "\n".join(["", *lines])
