"""NetworkPolicies let in what the release itself leads to its pods, and open no port that nobody listens on."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachRelease
from chartgate.findings.user_values import UserValues
from chartgate.releases.objects import EMPTY, KubeObject
from chartgate.releases.release import Release
from chartgate.releases.selectors import selects

Port = tuple[int, str]
"""Number and protocol."""


def _policies(release: Release) -> list[KubeObject]:
    """The policies that restrict what comes in."""
    return [p for p in release.of_kind("NetworkPolicy") if "Ingress" in (p.spec.get("policyTypes") or ["Ingress"])]


def judge(release: Release) -> Iterator[Fault]:
    """Faults of the policies; the kubelet's probes need no rule, since every network admits the node."""
    for obj, where, pod, port in _led_to(release):
        policies = [policy for policy in _policies(release) if _guards(policy, pod)]
        if policies and not any(_admits(policy, pod, port) for policy in policies):
            names = " and ".join(str(policy.about) for policy in policies)
            what = f"leads to port {port[0]}/{port[1]} of {pod.about}, which {names} lets nobody reach"
            yield Fault("blocked", where, what, object=obj)
    for policy in _policies(release):
        yield from _closed_ports(release, policy)


def _guards(policy: KubeObject, pod: KubeObject) -> bool:
    return policy.namespace == pod.namespace and selects(policy.spec.get("podSelector") or {}, pod.pod_labels)


def _led_to(release: Release) -> Iterator[tuple[KubeObject, str, KubeObject, Port]]:
    """(object, place in it, pod, port of the pod) for each way that the release itself leads to a pod."""
    pods = [pod for pod in release.workloads() if not pod.hooks]
    for service in release.of_kind("Service"):
        selector = service.spec.get("selector")
        targets = [
            pod for pod in pods if selector and pod.namespace == service.namespace and selects(selector, pod.pod_labels)
        ]
        for index, entry in enumerate(service.spec.get("ports") or ()):
            target = entry.get("targetPort", entry.get("port"))
            for pod in targets:
                for port in _ports(pod, target, str(entry.get("protocol", "TCP"))):
                    yield service, f"spec.ports[{index}]", pod, port
    for monitor in release.of_kind("PodMonitor"):
        for index, endpoint in enumerate(monitor.spec.get("podMetricsEndpoints") or ()):
            target = endpoint.get("port", endpoint.get("portNumber", endpoint.get("targetPort")))
            for pod in pods:
                if selects(monitor.spec.get("selector") or {}, pod.pod_labels):
                    for port in _ports(pod, target, "TCP"):
                        yield monitor, f"spec.podMetricsEndpoints[{index}]", pod, port


def _ports(pod: KubeObject, target: int | str | None, protocol: str) -> list[Port]:
    """What a port's name or number means in a pod; empty when the pod does not know the name."""
    if isinstance(target, int):
        return [(target, protocol)]
    return [port for name, port in _declared(pod) if name == target]


def _declared(pod: KubeObject) -> list[tuple[str, Port]]:
    running = [container for container in pod.containers if container.role != "init"]
    return [
        (str(entry.get("name", "")), (entry["containerPort"], str(entry.get("protocol", "TCP"))))
        for container in running
        for entry in container.items("ports")
    ]


def _admits(policy: KubeObject, pod: KubeObject, port: Port) -> bool:
    """Whether some rule lets someone reach the port: a rule without ports opens all of them."""
    for rule in policy.spec.get("ingress") or ():
        entries = (rule or EMPTY).get("ports")
        if not entries or any(_covers(entry, pod, port) for entry in entries):
            return True
    return False


def _covers(entry: Mapping[str, Any], pod: KubeObject, port: Port) -> bool:
    if str(entry.get("protocol", "TCP")) != port[1]:
        return False
    first = entry.get("port")
    if isinstance(first, int):
        return first <= port[0] <= int(entry.get("endPort", first))
    return first is None or port in _ports(pod, first, port[1])


def _closed_ports(release: Release, policy: KubeObject) -> Iterator[Fault]:
    pods = [pod for pod in release.workloads() if _guards(policy, pod)]
    for number, rule in enumerate(policy.spec.get("ingress") or ()):
        for index, entry in enumerate((rule or EMPTY).get("ports") or ()):
            listening = [port for pod in pods for port in _listening(pod)]
            heard = any(_covers(entry, pod, port) for pod in pods for port in listening)
            if pods and not heard:
                where = f"spec.ingress[{number}].ports[{index}]"
                port = f"{entry.get('port')}/{entry.get('protocol', 'TCP')}"
                what = f"opens port {port}, which no container of its pods has"
                yield Fault("closed-port", where, what, object=policy, unless=_held(rule))


def _held(rule: object) -> Callable[[UserValues], bool]:
    return lambda values: values.holds(rule)


def _listening(pod: KubeObject) -> Iterator[Port]:
    """The ports that containers declare, and those at which the kubelet is told to look."""
    yield from (port for _, port in _declared(pod))
    for container in pod.containers:
        for key in ("startupProbe", "livenessProbe", "readinessProbe"):
            for action in ("httpGet", "tcpSocket", "grpc"):
                port = ((container.manifest.get(key) or EMPTY).get(action) or EMPTY).get("port")
                if isinstance(port, int):
                    yield port, "TCP"


CHECK = Check(
    key="network-policies",
    title="Network policies",
    why="A policy denies whatever it does not name: a Service behind it then answers nobody, and nothing says why.",
    source="Kubernetes documentation, Network Policies",
    scopes=(EachRelease(judge, count=lambda release: len(_policies(release))),),
    rules={
        "blocked": Rule(
            "a Service or a monitor leads to a port of a pod that no policy lets anybody reach",
            "add the port to the policy's ingress, by the container port's name",
            "a Service for the port http, and a policy for its pods that opens the port metrics alone",
        ),
        "closed-port": Rule(
            "a policy opens a port that no container of its pods listens on",
            "open the containers' own ports, by name",
            "ingress: [{ports: [{port: 8080}]}], and the containers have the port 80",
            severity="warning",
        ),
    },
    about="NetworkPolicies",
)
