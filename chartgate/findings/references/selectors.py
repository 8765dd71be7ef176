"""Selectors find their own pods and no others, ports exist, whoever scales or guards a workload names a real one."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.check import Fault
from chartgate.findings.references.surroundings import Surroundings
from chartgate.releases.identity import full_kind, group_of
from chartgate.releases.objects import KubeObject
from chartgate.releases.selectors import selects

_PART_OF = "app.kubernetes.io/part-of"


def judge(obj: KubeObject, surroundings: Surroundings) -> Iterator[Fault]:
    """Faults of each selector and target in the release."""
    match obj.kind:
        case "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet":
            yield from _workload(surroundings, obj)
        case "Service":
            yield from _service(surroundings, obj)
        case "PodDisruptionBudget":
            if not _selects_everything(obj, "selector"):
                yield from _one_workload(surroundings, obj, obj.spec.get("selector") or {}, "spec.selector")
        case "NetworkPolicy":
            # It may be for the pods of a hook or a job alone.
            chosen = _matched(surroundings, obj.spec.get("podSelector") or {}, obj.namespace)
            if not (chosen or _selects_everything(obj, "podSelector") or surroundings.others.make_pods):
                yield _selects_nothing("spec.podSelector")
        case "HorizontalPodAutoscaler":
            yield from _scaled(surroundings, obj)


def _selects_everything(obj: KubeObject, key: str) -> bool:
    """Whether a selector is there and empty, which means all pods of the namespace; in policy/v1beta1 it means none."""
    return obj.spec.get(key) == {} and obj.api_version != "policy/v1beta1"


def _scaled(surroundings: Surroundings, obj: KubeObject) -> Iterator[Fault]:
    """The controller looks for the kind in the API group of `apiVersion`, and in the core group where there is none.

    Source: kubernetes/kubernetes, pkg/controller/podautoscaler/horizontal.go.
    """
    target = obj.spec.get("scaleTargetRef") or {}
    said, name = str(target.get("apiVersion") or ""), str(target.get("name", ""))
    kind = full_kind(said, str(target.get("kind", "")))
    yield from surroundings.missing(obj, "spec.scaleTargetRef", kind, name)
    workload = surroundings.release.find(kind, name, obj.namespace)
    if workload is not None and group_of(said, workload.kind) != workload.identity.group:
        what = f"is {said or 'missing'}, and {workload.about} is of {workload.api_version}"
        remedy = f"write apiVersion: {workload.api_version}"
        yield Fault("missing", "spec.scaleTargetRef.apiVersion", what, remedy)


def _workload(surroundings: Surroundings, obj: KubeObject) -> Iterator[Fault]:
    selector = obj.spec.get("selector") or {}
    if not selects(selector, obj.pod_labels):
        what = "does not match the labels of its own pods"
        yield Fault("selector", "spec.selector", what, "make both from one helper")
    for other in surroundings.release.workloads():
        if other is not obj and other.namespace == obj.namespace and selects(selector, other.pod_labels):
            remedy = "add a label that tells them apart, such as app.kubernetes.io/component"
            yield Fault("selector-overlap", "spec.selector", f"also matches the pods of {other.about}", remedy)
    if obj.kind == "StatefulSet" and obj.spec.get("serviceName"):
        yield from surroundings.missing(obj, "spec.serviceName", "Service", obj.spec["serviceName"])


def _service(surroundings: Surroundings, obj: KubeObject) -> Iterator[Fault]:
    selector = obj.spec.get("selector")
    if not selector or obj.spec.get("type") == "ExternalName":
        return
    yield from _one_workload(surroundings, obj, selector, "spec.selector")
    pods = surroundings.selected_pods(selector, obj.namespace)
    for index, port in enumerate(obj.spec.get("ports") or ()):
        target = port.get("targetPort", port.get("port"))
        if isinstance(target, int):
            continue  # the declaration of a container port informs people, and opens nothing
        for pod in pods:
            if not has_port(pod, target):
                what = f"{pod.about} has no container port {target}"
                yield Fault("port", f"spec.ports[{index}].targetPort", what, "use a port that a container declares")


def _one_workload(
    surroundings: Surroundings, obj: KubeObject, selector: Mapping[str, Any], where: str
) -> Iterator[Fault]:
    """A Service or a budget is for the pods of one workload; a job's or a test's pod must not come in by its labels."""
    if not surroundings.selected_pods(selector, obj.namespace):
        if not surroundings.others.make_pods:
            yield _selects_nothing(where)
        return
    matched = [str(pod.about) for pod in _matched(surroundings, selector, obj.namespace)]
    # By such a Service the members of a cluster find each other, and who selects by part-of asks for several workloads.
    headless = obj.spec.get("clusterIP") == "None"
    members = headless and (_PART_OF in selector or obj.spec.get("publishNotReadyAddresses") is True)
    if len(matched) > 1 and not members:
        remedy = "select by a label that only one of them has, such as app.kubernetes.io/component"
        yield Fault("selector-overlap", where, f"matches the pods of {' and '.join(sorted(matched))}", remedy)


def _matched(surroundings: Surroundings, selector: Mapping[str, Any], namespace: str) -> list[KubeObject]:
    """Whatever makes pods that `selector` matches, hooks and jobs included."""
    everyone = surroundings.release.workloads()
    return [pod for pod in everyone if pod.namespace == namespace and selects(selector, pod.pod_labels)]


def _selects_nothing(where: str) -> Fault:
    return Fault("selector", where, "matches no pod of the release", "use the labels that the pods carry")


def has_port(pod: KubeObject, target: int | str | None) -> bool:
    """Whether a container that runs on declares this port, by number or by name."""
    running = [container for container in pod.containers if container.role != "init"]
    if isinstance(target, int):
        return any(port["containerPort"] == target for container in running for port in container.items("ports"))
    return any(target in container.ports for container in running)
