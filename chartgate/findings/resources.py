"""Every container that runs on asks for what it needs, and for no more than its limit."""

from collections.abc import Callable, Iterator

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.probes import runs_on
from chartgate.findings.scopes import EachContainer
from chartgate.findings.user_values import UserValues
from chartgate.releases.objects import Container, KubeObject
from chartgate.tools.quantities import quantity

REQUIRED = (("requests", "cpu", "no-request"), ("requests", "memory", "no-request"), ("limits", "memory", "no-limit"))


def judge(_: KubeObject, container: Container) -> Iterator[Fault]:
    """Faults of the requests and limits of a container."""
    where = f"{container.path} ({container.name})"
    resources = container.manifest.get("resources") or {}
    for part, name, rule in REQUIRED:
        if name not in (resources.get(part) or {}):
            yield Fault(rule, where, f"resources.{part}.{name} is missing", unless=_left_out(container, part))
    limits = resources.get("limits") or {}
    for part in ("requests", "limits"):
        for name, amount in (resources.get(part) or {}).items():
            if quantity(amount) is None:
                yield Fault("quantity", where, f"resources.{part}.{name} is no quantity")
    for name, amount in (resources.get("requests") or {}).items():
        requested, limit = quantity(amount), quantity(limits.get(name))
        if requested is not None and limit is not None and requested > limit:
            what = f"requests {amount} of {name}, and its limit is {limits[name]}"
            yield Fault("request-above-limit", where, what)


def _left_out(container: Container, part: str) -> Callable[[UserValues], bool]:
    """Whether the values themselves leave the container without a part of its resources."""
    resources = container.manifest.get("resources") or {}

    def left_out(values: UserValues) -> bool:
        written = values.sets("resources", resources) or values.sets(part, resources.get(part))
        return written or values.has_container(container) or (not resources and values.drops("resources"))

    return left_out


CHECK = Check(
    key="resources",
    title="Resources",
    why="A pod without requests is placed blindly and evicted first; without a memory limit it can take a node down.",
    source="Kubernetes documentation, Resource Management for Pods and Containers; Quantity in the API reference",
    scopes=(EachContainer(judge, wanted=runs_on),),
    rules={
        "no-request": Rule(
            "a container that runs on requests no CPU or no memory",
            "request CPU and memory, each by a value of the chart",
            "resources: {limits: {memory: 1Gi}}",
            severity="warning",
        ),
        "no-limit": Rule(
            "a container that runs on has no limit on memory",
            "limit the memory, by a value of the chart",
            "resources: {requests: {cpu: 100m, memory: 1Gi}}",
            severity="warning",
        ),
        "request-above-limit": Rule(
            "a container requests more than its limit allows, which the API server refuses",
            "raise the limit, or request less",
            "resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}",
        ),
        "quantity": Rule(
            "an amount is no quantity",
            "write a number with a unit that Kubernetes knows, such as 250m or 1Gi",
            "resources: {requests: {memory: 1GB}}",
        ),
    },
    about="containers that run on",
)
