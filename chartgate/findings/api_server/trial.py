"""Objects tried on a real API server: server-side apply with dry run, so that nothing stays there."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from os import cpu_count
from typing import Any, TypeVar

from chartgate.errors import GateError
from chartgate.findings.api_server.words import Remark, remarks
from chartgate.releases.objects import KubeObject
from chartgate.tools.control_plane.client import ApiServer, KindKey, Manifest
from chartgate.tools.control_plane.custom_resources import Definition, install, served_by
from chartgate.tools.definitions import custom_definitions
from chartgate.tools.progress import track
from chartgate.tools.schemas import group_in, known_versions
from chartgate.tools.served_kinds import served_kinds

T = TypeVar("T")
R = TypeVar("R")

DEFINITION = "CustomResourceDefinition"
# The admission plugins Priority and RuntimeClass refuse a pod that names a class which is not there.
CLASSES: Mapping[str, Manifest] = {
    "priorityClassName": {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": 1},
    "runtimeClassName": {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "handler": "any"},
}


@dataclass(frozen=True)
class Trial:
    """What a server of Kubernetes `version` says.

    `remarks` has an entry for each object that was tried, by its digest; `not_tried` has the others, by the reason.
    """

    version: str
    remarks: Mapping[str, tuple[Remark, ...]]
    not_tried: Mapping[str, tuple[KubeObject, ...]]


@dataclass
class _Progress:
    remarks: dict[str, tuple[Remark, ...]] = field(default_factory=dict)
    not_tried: dict[str, list[KubeObject]] = field(default_factory=dict)


def try_objects(
    server: ApiServer,
    objects: Iterable[KubeObject],
    definitions: Sequence[Definition] = (),
    namespace_labels: Mapping[str, str] | None = None,
) -> Trial:
    """Try each distinct object, and the pod of each template.

    The kinds of custom resources are those that the objects themselves define, then those of `definitions`, then those
    of the catalogue. The namespaces of the objects are created with `namespace_labels`.

    Raises:
        GateError: the server refuses one of `definitions`, or gives no answer.
    """
    found = _Progress()
    distinct = {obj.digest: obj for obj in objects}
    own = [obj for obj in distinct.values() if obj.kind == DEFINITION]
    others = [obj for obj in distinct.values() if obj.kind != DEFINITION]
    _try_all(server, own, found)  # before the kinds are defined, or they would be tried as updates
    _define(server, others, [obj.manifest for obj in own if not _refused(found, obj)], definitions)
    _create_namespaces(server, others, namespace_labels or {})
    _try_all(server, [obj for obj in others if obj.kind != "Pod"], found)
    _create_classes(server, others)
    _try_all(server, [obj for obj in others if obj.kind == "Pod"], found)
    _try_pods(server, others, found)
    return Trial(server.version, found.remarks, {why: tuple(ones) for why, ones in found.not_tried.items()})


def bare_pod(template: Mapping[str, Any], claims: Iterable[Mapping[str, Any]] = ()) -> Manifest:
    """The pod of a template. `claims` are a StatefulSet's volumeClaimTemplates: its controller adds the volumes."""
    spec = template.get("spec") or {}
    volumes = [{"name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": "claim"}} for claim in claims]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**(template.get("metadata") or {}), "name": "bare"},
        "spec": {**spec, "volumes": [*(spec.get("volumes") or ()), *volumes]},
    }


def side_by_side(do: Callable[[T], R], items: Sequence[T], what: str) -> list[R]:
    """`do` for each item, as many at once as there are processors."""
    pool = ThreadPoolExecutor(cpu_count() or 1)
    try:
        return list(track(pool.map(do, items), len(items), what))
    finally:
        pool.shutdown(cancel_futures=True)  # after an interrupt, what has not begun is dropped


def _refused(found: _Progress, obj: KubeObject) -> bool:
    return any(remark.rule != "warning" for remark in found.remarks.get(obj.digest, ()))


