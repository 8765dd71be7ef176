"""Every container that runs on is watched by probes, at a port that it has."""

from collections.abc import Iterator, Mapping, Sequence

from chartgate.findings.finding import Finding, OldCheck, Verdict, by_release
from chartgate.findings.user_values import UserValues, user_values
from chartgate.releases.objects import Container, KubeObject
from chartgate.releases.rendered import Rendered

KEY = "probes"
RULES = {
    "no-liveness": "a container that runs on has no livenessProbe",
    "no-readiness": "a container that runs on has no readinessProbe",
    "port": "a probe names a port that the container does not have",
    "handler": "a probe says nothing, or more than one thing, to do",
}
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
HANDLERS = frozenset({"exec", "httpGet", "tcpSocket", "grpc"})
RUNNING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"})


def running_containers(rendered: Rendered) -> list[tuple[KubeObject, Container]]:
    """The containers that are meant to run on: those of jobs, hooks and bare pods end by themselves."""
    workloads = [obj for obj in rendered.release if obj.kind in RUNNING and not obj.hooks]
    return [(obj, container) for obj in workloads for container in obj.containers if container.role != "init"]


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge the running containers of each distinct release."""
    return by_release(
        KEY, renders, _examine, count=lambda r: len(running_containers(r)), depends=lambda r: r.case.values
    )


def _examine(rendered: Rendered) -> Iterator[Finding]:
    values = user_values(rendered.case)
    for obj, container in running_containers(rendered):
        yield from _missing(obj, container, values)
        for key in PROBES:
            probe = container.manifest.get(key)
            if probe is not None:
                yield from _probe(obj, container, key, probe)


def _missing(obj: KubeObject, container: Container, values: UserValues) -> Iterator[Finding]:
    """Whoever writes a container himself, or drops a probe, has decided about it."""
    if values.has_container(container):
        return
    for key, rule in (("livenessProbe", "no-liveness"), ("readinessProbe", "no-readiness")):
        if not container.manifest.get(key) and not values.drops(key):
            yield _finding(rule, obj, container, f"has no {key}")


def _probe(obj: KubeObject, container: Container, key: str, probe: Mapping[str, object]) -> Iterator[Finding]:
    handlers = sorted(HANDLERS & probe.keys())
    if len(handlers) != 1:
        yield _finding("handler", obj, container, f"{key} has {' and '.join(handlers) or 'no action'}: give it one")
        return
    action = probe[handlers[0]]
    port = action.get("port") if isinstance(action, Mapping) else None
    if isinstance(port, str) and not port.isdigit() and port not in container.ports:
        what = f"{key} asks port {port}, and the container names {', '.join(container.ports) or 'no port'}"
        yield _finding("port", obj, container, what)


def _finding(rule: str, obj: KubeObject, container: Container, what: str) -> Finding:
    return Finding(KEY, rule, obj.ref, f"{container.path} ({container.name})", what, CHECK.remedy)


CHECK = OldCheck(
    key=KEY,
    title="Probes",
    why="Without probes a container that hangs stays, and one that is not up yet gets traffic.",
    remedy="add a probe of what the container serves; an exec probe where it serves nothing",
    source="Kubernetes documentation, Configure Liveness, Readiness and Startup Probes",
    examine=examine,
    rules=RULES,
    about="containers that run on",
)
