"""Every container that runs on asks for what it needs, and for no more than its limit."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from chartgate.findings.finding import Finding, OldCheck, Verdict, by_release
from chartgate.findings.probes import running_containers
from chartgate.findings.user_values import UserValues, user_values
from chartgate.releases.objects import Container, KubeObject
from chartgate.releases.rendered import Rendered

KEY = "resources"
RULES = {
    "no-request": "a container that runs on requests no CPU or no memory",
    "no-limit": "a container that runs on has no limit on memory",
    "request-above-limit": "a container requests more than its limit allows, which the API server refuses",
    "quantity": "an amount is no quantity",
}
REQUIRED = (("requests", "cpu", "no-request"), ("requests", "memory", "no-request"), ("limits", "memory", "no-limit"))
_QUANTITY = re.compile(r"([+-]?\d*\.?\d+|[+-]?\d+\.)(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]))?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge the running containers of each distinct release."""
    return by_release(
        KEY, renders, _examine, count=lambda r: len(running_containers(r)), depends=lambda r: r.case.values
    )


def _examine(rendered: Rendered) -> Iterator[Finding]:
    values = user_values(rendered.case)
    for obj, container in running_containers(rendered):
        resources = container.manifest.get("resources") or {}
        for part, name, rule in REQUIRED:
            if name not in (resources.get(part) or {}) and not _decided(values, container, part):
                yield _finding(rule, obj, container, f"resources.{part}.{name} is missing")
        yield from _amounts(obj, container)


def _decided(values: UserValues, container: Container, part: str) -> bool:
    """Whether the case's values themselves leave the container without."""
    resources = container.manifest.get("resources") or {}
    written = values.sets("resources", resources) or values.sets(part, resources.get(part))
    return written or values.has_container(container) or (not resources and values.drops("resources"))


def _amounts(obj: KubeObject, container: Container) -> Iterator[Finding]:
    resources = container.manifest.get("resources") or {}
    limits = resources.get("limits") or {}
    for part in ("requests", "limits"):
        for name, amount in (resources.get(part) or {}).items():
            if quantity(amount) is None:
                yield _finding("quantity", obj, container, f"resources.{part}.{name} is no quantity")
    for name, amount in (resources.get("requests") or {}).items():
        requested, limit = quantity(amount), quantity(limits.get(name))
        if requested is not None and limit is not None and requested > limit:
            what = f"requests {amount} of {name}, and its limit is {limits[name]}"
            yield _finding("request-above-limit", obj, container, what)


def quantity(amount: object) -> Decimal | None:
    """The number that a Kubernetes quantity ("250m", "1Gi", 2) means; None when it is none."""
    found = _QUANTITY.fullmatch(str(amount))
    if not found:
        return None
    number, exponent, unit = found.groups()
    if unit in _BINARY:
        return Decimal(number) * Decimal(1024) ** _BINARY[unit]
    return Decimal(number).scaleb(int(exponent[1:]) if exponent else _DECIMAL.get(unit or "", 0))


def _finding(rule: str, obj: KubeObject, container: Container, what: str) -> Finding:
    return Finding(KEY, rule, obj.ref, f"{container.path} ({container.name})", what, CHECK.remedy)


CHECK = OldCheck(
    key=KEY,
    title="Resources",
    why="A pod without requests is placed blindly and evicted first; without a memory limit it can take a node down.",
    remedy="give requests for CPU and memory and a limit on memory, each a value of the chart",
    source="Kubernetes documentation, Resource Management for Pods and Containers; Quantity in the API reference",
    examine=examine,
    rules=RULES,
    about="containers that run on",
)