def _try_all(server: ApiServer, objects: Sequence[KubeObject], found: _Progress) -> None:
    known = []
    for obj in objects:
        why = _why_not(server, obj.kind_key)
        if why:
            found.not_tried.setdefault(why, []).append(obj)
        else:
            known.append(obj)

    def ask(obj: KubeObject) -> list[Remark]:
        return remarks(server.try_to_apply(obj.manifest, obj.namespace), obj.manifest)

    for obj, said in zip(known, side_by_side(ask, known, "asking the API server"), strict=True):
        found.remarks[obj.digest] = tuple(said)


def _why_not(server: ApiServer, kind: KindKey) -> str:
    """Why the server cannot be asked about a kind; empty where it can."""
    if kind in server.kinds:
        return ""
    name = " ".join(filter(None, kind)) or "an object without apiVersion and kind"
    if any(kind in served_kinds(version) for version in known_versions()):
        return f"Kubernetes {server.version} does not serve {name}"
    return f"no valid CustomResourceDefinition defines {name}"


def _define(
    server: ApiServer, objects: Iterable[KubeObject], own: Sequence[Definition], given: Sequence[Definition]
) -> None:
    """Define the kinds of the objects that the server does not serve, each by the first definition of it."""
    missing = {obj.kind_key for obj in objects} - server.kinds.keys()
    known = {kind for version in known_versions() for kind in served_kinds(version)}
    chosen: dict[str, Definition] = {}
    sources: tuple[Callable[[], Sequence[Definition]], ...] = (
        lambda: own,
        lambda: given,
        lambda: custom_definitions({group_in(api) for api, _ in missing}),
    )
    for source in sources:
        if not missing - known:
            break  # the catalogue's definitions are a download
        for definition in source():
            name = str(definition["metadata"]["name"])
            kinds = served_by(definition) & missing
            if kinds and name not in chosen:
                chosen[name] = definition
                missing -= kinds
    install(server, chosen.values())


def _create_namespaces(server: ApiServer, objects: Iterable[KubeObject], labels: Mapping[str, str]) -> None:
    """A name that the server refuses needs no word here: it then refuses the objects there."""
    for name in sorted({obj.namespace for obj in objects} - {""}):
        server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels)}})


def _create_classes(server: ApiServer, objects: Iterable[KubeObject]) -> None:
    specs = [obj.pod_spec for obj in objects if obj.pod_spec is not None]
    for key, manifest in CLASSES.items():
        for name in sorted({str(spec[key]) for spec in specs if spec.get(key)}):
            answer = server.create({**manifest, "metadata": {"name": name}})
            if answer.refused and answer.status not in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
                raise GateError(f"the API server refuses the {manifest['kind']} {name}: {answer.message}")


def _try_pods(server: ApiServer, objects: Iterable[KubeObject], found: _Progress) -> None:
    """Try the pods of the templates, and add what the server says of them alone.

    The pod of a workload that is refused is not tried: the server would say the same again.
    """
    makers = [
        obj
        for obj in objects
        if obj.pod_template is not None and obj.kind != "Pod" and obj.digest in found.remarks
        if not _refused(found, obj)
    ]

    pods: dict[str, tuple[Manifest, str]] = {}
    keys = []
    for obj in makers:
        pod = bare_pod(obj.pod_template or {}, obj.spec.get("volumeClaimTemplates") or ())
        keys.append(json.dumps([pod, obj.namespace], sort_keys=True, default=str))
        pods[keys[-1]] = (pod, obj.namespace)

    def ask(pod: tuple[Manifest, str]) -> list[Remark]:
        return remarks(server.try_to_create(*pod), pod[0])

    said = dict(zip(pods, side_by_side(ask, list(pods.values()), "asking the API server about pods"), strict=True))
    for obj, key in zip(makers, keys, strict=True):
        before = found.remarks[obj.digest]
        more = (_in_workload(obj, remark) for remark in said[key])
        found.remarks[obj.digest] = (*before, *(remark for remark in more if remark not in before))


def _in_workload(obj: KubeObject, remark: Remark) -> Remark:
    """A remark on a pod, at the place in the object that makes the pod."""
    path = obj.pod_path.removesuffix(".spec")
    return Remark(remark.rule, f"{path}.{remark.where}" if remark.where else path, remark.what)
