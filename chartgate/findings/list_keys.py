"""No list holds two entries under one key: environment, ports, volumes, mounts and every other list that is a map."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachObject
from chartgate.releases.objects import KubeObject
from chartgate.tools.schemas import Schema, api_schemas, known_versions
from chartgate.tools.served_kinds import served_kinds

# What the API server fills in before it compares keys.
DEFAULTS = {"protocol": "TCP"}


def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
    """Faults of the lists of an object."""
    schema = _schema(*obj.kind_key)
    if schema is not None:
        for where, text, count in _repeated(obj.manifest, schema, schema.get("definitions") or {}, ""):
            yield Fault("duplicate", where, f"{text} stands {count} times")
    if obj.pod_template is not None:
        containers = Counter(container.name for container in obj.containers)
        for name in _twice(containers):
            yield Fault("container-name", obj.pod_path, f"container {name} stands {containers[name]} times")
        running = [container for container in obj.containers if container.role != "init"]
        ports = Counter(name for container in running for name in container.ports)
        for name in _twice(ports):
            what = f"port name {name} stands {ports[name]} times, so that a Service cannot mean one of them"
            yield Fault("port-name", obj.pod_path, what)


@cache
def _schema(api_version: str, kind: str) -> Schema | None:
    """The schema of a kind in the newest version that serves it: merge keys were only ever added."""
    for version in reversed(known_versions()):
        if (api_version, kind) in served_kinds(version):
            return api_schemas(version).schema(api_version, kind)
    return None


def _repeated(
    value: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any], path: str
) -> Iterator[tuple[str, str, int]]:
    """(place, what stands more than once, how often) for every list at or below `value`."""
    resolved = _resolved(schema, definitions)
    if isinstance(value, dict):
        properties, others = resolved.get("properties") or {}, resolved.get("additionalProperties")
        for key, child in value.items():
            part = properties.get(key, others)
            if isinstance(part, dict) and isinstance(child, dict | list):
                yield from _repeated(child, part, definitions, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        if len(value) > 1:
            counts = Counter(_keys(value, resolved))
            for key in _twice(counts):
                yield path, key, counts[key]
        for index, child in enumerate(value):
            yield from _repeated(child, resolved.get("items") or {}, definitions, f"{path}[{index}]")


_known: dict[int, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of a schema with what its $ref leads to; siblings of the $ref say how its list merges, and win."""
    known = _known.get(id(schema))
    if known is None:
        target = definitions.get(str(schema.get("$ref", "")).rpartition("/")[2], {})
        # The part is kept with the answer, so that its identity is not given to another.
        known = _known[id(schema)] = (schema, {**target, **schema})
    return known[1]


def _keys(entries: Iterable[Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """The key of each entry, as text; nothing for a list whose entries are merely in order."""
    names = schema.get("x-kubernetes-list-map-keys") or list(filter(None, [schema.get("x-kubernetes-patch-merge-key")]))
    for entry in entries:
        if names and isinstance(entry, dict):
            parts = {name: entry.get(name, DEFAULTS.get(name)) for name in names}
            # /data and /data/ are one folder to the kubelet.
            parts |= {"mountPath": str(parts["mountPath"]).rstrip("/")} if "mountPath" in parts else {}
            yield ", ".join(f"{name} {part}" for name, part in parts.items() if part is not None)
        elif schema.get("x-kubernetes-list-type") == "set" and isinstance(entry, Hashable):
            yield str(entry)


def _twice(counts: Counter[str]) -> list[str]:
    return sorted(key for key, count in counts.items() if count > 1 and key)


CHECK = Check(
    key="list-keys",
    title="Keys of lists",
    why="Server-side apply, which Helm 4 uses, refuses a list that has a merge key twice; client-side apply drops one.",
    source="Kubernetes API reference, x-kubernetes-list-map-keys; KEP-555, server-side apply",
    scopes=(EachObject(judge, any_version=True),),
    rules={
        "duplicate": Rule(
            "two entries of a list have the same merge key, or a set holds a value twice",
            "keep one of them, and let the user's entry replace the chart's",
            "env: [{name: A, value: a}, {name: A, value: b}]",
        ),
        "container-name": Rule(
            "two containers of a pod, init containers included, have one name",
            "give each container a name of its own",
            "initContainers: [{name: web}], containers: [{name: web}]",
        ),
        "port-name": Rule(
            "two containers that run beside each other name a port alike",
            "give each port a name of its own",
            "ports: [{name: http, containerPort: 80}] in two containers of a pod",
        ),
    },
)
