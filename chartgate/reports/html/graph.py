"""How the objects of a release refer to each other: by name, and by labels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartgate.findings.references.surroundings import Surroundings
from chartgate.releases.identity import About
from chartgate.releases.objects import EMPTY, KubeObject
from chartgate.releases.release import Release
from chartgate.releases.selectors import selects


@dataclass(frozen=True, order=True)
class Reference:
    """`source` and `target` are known by kind and name; `how` says in which role the one names the other."""

    source: About
    target: About
    how: str


def references(release: Release) -> list[Reference]:
    """Every reference between objects, also to ones that the release does not make; each once, sorted.

    An object so misshapen that it cannot be read refers to nothing here: the checks report it.
    """
    surroundings = Surroundings(release)
    found: set[Reference] = set()
    for obj in release:
        try:
            found.update(Reference(obj.about.by_name, target, how) for target, how in _targets(surroundings, obj))
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return sorted(reference for reference in found if reference.source != reference.target)


Target = tuple[About, str]
"""What an object refers to, and the role."""


def _targets(surroundings: Surroundings, obj: KubeObject) -> Iterator[Target]:
    if obj.pod_template is not None:
        yield from _pod(obj)
    spec = obj.spec
    match obj.kind:
        case "StatefulSet" if spec.get("serviceName"):
            yield About("Service", str(spec["serviceName"])), "governing service"
        case "Service" if spec.get("selector") and spec.get("type") != "ExternalName":
            yield from _selected(surroundings, obj, spec["selector"], "selects")
        case "PodDisruptionBudget":
            yield from _selected(surroundings, obj, spec.get("selector") or {}, "guards")
        case "NetworkPolicy":
            yield from _selected(surroundings, obj, spec.get("podSelector") or {}, "isolates")
        case "PodMonitor":
            yield from _selected(surroundings, obj, spec.get("selector") or {}, "scrapes")
        case "ServiceMonitor":
            for service in surroundings.release.of_kind("Service"):
                if selects(spec.get("selector") or {}, service.labels):
                    yield service.about.by_name, "scrapes"
        case "HorizontalPodAutoscaler":
            target = spec.get("scaleTargetRef") or {}
            yield About(str(target["kind"]), str(target["name"])), "scales"
        case "Ingress":
            yield from _ingress(spec)
        case "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute":
            for parent in spec.get("parentRefs") or ():
                yield About(str(parent.get("kind", "Gateway")), str(parent["name"])), "attaches to"
            for rule in spec.get("rules") or ():
                for backend in rule.get("backendRefs") or ():
                    yield About(str(backend.get("kind", "Service")), str(backend["name"])), "routes to"
        case "RoleBinding" | "ClusterRoleBinding":
            role = obj.manifest.get("roleRef") or {}
            yield About(str(role["kind"]), str(role["name"])), "grants"
            for subject in obj.manifest.get("subjects") or ():
                yield About(str(subject["kind"]), str(subject["name"])), "to"


def _selected(surroundings: Surroundings, obj: KubeObject, selector: Mapping[str, Any], how: str) -> Iterator[Target]:
    for pod in surroundings.release.workloads():
        if pod.namespace == obj.namespace and selects(selector, pod.pod_labels):
            yield pod.about.by_name, how


def _ingress(spec: Mapping[str, Any]) -> Iterator[Target]:
    backends = [spec.get("defaultBackend") or spec.get("backend") or {}]
    for rule in spec.get("rules") or ():
        backends += [path.get("backend") or {} for path in (rule.get("http") or {}).get("paths") or ()]
    for backend in backends:
        name = (backend.get("service") or {}).get("name") or backend.get("serviceName")
        if name:
            yield About("Service", str(name)), "routes to"
    for tls in spec.get("tls") or ():
        if tls.get("secretName"):
            yield About("Secret", str(tls["secretName"])), "certificate"


def _pod(obj: KubeObject) -> Iterator[Target]:
    spec = obj.pod_spec or EMPTY
    if spec.get("serviceAccountName"):
        yield About("ServiceAccount", str(spec["serviceAccountName"])), "runs as"
    for secret in spec.get("imagePullSecrets") or ():
        yield About("Secret", str(secret["name"])), "pulls with"
    for volume in spec.get("volumes") or ():
        for source in (volume, *((volume.get("projected") or {}).get("sources") or ())):
            yield from _volume(source)
    for container in obj.containers:
        for entry in container.items("env"):
            source = entry.get("valueFrom") or {}
            for key, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                if source.get(key):
                    yield About(kind, str(source[key]["name"])), "environment"
        for entry in container.items("envFrom"):
            for key, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
                if entry.get(key):
                    yield About(kind, str(entry[key]["name"])), "environment"


def _volume(source: Mapping[str, Any]) -> Iterator[Target]:
    if source.get("configMap"):
        yield About("ConfigMap", str(source["configMap"]["name"])), "mounts"
    if source.get("secret"):
        yield About("Secret", str(source["secret"].get("secretName") or source["secret"]["name"])), "mounts"
    if source.get("persistentVolumeClaim"):
        yield About("PersistentVolumeClaim", str(source["persistentVolumeClaim"]["claimName"])), "mounts"
