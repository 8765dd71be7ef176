"""Parts of pods that have to be there, and parts that exclude each other. Each names its function in Kubernetes.

Source: kubernetes/kubernetes, pkg/apis/core/validation/validation.go.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chartgate.findings.api_server.fault import Fault, places, pods
from chartgate.releases.objects import EMPTY, KubeObject

# A part, and what it must have: not empty where the schema asks for it, else there at all.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "volumes[].secret": ("secretName",),
    "volumes[].configMap": ("name",),
    "volumes[].projected.sources[].secret": ("name",),
    "volumes[].projected.sources[].configMap": ("name",),
    "volumes[].downwardAPI.items[]": ("path",),
    "volumes[].ephemeral": ("volumeClaimTemplate",),
    "volumes[].downwardAPI.items[].resourceFieldRef": ("containerName",),
    "volumes[].projected.sources[].downwardAPI.items[].resourceFieldRef": ("containerName",),
    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution": ("nodeSelectorTerms",),
    "dnsConfig.options[]": ("name",),
    "securityContext.sysctls[]": ("name",),
}
FILLED: Mapping[str, tuple[str, ...]] = {
    "volumes[].hostPath": ("path",),
    "volumes[].persistentVolumeClaim": ("claimName",),
    "volumes[].nfs": ("server", "path"),
    "volumes[].configMap.items[]": ("key", "path"),
    "volumes[].secret.items[]": ("key", "path"),
    "volumes[].projected.sources[].configMap.items[]": ("key", "path"),
    "volumes[].projected.sources[].secret.items[]": ("key", "path"),
    "volumes[].projected.sources[].serviceAccountToken": ("path",),
    "volumes[].projected.sources[].downwardAPI.items[]": ("path",),
    "volumes[].downwardAPI.items[].resourceFieldRef": ("resource",),
    "volumes[].projected.sources[].downwardAPI.items[].resourceFieldRef": ("resource",),
}
IN_CONTAINERS: Mapping[str, tuple[str, ...]] = {
    "env[].valueFrom.secretKeyRef": ("name",),
    "env[].valueFrom.configMapKeyRef": ("name",),
    "envFrom[].secretRef": ("name",),
    "envFrom[].configMapRef": ("name",),
    "livenessProbe.exec": ("command",),
    "readinessProbe.exec": ("command",),
    "startupProbe.exec": ("command",),
    "lifecycle.preStop.exec": ("command",),
    "lifecycle.postStart.exec": ("command",),
}
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_ACTIONS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_SOURCES = ("configMap", "secret", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")


def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
    """A fault for each part of the object's pod that is missing or one too many."""
    for path, spec in pods(obj):
        yield from _required(spec, path)
        yield from _network(spec, path)
        yield from _security(spec.get("securityContext") or EMPTY, f"{path}.securityContext")
        yield from _volumes(spec, path)
        yield from _repeated_paths(spec, path)
        yield from _spread(spec, path)
        for role in ("initContainers", "containers"):
            for where, container in places(spec, f"{role}[]", path):
                waits = role == "initContainers" and container.get("restartPolicy") != "Always"
                yield from _container(container, where, waits=waits)


def _required(spec: Mapping[str, Any], path: str) -> Iterator[Fault]:
    for part, keys in REQUIRED.items():
        for where, node in places(spec, part, path):
            yield from _missing(node, where, [key for key in keys if not node.get(key)])
    for part, keys in FILLED.items():
        for where, node in places(spec, part, path):
            yield from _missing(node, where, [key for key in keys if node.get(key) == ""])


def _missing(node: Mapping[str, Any], where: str, keys: Sequence[str]) -> Iterator[Fault]:
    for key in keys:
        yield Fault("required", f"{where}.{key}", node.get(key), "is empty, and must be set")


