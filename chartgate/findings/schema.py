"""Every object is valid in the strict JSON Schema of its Kubernetes version, custom resources included."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import jsonschema_rs

from chartgate.findings import custom_rules
from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachObject
from chartgate.findings.user_values import made_as_it_is
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import version_key
from chartgate.tools.schemas import KindKey, Schema, api_schemas, crd_schemas, custom_schema, known_versions
from chartgate.tools.served_kinds import served_kinds
from chartgate.tools.structural import custom_structural_schema, structural_schemas
from chartgate.values.known_kinds import KnownKinds


def _defined(known: KnownKinds, renders: Sequence[Rendered]) -> KnownKinds:
    """The kinds that are known, with those that the chart's own definitions define, in crds/ and in templates.

    A definition that cannot be read defines nothing: the check tells what is wrong with it.
    """
    schemas, structural = dict(known.schemas), dict(known.structural)
    for digest, obj in {obj.digest: obj for rendered in renders for obj in rendered.release}.items():
        if obj.kind == "CustomResourceDefinition":
            found = _schemas_in(digest, json.dumps(obj.manifest, default=str))
            schemas.update(found[0])
            structural.update(found[1])
    return KnownKinds(known.definitions, schemas, structural)


@cache
def _schemas_in(_digest: str, definition: str) -> tuple[dict[KindKey, str], dict[KindKey, Schema]]:
    try:
        document = json.loads(definition)
        strict = {(api, kind): json.dumps(schema) for api, kind, schema in crd_schemas(document)}
        return strict, dict(structural_schemas(document))
    except (AttributeError, KeyError, TypeError):
        return {}, {}


def judge(obj: KubeObject, kube_version: str, defined: KnownKinds) -> Iterator[Fault]:
    """Faults of an object by the schema of its kind: one of `defined`, else the one of the Kubernetes version. Rules of
    the schema are asked about an object that is valid otherwise.
    """
    kind = obj.kind_key
    named = kind if kind in defined.schemas else (kind[0], kind[1].lower())
    schema = defined.schemas.get(named)
    validator = _compiled(schema) if schema else _validator(kind, kube_version)
    if validator is None:
        yield _unknown_kind(obj, kube_version)
        return
    errors = list(validator.iter_errors(_without_nulls(obj.manifest)))
    for error in errors:
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
        # The message quotes the offending value, which for a Secret is the secret itself.
        what = f"breaks {error.schema_path[-1]}" if obj.is_secret else _shortened(error.message)
        # A number that was not quoted is the template's fault, a text that the gate made is not.
        text = error.instance if isinstance(error.instance, str) else None
        yield Fault("invalid", where.lstrip("."), f"{what} (Kubernetes {kube_version})", unless=made_as_it_is(text))
    if not errors and version_key(kube_version) >= custom_rules.SINCE:
        structural = defined.structural.get(named) if schema else custom_structural_schema(kind)
        yield from custom_rules.judge(obj, structural or {})
    successor = _deprecated_for(kind, kube_version)
    if successor:
        what = f"{obj.api_version} is deprecated in Kubernetes {kube_version}"
        yield Fault("deprecated", "apiVersion", what, f"use {successor} where it is served")


@cache
def _validator(kind: KindKey, kube_version: str) -> jsonschema_rs.Validator | None:
    # jsonschema-rs validates a Deployment some hundred times faster than jsonschema does.
    schema = api_schemas(kube_version).schema(*kind) or custom_schema(kind)
    return None if schema is None else _compiled(json.dumps(schema, sort_keys=True))


@cache
def _compiled(schema: str) -> jsonschema_rs.Validator:
    """Many a kind is the same in many versions, and compiling takes longer than validating a hundred objects."""
    return jsonschema_rs.validator_for(json.loads(schema))


def _unknown_kind(obj: KubeObject, kube_version: str) -> Fault:
    kind = obj.kind_key
    elsewhere = [version for version in known_versions() if kind in served_kinds(version)]
    if elsewhere:
        what = f"{' '.join(kind)} is not served by Kubernetes {kube_version}, only by {_span(elsewhere)}"
        return Fault("not-served", "apiVersion", what)
    return Fault("no-schema", "apiVersion", f"is not checked, since no schema of {' '.join(obj.kind_key)} is known")


def _span(versions: Sequence[str]) -> str:
    return versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"


@cache
def _deprecated_for(kind: KindKey, kube_version: str) -> str:
    """The apiVersion to use in place of one that a later Kubernetes drops and this one can already replace; else ""."""
    later = [version for version in known_versions() if version_key(version) > version_key(kube_version)]
    if kind not in served_kinds(kube_version) or all(kind in served_kinds(version) for version in later):
        return ""
    lasting = served_kinds(kube_version) & served_kinds(known_versions()[-1])
    return max((api for api, name in lasting if name == kind[1] and _succeeds(api, kind[0])), key=_maturity, default="")


def _succeeds(successor: str, api_version: str) -> bool:
    """Whether an apiVersion replaces another: kinds left the group "extensions", else they stay in their group."""
    group = api_version.rpartition("/")[0]
    stays = successor.rpartition("/")[0] == group and _maturity(successor) > _maturity(api_version)
    return stays or group == "extensions"


def _maturity(api_version: str) -> tuple[int, int, int]:
    """Sort key of an API version: v1beta1 before v1, v1 before v2beta2."""
    found = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", api_version.rpartition("/")[2])
    if not found:
        return (0, 0, 0)
    return (int(found[1]), {"alpha": 0, "beta": 1}.get(found[2], 2), int(found[3] or 0))


def _without_nulls(value: Any) -> Any:
    """Plain data without null members, which the API server reads as absent."""
    if isinstance(value, dict):
        return {key: _without_nulls(child) for key, child in value.items() if child is not None}
    if isinstance(value, list):
        return [_without_nulls(child) for child in value]
    return value


def _shortened(message: str, limit: int = 240) -> str:
    return message if len(message) <= limit else f"{message[:limit]}…"


def check_with(known: KnownKinds) -> Check:
    """The check that also knows these kinds; a definition of the chart itself has priority."""
    return replace(CHECK, scopes=(EachObject(judge, between=True, prepare=partial(_defined, known)),))


CHECK = Check(
    key="schema",
    title="Kubernetes JSON Schema",
    why="The API server refuses an object of a kind it does not serve, and drops or refuses fields it does not know.",
    source="Kubernetes OpenAPI (kubernetes-validate), Gateway API and Prometheus Operator custom resource definitions",
    scopes=(EachObject(judge, between=True, prepare=partial(_defined, KnownKinds())),),
    rules={
        "invalid": Rule(
            "an object breaks the schema of its kind, or has a field that the schema does not list",
            "compare the template with the API reference of that Kubernetes version",
            "a Service with spec.port in place of spec.ports",
        ),
        "not-served": Rule(
            "the Kubernetes version does not serve the object's apiVersion and kind",
            "choose the apiVersion by .Capabilities, so that every supported version gets one it serves",
            "apiVersion: extensions/v1beta1 of an Ingress on Kubernetes 1.22",
        ),
        "deprecated": Rule(
            "a later Kubernetes drops the apiVersion, and this one serves its successor already",
            "use the successor where it is served",
            "apiVersion: policy/v1beta1 of a PodDisruptionBudget on Kubernetes 1.24",
            severity="warning",
        ),
        "no-schema": Rule(
            "no schema of the object's kind is known, so that the object is not checked",
            "correct apiVersion and kind, or name a definition of the kind in `schemas` of chartgate.yaml",
            "apiVersion: example.com/v1, kind: Widget",
            severity="note",
        ),
        **custom_rules.DECLARED,
    },
)
