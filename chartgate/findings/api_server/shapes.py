"""Parts that have to be there, and parts that exclude each other. Each names its function in Kubernetes."""

import base64
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.api_server.fault import Fault, containers, places, pods
from chartgate.releases.objects import EMPTY, KubeObject

_FOREVER = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"})
_UNTIL_DONE = frozenset({"Job", "CronJob"})
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_KEYS_OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
    """A fault for each part that is missing, is one too many, or has the name of another."""
    for path, spec in pods(obj):
        yield from _pod(obj, path, spec)
    for path, container in containers(obj):
        yield from _container(path, container)
    rules = _RULES.get(obj.kind)
    if rules is not None:
        yield from rules(obj)


def _pod(obj: KubeObject, path: str, spec: Mapping[str, Any]) -> Iterator[Fault]:
    """validateContainers, ValidatePodTemplateSpecForReplicaSet, validateJobSpec, validateVolumes."""
    if not spec.get("containers"):
        yield Fault("required", f"{path}.containers", [], "has no container, and a pod must have one")
    policy = spec.get("restartPolicy") or "Always"
    if obj.kind in _FOREVER and policy != "Always":
        yield Fault("enum", f"{path}.restartPolicy", policy, f'is "{policy}", and must be Always in a {obj.kind}')
    if obj.kind in _UNTIL_DONE and policy not in {"OnFailure", "Never"}:
        what = f'is "{policy}", and must be OnFailure or Never in a {obj.kind}'
        yield Fault("enum", f"{path}.restartPolicy", policy, what)
    yield from _repeated(spec, "volumes[].name", path)
    every = [container.get("name") for _, container in containers(obj)]
    for name, count in Counter(name for name in every if isinstance(name, str)).items():
        if count > 1:
            yield Fault("repeated", f"{path}.containers", name, f'two containers have the name "{name}"')
    for where, claim in places(spec, "volumes[].ephemeral.volumeClaimTemplate", path):
        yield from _claim_spec(f"{where}.spec", claim.get("spec") or EMPTY)
    for where, volume in places(spec, "volumes[]", path):
        sources = sorted(volume.keys() - {"name"}) if isinstance(volume, Mapping) else []
        sources = [source for source in sources if volume[source] is not None]
        if len(sources) > 1:
            yield Fault("exclusive", where, sources, f"has {' and '.join(sources)}, and must have one of them")


def _container(path: str, container: Mapping[str, Any]) -> Iterator[Fault]:
    """ValidateEnv, validateEnvVarValueFrom, ValidateVolumeMounts, validateProbe, validateContainerCommon."""
    for field in ("name", "image"):
        if not container.get(field):
            yield Fault("required", f"{path}.{field}", "", "is empty, and a container must have it")
    for where, entry in places(container, "env[]", path):
        if entry.get("valueFrom") is not None:
            sources = [key for key, source in entry["valueFrom"].items() if source is not None]
            if entry.get("value"):
                yield Fault("exclusive", where, entry, "has value and valueFrom, and must have one of them")
            if len(sources) != 1:
                what = f"has {' and '.join(sources) or 'no source'} in valueFrom, and must have exactly one"
                yield Fault("exclusive", where, entry, what)
    yield from _repeated(container, "volumeMounts[].mountPath", path)
    yield from _repeated(container, "ports[].name", path)
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        handlers = [key for key in _HANDLERS if (container.get(probe) or EMPTY).get(key) is not None]
        if len(handlers) > 1:
            what = f"has {' and '.join(handlers)}, and must have one of them"
            yield Fault("exclusive", f"{path}.{probe}", handlers, what)


def _service(obj: KubeObject) -> Iterator[Fault]:
    """ValidateService."""
    spec = obj.spec
    ports = [port for _, port in places(spec, "ports[]")]
    headless = spec.get("clusterIP") == "None"
    if spec.get("type") == "ExternalName":
        if not spec.get("externalName"):
            yield Fault(
                "required", "spec.externalName", "", "is empty, and a Service of type ExternalName must have it"
            )
    elif not ports and not headless:
        yield Fault("required", "spec.ports", [], "has no port, and a Service that is not headless must have one")
    if len(ports) > 1 and not all(port.get("name") for port in ports):
        yield Fault("required", "spec.ports", ports, "has several ports, and each of them must then have a name")
    yield from _repeated(spec, "ports[].name", "spec")
    pairs = Counter((port.get("port"), port.get("protocol", "TCP")) for port in ports)
    for (port, protocol), count in pairs.items():
        if count > 1:
            yield Fault("repeated", "spec.ports", port, f"two ports are {port}/{protocol}")
    if (
        spec.get("externalTrafficPolicy")
        and spec.get("type", "ClusterIP") == "ClusterIP"
        and not spec.get("externalIPs")
    ):
        what = "is set, and only a Service of type NodePort or LoadBalancer may have it"
        yield Fault("exclusive", "spec.externalTrafficPolicy", spec["externalTrafficPolicy"], what)
    if headless and spec.get("type", "ClusterIP") in {"NodePort", "LoadBalancer"}:
        yield Fault(
            "exclusive", "spec.clusterIP", "None", f"is None, and a Service of type {spec['type']} has an address"
        )


