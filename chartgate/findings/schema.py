"""Every object is valid in the strict JSON Schema of its Kubernetes version, custom resources included."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import jsonschema_rs

from chartgate.findings.finding import Finding, OldCheck, Verdict, by_object, guarded
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import version_key
from chartgate.tools.schemas import KindKey, api_schemas, crd_schemas, custom_schemas, known_versions, served_kinds
from chartgate.values.case import Case

KEY = "schema"
REMEDY = "compare the template with the API reference of that Kubernetes version"


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Validate each distinct object once for every Kubernetes version it can be installed on.

    Those are the version it is made for, and, where a case makes it equally for an older and a newer one, each minor
    between the two that serves its kind.
    """
    defined = _defined(renders)

    def judge(obj: KubeObject, kube_version: str) -> list[Finding]:
        return _examine_object(obj, kube_version, defined)

    own = by_object(KEY, renders, judge)
    between = _between(renders)
    known: dict[tuple[str, str], tuple[Finding, ...]] = {}
    verdicts = []
    for verdict, objects in zip(own, between, strict=True):
        found = list(verdict.findings)
        for obj, version in objects:
            key = (obj.digest, version)
            if key not in known:
                known[key] = guarded(KEY, obj.ref, judge, obj, version)
            found += known[key]
        verdicts.append(Verdict(verdict.rendered, verdict.examined + len(objects), tuple(found)))
    return verdicts


def _between(renders: Sequence[Rendered]) -> list[list[tuple[KubeObject, str]]]:
    """For each render, the objects that a later render of its case repeats, with the versions between the two."""
    made: defaultdict[tuple[Case, str], list[tuple[tuple[int, ...], int, KubeObject]]] = defaultdict(list)
    times = Counter(rendered.case for rendered in renders)
    for index, rendered in enumerate(renders):
        if times[rendered.case] == 1:
            continue
        version = version_key(rendered.release.kube_version)
        for obj in rendered.release:
            made[rendered.case, obj.digest].append((version, index, obj))
    found: list[list[tuple[KubeObject, str]]] = [[] for _ in renders]
    for occurrences in made.values():
        oldest, index, obj = min(occurrences, key=lambda occurrence: occurrence[:2])
        found[index] += [(obj, version) for version in _serving(obj, oldest, max(o[0] for o in occurrences))]
    return found


def _serving(obj: KubeObject, oldest: tuple[int, ...], newest: tuple[int, ...]) -> list[str]:
    """The minors strictly between two that serve an object's kind."""
    if oldest == newest:
        return []
    kind = (obj.api_version, obj.kind)
    inner = (version for version in known_versions() if oldest < version_key(version) < newest)
    return [version for version in inner if kind in served_kinds(version)]


def _defined(renders: Sequence[Rendered]) -> dict[KindKey, str]:
    """The schemas, as JSON, of the kinds that the chart's own definitions define, in crds/ and in templates.

    A definition that cannot be read defines nothing: the check tells what is wrong with it.
    """
    found: dict[KindKey, str] = {}
    for digest, obj in {obj.digest: obj for rendered in renders for obj in rendered.release}.items():
        if obj.kind == "CustomResourceDefinition":
            found.update(_schemas_in(digest, json.dumps(obj.manifest, default=str)))
    return found


@cache
def _schemas_in(_digest: str, definition: str) -> dict[KindKey, str]:
    try:
        return {(api, kind): json.dumps(schema) for api, kind, schema in crd_schemas(json.loads(definition))}
    except (AttributeError, KeyError, TypeError):
        return {}


def _examine_object(obj: KubeObject, kube_version: str, defined: Mapping[KindKey, str]) -> list[Finding]:
    kind = (obj.api_version, obj.kind)
    validator = _compiled(defined[kind]) if kind in defined else _validator(kind, kube_version)
    if validator is None:
        return [_unknown_kind(obj, kube_version)]
    findings = []
    for error in validator.iter_errors(_without_nulls(obj.manifest)):
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
        # The message quotes the offending value, which for a Secret is the secret itself.
        what = f"breaks {error.schema_path[-1]}" if obj.kind == "Secret" else _shortened(error.message)
        findings.append(
            Finding(KEY, "invalid", obj.ref, where.lstrip("."), f"{what} (Kubernetes {kube_version})", REMEDY)
        )
    successor = _deprecated_for(kind, kube_version)
    if successor:
        what = f"{obj.api_version} is deprecated in Kubernetes {kube_version}"
        findings.append(Finding(KEY, "deprecated", obj.ref, "apiVersion", what, f"use {successor} where it is served"))
    return findings


@cache
def _validator(kind: KindKey, kube_version: str) -> jsonschema_rs.Validator | None:
    # jsonschema-rs validates a Deployment some hundred times faster than jsonschema does.
    schema = api_schemas(kube_version).schema(*kind) or custom_schemas().get(kind)
    return None if schema is None else _compiled(json.dumps(schema, sort_keys=True))


@cache
def _compiled(schema: str) -> jsonschema_rs.Validator:
    """Many a kind is the same in many versions, and compiling takes longer than validating a hundred objects."""
    return jsonschema_rs.validator_for(json.loads(schema))


def _unknown_kind(obj: KubeObject, kube_version: str) -> Finding:
    kind = (obj.api_version, obj.kind)
    elsewhere = [version for version in known_versions() if kind in served_kinds(version)]
    if elsewhere:
        what = f"{obj.api_version} {obj.kind} is not served by Kubernetes {kube_version}, only by {_span(elsewhere)}"
        remedy = "choose the apiVersion by .Capabilities, so that every supported version gets one it serves"
        return Finding(KEY, "not-served", obj.ref, "apiVersion", what, remedy)
    what = f"no schema for {obj.api_version} {obj.kind}, so unchecked"
    remedy = "correct apiVersion and kind, or add the kind's definition to chartgate's catalogue"
    return Finding(KEY, "no-schema", obj.ref, "apiVersion", what, remedy)


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


RULES = {
    "invalid": "an object breaks the schema of its kind, or has a field that the schema does not list",
    "not-served": "the Kubernetes version does not serve the object's apiVersion and kind",
    "deprecated": "a later Kubernetes drops the apiVersion, and this one serves its successor already",
    "no-schema": "nothing is known of the object's kind",
}

CHECK = OldCheck(
    key=KEY,
    title="Kubernetes JSON Schema",
    why="The API server refuses an object of a kind it does not serve, and drops or refuses fields it does not know.",
    remedy=REMEDY,
    source="Kubernetes OpenAPI (kubernetes-validate), Gateway API and Prometheus Operator custom resource definitions",
    examine=examine,
    rules=RULES,
)
