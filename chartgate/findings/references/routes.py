"""Traffic from outside and scrapes from Prometheus arrive at a port that a Service has."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.check import Fault
from chartgate.findings.references.selectors import has_port
from chartgate.findings.references.surroundings import Surroundings
from chartgate.releases.objects import KubeObject
from chartgate.releases.selectors import selects


def judge(obj: KubeObject, surroundings: Surroundings) -> Iterator[Fault]:
    """Faults of each Ingress, Gateway API route, ServiceMonitor and PodMonitor."""
    match obj.kind:
        case "Ingress":
            yield from _ingress(surroundings, obj)
        case "HTTPRoute" | "GRPCRoute" | "TLSRoute":
            yield from _route(surroundings, obj)
        case "ServiceMonitor" | "PodMonitor":
            yield from _monitor(surroundings, obj)


def _ingress(surroundings: Surroundings, obj: KubeObject) -> Iterator[Fault]:
    spec = obj.spec
    # `backend` and serviceName/servicePort are how extensions/v1beta1 and networking.k8s.io/v1beta1 say the same.
    backends = [("spec.defaultBackend", spec.get("defaultBackend") or spec.get("backend"))]
    for number, rule in enumerate(spec.get("rules") or ()):
        for index, path in enumerate((rule.get("http") or {}).get("paths") or ()):
            backends.append((f"spec.rules[{number}].http.paths[{index}].backend", path.get("backend")))
    for where, backend in backends:
        if backend and "service" in backend:
            port = backend["service"].get("port") or {}
            yield from _service_port(
                surroundings, obj, where, backend["service"]["name"], port.get("name", port.get("number"))
            )
        elif backend and "serviceName" in backend:
            yield from _service_port(surroundings, obj, where, backend["serviceName"], backend.get("servicePort"))
    for index, tls in enumerate(spec.get("tls") or ()):
        # cert-manager's annotation says who makes the Secret.
        certified = any(key.startswith("cert-manager.io/") for key in obj.annotations)
        if tls.get("secretName") and not certified:
            yield from surroundings.missing(obj, f"spec.tls[{index}].secretName", "Secret", tls["secretName"])


def _route(surroundings: Surroundings, obj: KubeObject) -> Iterator[Fault]:
    for number, rule in enumerate(obj.spec.get("rules") or ()):
        for index, backend in enumerate(rule.get("backendRefs") or ()):
            if backend.get("kind", "Service") == "Service" and not backend.get("group"):
                where = f"spec.rules[{number}].backendRefs[{index}]"
                namespace = backend.get("namespace")
                yield from _service_port(surroundings, obj, where, backend["name"], backend.get("port"), namespace)


def _service_port(
    surroundings: Surroundings,
    obj: KubeObject,
    where: str,
    name: str,
    port: int | str | None,
    namespace: str | None = None,
) -> Iterator[Fault]:
    service = surroundings.release.find("Service", name, namespace or obj.namespace)
    if service is None:
        yield from surroundings.missing(obj, where, "Service", name, namespace)
    elif not any(port in (entry.get("name"), entry["port"]) for entry in service.spec.get("ports") or ()):
        yield Fault("port", where, f"{service.about} has no port {port}", "use a port that the Service has")


def _monitor(surroundings: Surroundings, obj: KubeObject) -> Iterator[Fault]:
    selector = obj.spec.get("selector") or {}
    reachable = [
        target
        for target in (surroundings.release.of_kind("Service") if obj.kind == "ServiceMonitor" else surroundings.pods)
        if _sees(obj, target.namespace)
    ]
    kind = "Service" if obj.kind == "ServiceMonitor" else "pod"
    targets = [t for t in reachable if selects(selector, t.labels if kind == "Service" else t.pod_labels)]
    if not targets:
        if surroundings.others.make_pods:
            return
        what = f"finds no {kind} of the release, by labels and namespaceSelector together"
        remedy = f"select the labels of the {kind} and name its namespace in namespaceSelector"
        yield Fault("selector", "spec.selector", what, remedy)
        return
    for index, endpoint in enumerate(obj.spec.get("endpoints") or obj.spec.get("podMetricsEndpoints") or ()):
        if not any(_scraped(surroundings, target, endpoint) for target in targets):
            port = endpoint.get("port", endpoint.get("targetPort", endpoint.get("portNumber")))
            what = f"no selected {kind} leads to a container port {port}"
            yield Fault("port", f"spec.endpoints[{index}]", what, f"name a port that the {kind} has")


def _sees(monitor: KubeObject, namespace: str) -> bool:
    selector = monitor.spec.get("namespaceSelector") or {}
    return bool(selector.get("any")) or namespace in (selector.get("matchNames") or [monitor.namespace])


def _scraped(surroundings: Surroundings, target: KubeObject, endpoint: Mapping[str, Any]) -> bool:
    """Whether an endpoint's port leads to a port of a container: by a Service's port name, or directly."""
    if target.kind != "Service":
        return has_port(target, endpoint.get("port", endpoint.get("portNumber", endpoint.get("targetPort"))))
    pods = surroundings.selected_pods(target.spec.get("selector") or {}, target.namespace)
    if "port" not in endpoint:
        return any(has_port(pod, endpoint.get("targetPort")) for pod in pods)
    numbers = [
        port.get("targetPort", port["port"])
        for port in target.spec.get("ports") or ()
        if port.get("name") == endpoint["port"]
    ]
    # Endpoints are made of a number whether a container declares it or not.
    return any(isinstance(number, int) or any(has_port(pod, number) for pod in pods) for number in numbers)