def _ingress(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/networking/validation: ValidateIngressSpec, validateHTTPIngressPath, validateIngressBackend."""
    if obj.api_version != "networking.k8s.io/v1":
        return
    spec = obj.spec
    if not spec.get("rules") and not spec.get("defaultBackend"):
        yield Fault("required", "spec", spec, "has neither rules nor defaultBackend, and must have one of them")
    backends = [*places(spec, "defaultBackend", "spec")]
    for where, path in places(spec, "rules[].http.paths[]", "spec"):
        if not path.get("pathType"):
            yield Fault("required", f"{where}.pathType", "", "is missing, and every path must have it")
        backends += places(path, "backend", where)
    for where, backend in backends:
        service = backend.get("service")
        if (service is None) == (backend.get("resource") is None):
            yield Fault("exclusive", where, backend, "must have exactly one of service and resource")
        elif service is not None:
            port = service.get("port") or EMPTY
            if bool(port.get("name")) == bool(port.get("number")):
                what = "must have exactly one of name and number"
                yield Fault("exclusive", f"{where}.service.port", port, what)


def _disruption_budget(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/policy/validation: ValidatePodDisruptionBudgetSpec."""
    if obj.spec.get("minAvailable") is not None and obj.spec.get("maxUnavailable") is not None:
        yield Fault("exclusive", "spec", obj.spec, "has minAvailable and maxUnavailable, and must have one of them")


def _claim(obj: KubeObject) -> Iterator[Fault]:
    """ValidatePersistentVolumeClaimSpec."""
    yield from _claim_spec("spec", obj.spec)


def _stateful_set(obj: KubeObject) -> Iterator[Fault]:
    """ValidatePersistentVolumeClaimTemplateSpec."""
    for where, claim in places(obj.manifest, "spec.volumeClaimTemplates[]"):
        if not (claim.get("metadata") or EMPTY).get("name"):
            yield Fault("required", f"{where}.metadata.name", "", "is empty, and a claim must have it")
        yield from _claim_spec(f"{where}.spec", claim.get("spec") or EMPTY)
    yield from _selector(obj)


def _claim_spec(where: str, spec: Mapping[str, Any]) -> Iterator[Fault]:
    if not spec.get("accessModes"):
        yield Fault("required", f"{where}.accessModes", [], "is empty, and a claim must have one")
    if not ((spec.get("resources") or EMPTY).get("requests") or EMPTY).get("storage"):
        yield Fault("required", f"{where}.resources.requests.storage", "", "is missing, and a claim must have it")


def _secret(obj: KubeObject) -> Iterator[Fault]:
    """ValidateSecret."""
    keys = {key for part in ("data", "stringData") for key in obj.manifest.get(part) or ()}
    kind = obj.manifest.get("type")
    for key in _KEYS_OF_TYPE.get(str(kind), ()):
        if key not in keys:
            yield Fault("required", f"data.{key}", "", f"is missing, and a Secret of type {kind} must have it")
    yield from _registries(obj)
    if kind == "kubernetes.io/basic-auth" and not keys & {"username", "password"}:
        yield Fault("required", "data", "", "has neither username nor password, and must have one of them")


def _registries(obj: KubeObject) -> Iterator[Fault]:
    """ValidateSecret: what a registry Secret holds is JSON."""
    kind = str(obj.manifest.get("type"))
    for key in _KEYS_OF_TYPE.get(kind, ()) if kind.startswith("kubernetes.io/docker") else ():
        plain = (obj.manifest.get("stringData") or EMPTY).get(key)
        encoded = (obj.manifest.get("data") or EMPTY).get(key)
        if plain is None and encoded is None:
            continue
        try:
            json.loads(base64.b64decode(str(encoded)) if plain is None else str(plain))
        except ValueError:
            yield Fault("format", f"data[{key}]", None, f"is not JSON, and a Secret of type {kind} must have it")


def _config_map(obj: KubeObject) -> Iterator[Fault]:
    """ValidateConfigMap."""
    for key in sorted((obj.manifest.get("data") or {}).keys() & (obj.manifest.get("binaryData") or {}).keys()):
        yield Fault("exclusive", f"data.{key}", key, "is in binaryData as well, and must be in one of them")


def _definition(obj: KubeObject) -> Iterator[Fault]:
    """apiextensions-apiserver/pkg/apis/apiextensions/validation: ValidateCustomResourceDefinition."""
    spec = obj.spec
    expected = f"{(spec.get('names') or EMPTY).get('plural')}.{spec.get('group')}"
    if obj.name != expected:
        yield Fault("format", "metadata.name", obj.name, f'is "{obj.name}", and must be {expected}')
    versions = [version for _, version in places(spec, "versions[]")]
    stored = [version for version in versions if version.get("storage")]
    if versions and len(stored) != 1:
        what = f"{len(stored)} versions have storage: true, and exactly one must have it"
        yield Fault("exclusive", "spec.versions", versions, what)
    yield from _repeated(spec, "versions[].name", "spec")


def _selector(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/apps/validation: the selector must not be empty."""
    selector = obj.spec.get("selector") or EMPTY
    if not (selector.get("matchLabels") or selector.get("matchExpressions")):
        yield Fault("required", "spec.selector", selector, "is empty, and must select the pods of the template")


_RULES = {
    "Service": _service,
    "Ingress": _ingress,
    "PodDisruptionBudget": _disruption_budget,
    "PersistentVolumeClaim": _claim,
    "StatefulSet": _stateful_set,
    "Deployment": _selector,
    "DaemonSet": _selector,
    "Secret": _secret,
    "ConfigMap": _config_map,
    "CustomResourceDefinition": _definition,
}


def _repeated(node: Mapping[str, Any], path: str, start: str) -> Iterator[Fault]:
    seen: set[Any] = set()
    for where, value in places(node, path, start):
        if isinstance(value, str) and value:
            if value in seen:
                yield Fault("repeated", where, value, f'"{value}" appears twice')
            seen.add(value)
