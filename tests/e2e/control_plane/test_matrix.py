"""The API server takes every object of the chart's matrix, and every pod, without a remark.

`MATRIX=whole make control-plane` tries every combination that the matrix asks for; without it, any two labels.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chartgate.findings.api_server.trial import side_by_side, try_objects
from chartgate.findings.api_server.words import Remark, remarks
from chartgate.releases.jobs import Job, render_case
from chartgate.releases.objects import KubeObject
from chartgate.releases.render import RenderError
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.control_plane.client import ApiServer
from chartgate.tools.engines import default_engine
from chartgate.values.case import Case
from chartgate.values.settings import Settings
from tests.e2e.control_plane.matrix_cases import cases_for
from tests.e2e.control_plane.namespace import RESTRICTED, Namespace

Origin = tuple[Case, KubeObject]
"""An object, and the first case that has it."""

# What Kubernetes deprecates and a value is for all the same, as its description says: the field, and the remark.
ASKED_FOR = {("Service", "externalIPs"): "spec.externalIPs is deprecated"}


@dataclass(frozen=True)
class Attempt:
    """A case and its objects, or Helm's words where it refuses the case."""

    case: Case
    objects: Sequence[KubeObject]
    refusal: str = ""


@pytest.fixture(scope="module")
def attempts(api_server: ApiServer, chart: Path, chart_settings: Settings) -> list[Attempt]:
    """Every case of the matrix, rendered for the API server's own version."""
    asked = os.environ.get("MATRIX", "pairs")
    assert asked in {"pairs", "whole"}, f"MATRIX is {asked}: use pairs or whole"
    coverage = cases_for(chart, api_server.version, whole=asked == "whole")
    files = read_chart_files(chart)
    # The gate compares the library with the Helm programs that these cases name.
    helm = default_engine(chart_settings.helm)
    assert all(group.holds for group in coverage.proof)

    def attempt(case: Case) -> Attempt:
        try:
            return Attempt(case, render_case(files, Job(case, helm, api_server.version)).objects)
        except RenderError as error:
            return Attempt(case, (), str(error))

    return side_by_side(attempt, coverage.cases, "rendering")


@pytest.fixture(scope="module")
def objects(attempts: list[Attempt]) -> list[Origin]:
    """Every distinct object of the matrix."""
    distinct: dict[str, Origin] = {}
    for attempt in attempts:
        for obj in attempt.objects:
            distinct.setdefault(obj.digest, (attempt.case, obj))
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


def test_the_api_server_takes_every_object_and_every_pod_without_a_remark(
    api_server: ApiServer, objects: list[Origin]
) -> None:
    trial = try_objects(api_server, (obj for _, obj in objects), namespace_labels=RESTRICTED)
    assert not trial.not_tried
    kinds = {(obj.api_version, obj.kind) for _, obj in objects}
    assert {"Deployment", "StatefulSet", "Job", "Pod", "ServiceMonitor", "HTTPRoute"} <= {kind for _, kind in kinds}
    # After an uninstallation, the tests look at the objects of a namespace only.
    assert all(api_server.kinds[kind].namespaced for kind in kinds)
    found = [
        f"{case.name}: {obj.ref}: {remark.where}: {remark.what}"
        for case, obj in objects
        for remark in trial.remarks[obj.digest]
        if not asked_for(obj, remark)
    ]
    assert not found, told(found)


def test_an_unknown_field_is_refused_and_a_deprecated_one_has_a_warning(
    api_server: ApiServer, namespace: Namespace
) -> None:
    """The control of the test above: what it looks at does show a mistake."""

    def said(metadata: dict[str, Any], spec: dict[str, Any]) -> list[Remark]:
        meta = {"name": "x", **metadata}
        service = {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"ports": [{"port": 1}], **spec}}
        return remarks(api_server.try_to_apply(service, namespace.name), service)

    assert said({}, {}) == []
    assert [(remark.rule, remark.where) for remark in said({}, {"prots": []})] == [("unknown-field", "spec.prots")]
    (warning,) = said({"annotations": {"service.kubernetes.io/topology-aware-hints": "auto"}}, {})
    assert warning.rule == "warning"
    assert "is deprecated" in warning.what


def asked_for(obj: KubeObject, remark: Remark) -> bool:
    """Whether a remark is about a deprecated field that a value is for."""
    return any(
        obj.kind == kind and obj.spec.get(field) and text in remark.what for (kind, field), text in ASKED_FOR.items()
    )


def told(lines: Sequence[str]) -> str:
    return "\n".join(["", *lines])
