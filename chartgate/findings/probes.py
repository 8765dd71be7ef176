"""Every container that serves a port is watched by probes, at a port that it has."""

import re
from collections.abc import Callable, Iterator, Mapping

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachContainer
from chartgate.findings.user_values import UserValues
from chartgate.releases.objects import Container, KubeObject

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
HANDLERS = frozenset({"exec", "httpGet", "tcpSocket", "grpc"})
_OF_WATCHERS = re.compile(r"metric|prom|health", re.IGNORECASE)
RUNNING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"})


def runs_on(obj: KubeObject, container: Container) -> bool:
    """Whether a container is meant to run on: those of jobs, hooks and bare pods end by themselves."""
    return obj.kind in RUNNING and not obj.hooks and container.role != "init"


def judge(_: KubeObject, container: Container) -> Iterator[Fault]:
    """Faults of the probes of a container."""
    where = f"{container.path} ({container.name})"
    ports = [str(port.get("name", "")) for port in container.items("ports")]
    # Without a port there is nothing to ask, and a process that ends is started again without a probe. Readiness keeps
    # traffic away, and requests of Prometheus or of probes are none.
    served = {"livenessProbe": ports, "readinessProbe": [name for name in ports if not _OF_WATCHERS.search(name)]}
    for key, rule in (("livenessProbe", "no-liveness"), ("readinessProbe", "no-readiness")):
        if served[key] and not container.manifest.get(key):
            yield Fault(rule, where, f"has no {key}", unless=_left_out(container, key))
    for key in PROBES:
        probe = container.manifest.get(key)
        if probe is not None:
            yield from _probe(container, where, key, probe)


def _left_out(container: Container, key: str) -> Callable[[UserValues], bool]:
    """Whoever writes a container himself, or drops a probe, has decided about it."""
    return lambda values: values.has_container(container) or values.drops(key)


def _probe(container: Container, where: str, key: str, probe: Mapping[str, object]) -> Iterator[Fault]:
    handlers = sorted(HANDLERS & probe.keys())
    if len(handlers) != 1:
        yield Fault("handler", where, f"{key} has {' and '.join(handlers) or 'no action'}: give it one")
        return
    action = probe[handlers[0]]
    port = action.get("port") if isinstance(action, Mapping) else None
    if isinstance(port, str) and not port.isdigit() and port not in container.ports:
        what = f"{key} asks port {port}, and the container names {', '.join(container.ports) or 'no port'}"
        yield Fault("port", where, what)


CHECK = Check(
    key="probes",
    title="Probes",
    why="Without probes a container that hangs stays, and one that is not up yet gets traffic.",
    source="Kubernetes documentation, Configure Liveness, Readiness and Startup Probes",
    scopes=(EachContainer(judge, wanted=runs_on),),
    rules={
        "no-liveness": Rule(
            "a container with a port has no livenessProbe",
            "add a probe of what the container serves",
            "containers: [{name: web, ports: [{name: http, containerPort: 80}]}]",
            severity="warning",
        ),
        "no-readiness": Rule(
            "a container with a port other than those of its metrics and its health has no readinessProbe",
            "add a probe of what the container serves",
            "containers: [{name: web, ports: [{name: http, containerPort: 80}]}]",
            severity="warning",
        ),
        "port": Rule(
            "a probe names a port that the container does not have",
            "use the name of one of the container's ports",
            "livenessProbe: {tcpSocket: {port: htpp}}, and the port is named http",
        ),
        "handler": Rule(
            "a probe says nothing, or more than one thing, to do",
            "give the probe one of exec, httpGet, tcpSocket and grpc",
            "livenessProbe: {periodSeconds: 5}",
        ),
    },
    about="containers that run on",
)
