"""Parts of containers that have to be there, and parts that exclude each other. Each names its function in Kubernetes.

Source: kubernetes/kubernetes, pkg/apis/core/validation/validation.go.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.api_server.fault import Fault, empty_parts, places, pods, repeated
from chartgate.releases.objects import EMPTY, KubeObject

REQUIRED: Mapping[str, tuple[str, ...]] = {
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


def judge(obj: KubeObject) -> Iterator[Fault]:
    """A fault for each part of the object's containers that is missing or one too many."""
    for path, spec in pods(obj):
        yield from _security(spec.get("securityContext") or EMPTY, f"{path}.securityContext")
        for role in ("initContainers", "containers"):
            for where, container in places(spec, f"{role}[]", path):
                waits = role == "initContainers" and container.get("restartPolicy") != "Always"
                yield from _required(container, where)
                yield from _environment(container, where)
                yield from _mounts(container, where)
                yield from _handlers(container, where, waits=waits)
                yield from _security(container.get("securityContext") or EMPTY, f"{where}.securityContext")


def _required(container: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """validateContainerCommon, validateContainerPorts and what the table names."""
    for field in ("name", "image"):
        if not container.get(field):
            yield Fault("required", f"{path}.{field}", "", "is empty, and a container must have it")
    for part, keys in REQUIRED.items():
        for where, node in places(container, part, path):
            yield from empty_parts(node, where, [key for key in keys if not node.get(key)])
    yield from repeated(container, "ports[].name", path)


def _environment(container: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """ValidateEnv, validateEnvVarValueFrom, ValidateEnvFrom."""
    for where, entry in places(container, "env[]", path):
        if entry.get("valueFrom") is not None:
            sources = [key for key, source in entry["valueFrom"].items() if source is not None]
            if entry.get("value"):
                yield Fault("exclusive", where, entry, "has value and valueFrom, and must have one of them")
            if len(sources) != 1:
                what = f"has {' and '.join(sources) or 'no source'} in valueFrom, and must have exactly one"
                yield Fault("exclusive", where, entry, what)
    for where, source in places(container, "envFrom[]", path):
        if (source.get("configMapRef") is None) == (source.get("secretRef") is None):
            yield Fault("exclusive", where, source, "must have exactly one of configMapRef and secretRef")


def _mounts(container: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """ValidateVolumeMounts, validateMountPropagation."""
    for where, folder in places(container, "volumeMounts[].mountPath", path):
        if not folder:
            yield Fault("required", where, folder, "is empty, and must be a path")
    yield from repeated(container, "volumeMounts[].mountPath", path)
    for where, mount in places(container, "volumeMounts[]", path):
        if mount.get("subPath") and mount.get("subPathExpr"):
            yield Fault("exclusive", where, mount, "has subPath and subPathExpr, and must have one of them")
        privileged = (container.get("securityContext") or EMPTY).get("privileged")
        if mount.get("mountPropagation") == "Bidirectional" and not privileged:
            what = "is Bidirectional, and only a privileged container may have it"
            yield Fault("exclusive", f"{where}.mountPropagation", mount["mountPropagation"], what)


def _handlers(container: Mapping[str, Any], path: str, *, waits: bool) -> Iterator[Fault]:
    """validateProbe, validateHandler, validateLifecycle, validateInitContainers.

    `waits`: the pod waits for the end of the container, so that it can have neither probes nor a lifecycle.
    """
    for handler in (*_PROBES, "lifecycle.preStop", "lifecycle.postStart"):
        for where, node in places(container, handler, path):
            actions = [action for action in _ACTIONS if node.get(action) is not None]
            if waits:
                what = "is set, and an init container may have it only with restartPolicy Always"
                yield Fault("exclusive", where, node, what)
            elif not actions:
                yield Fault("required", where, node, f"has none of {', '.join(_ACTIONS)}, and must have one")
            elif len(actions) > 1:
                yield Fault("exclusive", where, actions, f"has {' and '.join(actions)}, and must have one of them")
    for where, seconds in places(container, "readinessProbe.terminationGracePeriodSeconds", path):
        yield Fault("exclusive", where, seconds, "is set, and a readinessProbe may not have it")


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