def _network(spec: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """validatePodDNSConfig, validateHostNetwork, validatePodSpecSecurityContext."""
    servers = (spec.get("dnsConfig") or EMPTY).get("nameservers") or []
    if spec.get("dnsPolicy") == "None" and not servers:
        what = "is empty, and dnsPolicy None needs a name server"
        yield Fault("required", f"{path}.dnsConfig.nameservers", servers, what)
    if len(servers) > 3:
        what = f"has {len(servers)} name servers, and at most 3 are allowed"
        yield Fault("range", f"{path}.dnsConfig.nameservers", servers, what)
    if spec.get("hostPID") and spec.get("shareProcessNamespace"):
        yield Fault("exclusive", f"{path}.shareProcessNamespace", True, "is true, and so is hostPID")
    names = [name for _, name in places(spec, "securityContext.sysctls[].name")]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault("repeated", f"{path}.securityContext.sysctls", name, f'"{name}" appears twice')
    for where, port in places(spec, "containers[].ports[]", path) if spec.get("hostNetwork") else ():
        if port.get("hostPort") not in (None, 0, port.get("containerPort")):
            what = f"is {port['hostPort']}, and must be containerPort where hostNetwork is true"
            yield Fault("exclusive", f"{where}.hostPort", port["hostPort"], what)


def _security(context: Mapping[str, Any], where: str) -> Iterator[Fault]:
    """validateSeccompProfileField, ValidateSecurityContext."""
    profile = context.get("seccompProfile") or EMPTY
    if profile.get("type") == "Localhost" and profile.get("localhostProfile") is None:
        what = "is empty, and type Localhost needs it"
        yield Fault("required", f"{where}.seccompProfile.localhostProfile", "", what)
    if profile.get("type") not in (None, "Localhost") and profile.get("localhostProfile") is not None:
        what = f"is set, and only type Localhost takes it, not {profile['type']}"
        yield Fault("exclusive", f"{where}.seccompProfile.localhostProfile", profile["localhostProfile"], what)
    if context.get("allowPrivilegeEscalation") is False:
        added = (context.get("capabilities") or EMPTY).get("add") or []
        cause = "privileged is true" if context.get("privileged") else ""
        cause = cause or ("the capability CAP_SYS_ADMIN is added" if "CAP_SYS_ADMIN" in added else "")
        if cause:
            yield Fault("exclusive", f"{where}.allowPrivilegeEscalation", False, f"is false, and {cause}")


def _volumes(spec: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """validateProjectionSources, validateDownwardAPIVolumeFile."""
    for where, source in places(spec, "volumes[].projected.sources[]", path):
        found = [key for key in _SOURCES if source.get(key) is not None]
        if len(found) > 1:
            yield Fault("exclusive", where, found, f"has {' and '.join(found)}, and must have one of them")
    for items in ("volumes[].downwardAPI.items[]", "volumes[].projected.sources[].downwardAPI.items[]"):
        for where, item in places(spec, items, path):
            if (item.get("fieldRef") is None) == (item.get("resourceFieldRef") is None):
                yield Fault("exclusive", where, item, "must have exactly one of fieldRef and resourceFieldRef")


def _repeated_paths(spec: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """validateProjectionSources: two sources of a projected volume must not have one path."""
    for where, volume in places(spec, "volumes[].projected", path):
        seen = set()
        for items in ("configMap.items[]", "secret.items[]", "downwardAPI.items[]"):
            for place, file in places(volume, f"sources[].{items}.path", where):
                if file in seen:
                    yield Fault("repeated", place, file, f'"{file}" appears twice')
                seen.add(file)


def _spread(spec: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """validateTopologySpreadConstraints."""
    seen = set()
    for where, constraint in places(spec, "topologySpreadConstraints[]", path):
        pair = (constraint.get("topologyKey"), constraint.get("whenUnsatisfiable"))
        if pair in seen:
            yield Fault("repeated", where, constraint, f"{pair[0]} and {pair[1]} appear twice")
        seen.add(pair)
        if constraint.get("minDomains") is not None and pair[1] != "DoNotSchedule":
            yield Fault("exclusive", f"{where}.minDomains", constraint["minDomains"], "needs DoNotSchedule")


def _container(container: Mapping[str, Any], where: str, *, waits: bool) -> Iterator[Fault]:
    """validateProbe, validateHandler, validateLifecycle, ValidateEnvFrom, ValidateVolumeMounts, validateInitContainers.

    `waits`: the pod waits for the end of the container, so that it can have neither probes nor a lifecycle.
    """
    for part, keys in IN_CONTAINERS.items():
        for place, node in places(container, part, where):
            yield from _missing(node, place, [key for key in keys if not node.get(key)])
    handlers = [*_PROBES, "lifecycle.preStop", "lifecycle.postStart"]
    for handler in handlers:
        for place, node in places(container, handler, where):
            if waits:
                what = "is set, and an init container may have it only with restartPolicy Always"
                yield Fault("exclusive", place, node, what)
            elif not any(node.get(action) is not None for action in _ACTIONS):
                yield Fault("required", place, node, f"has none of {', '.join(_ACTIONS)}, and must have one")
    for place, seconds in places(container, "readinessProbe.terminationGracePeriodSeconds", where):
        yield Fault("exclusive", place, seconds, "is set, and a readinessProbe may not have it")
    for place, source in places(container, "envFrom[]", where):
        if (source.get("configMapRef") is None) == (source.get("secretRef") is None):
            yield Fault("exclusive", place, source, "must have exactly one of configMapRef and secretRef")
    for place, mount in places(container, "volumeMounts[]", where):
        if mount.get("subPath") and mount.get("subPathExpr"):
            yield Fault("exclusive", place, mount, "has subPath and subPathExpr, and must have one of them")
        if mount.get("mountPropagation") == "Bidirectional" and not (
            (container.get("securityContext") or EMPTY).get("privileged")
        ):
            what = "is Bidirectional, and only a privileged container may have it"
            yield Fault("exclusive", f"{place}.mountPropagation", mount["mountPropagation"], what)
    yield from _security(container.get("securityContext") or EMPTY, f"{where}.securityContext")
