"""A fault in one object, and the places in it that the rules look at."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from chartgate.releases.objects import KubeObject

T = TypeVar("T")


@dataclass(frozen=True)
class Fault:
    """What an API server refuses in an object: the rule, the place, the value there, and what is wrong with it."""

    rule: str
    where: str
    value: Any
    what: str


Rules = Mapping[str, Sequence[Callable[[KubeObject], Iterator[Fault]]]]
"""By kind: functions that yield the faults of an object."""


def places(node: Any, path: str, where: str = "") -> Iterator[tuple[str, Any]]:
    """Each (place, value) at a dotted path such as "ports[].protocol"; none where a part is missing or null.

    A part "*" stands for every key.

    >>> list(places({"ports": [{"port": 1}, {"port": 2}]}, "ports[].port"))
    [('ports[0].port', 1), ('ports[1].port', 2)]
    >>> list(places({"limits": {"cpu": 1}}, "limits.*"))
    [('limits[cpu]', 1)]
    """
    found = [(where, node)]
    for key, each in _parts(path):
        below: list[tuple[str, Any]] = []
        for place, parent in found:
            if not isinstance(parent, dict):
                continue
            if key == "*":
                below += [(f"{place}[{name}]", value) for name, value in parent.items() if value is not None]
                continue
            value = parent.get(key)
            if value is None:
                continue
            here = f"{place}.{key}" if place else key
            if not each:
                below.append((here, value))
            elif isinstance(value, list):
                below += [(f"{here}[{index}]", item) for index, item in enumerate(value) if item is not None]
        found = below
        if not found:
            break
    return iter(found)


@cache
def _parts(path: str) -> list[tuple[str, bool]]:
    """The keys of a path, each with whether every item of the list there is meant."""
    return [(part.removesuffix("[]"), part.endswith("[]")) for part in path.split(".")]


class Table(Generic[T]):
    """What a rule knows of fields, by path as `places` takes it. One walk finds all the fields that an object has.

    >>> list(Table({"ports[].port": 1, "ports[].name": 2, "type": 3}).places({"ports": [{"port": 80}]}))
    [('ports[0].port', 80, 1)]
    """

    def __init__(self, fields: Mapping[str, T]) -> None:
        self._fields = fields
        self._tree: _Tree = {}
        for path in fields:
            *parents, last = path.split(".")
            tree = self._tree
            for part in parents:
                tree = tree.setdefault(part, ([], {}))[1]
            tree.setdefault(last, ([], {}))[0].append(path)

    def places(self, node: Any, where: str = "") -> Iterator[tuple[str, Any, T]]:
        """Each (place, value, what the table has of its path) below a node at the place `where`."""
        return ((place, value, self._fields[path]) for place, value, path in _walk(self._tree, node, where))


_Tree = dict[str, tuple[list[str], "_Tree"]]
"""By part of a path: the paths that end there, and the parts below it."""


def _walk(tree: _Tree, node: Any, where: str) -> Iterator[tuple[str, Any, str]]:
    for part, (paths, below) in tree.items() if isinstance(node, dict) else ():
        if part == "*" or _parts(part)[0][0] in node:
            for place, value in places(node, part, where):
                yield from ((place, value, path) for path in paths)
                if below:
                    yield from _walk(below, value, place)


class Tables(Generic[T]):
    """What a rule knows of the fields of objects by kind, of pods and of containers."""

    def __init__(self, kinds: Mapping[str, Mapping[str, T]], pod: Mapping[str, T], container: Mapping[str, T]) -> None:
        self._kinds = {kind: Table(fields) for kind, fields in kinds.items()}
        self._pod, self._container = Table(pod), Table(container)

    def places(self, obj: KubeObject) -> Iterator[tuple[str, Any, T]]:
        """Each (place, value, what is known of its field) in an object, in its pod and in the pod's containers."""
        if obj.kind in self._kinds:
            yield from self._kinds[obj.kind].places(obj.manifest)
        for path, spec in pods(obj):
            yield from self._pod.places(spec, path)
        for path, container in containers(obj):
            yield from self._container.places(container, path)


_STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")


def steps(where: str) -> list[str]:
    """The keys and indices of a place.

    >>> steps("spec.ports[0].port")
    ['spec', 'ports', '0', 'port']
    """
    return [key or name for key, name in _STEP.findall(where)]


def value_at(node: Any, where: str) -> Any:
    """The value at a place such as "spec.ports[0].port"; None where nothing is there.

    >>> value_at({"spec": {"ports": [{"port": 0}]}}, "spec.ports[0].port")
    0
    """
    for step in steps(where):
        if isinstance(node, Mapping):
            node = node.get(step)
        elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return node


def pods(obj: KubeObject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The place and spec of the object's pod, if it makes one."""
    if obj.pod_spec is not None:
        yield obj.pod_path, obj.pod_spec


def containers(obj: KubeObject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The place and manifest of each container, init containers first."""
    for pod_path, spec in pods(obj):
        for role in ("initContainers", "containers"):
            yield from places(spec, f"{role}[]", pod_path)


def repeated(node: Mapping[str, Any], path: str, start: str) -> Iterator[Fault]:
    """A fault for each text at a path below `node`, which is at the place `start`, that stood there before."""
    seen: set[Any] = set()
    for where, value in places(node, path, start):
        if isinstance(value, str) and value:
            if value in seen:
                yield Fault("repeated", where, value, f'"{value}" appears twice')
            seen.add(value)


def empty_parts(node: Mapping[str, Any], where: str, keys: Sequence[str]) -> Iterator[Fault]:
    """A fault for each of the keys, which are empty in a node at the place `where`."""
    for key in keys:
        yield Fault("required", f"{where}.{key}", node.get(key), "is empty, and must be set")
