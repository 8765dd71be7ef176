"""A fault in one object, and the places in it that the rules look at."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartgate.releases.objects import KubeObject


@dataclass(frozen=True)
class Fault:
    """What an API server refuses in an object: the rule, the place, the value there, and what is wrong with it."""

    rule: str
    where: str
    value: Any
    what: str


def places(node: Any, path: str, where: str = "") -> Iterator[tuple[str, Any]]:
    """Each (place, value) at a dotted path such as "ports[].protocol"; none where a part is missing or null.

    A part "*" stands for every key.

    >>> list(places({"ports": [{"port": 1}, {"port": 2}]}, "ports[].port"))
    [('ports[0].port', 1), ('ports[1].port', 2)]
    >>> list(places({"limits": {"cpu": 1}}, "limits.*"))
    [('limits[cpu]', 1)]
    """
    part, _, rest = path.partition(".")
    key = part.removesuffix("[]")
    if not isinstance(node, Mapping):
        return
    here = f"{where}.{key}".lstrip(".")
    found = [(here, node.get(key))]
    if part == "*":
        found = [(f"{where}[{name}]", value) for name, value in node.items()]
    elif part != key:
        items = node.get(key)
        found = [(f"{here}[{index}]", item) for index, item in enumerate(items)] if isinstance(items, list) else []
    for place, item in found:
        if item is None:
            continue
        if rest:
            yield from places(item, rest, place)
        else:
            yield place, item


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
