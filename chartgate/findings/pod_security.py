"""Every pod meets the Pod Security Standard "restricted", init containers and sidecars included."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chartgate.findings.finding import Finding, OldCheck, Verdict, by_object
from chartgate.releases.objects import EMPTY, Container, KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import version_key

KEY = "pod-security"

VOLUME_TYPES = frozenset(
    {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
)
SELINUX_TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t"})
# The sysctls that the standard calls safe, each with the Kubernetes version from which it does.
SAFE_SYSCTLS = {
    "kernel.shm_rmid_forced": "1.0",
    "net.ipv4.ip_local_port_range": "1.0",
    "net.ipv4.ip_unprivileged_port_start": "1.0",
    "net.ipv4.tcp_syncookies": "1.0",
    "net.ipv4.ping_group_range": "1.0",
    "net.ipv4.ip_local_reserved_ports": "1.27",
    "net.ipv4.tcp_keepalive_time": "1.29",
    "net.ipv4.tcp_fin_timeout": "1.29",
    "net.ipv4.tcp_keepalive_intvl": "1.29",
    "net.ipv4.tcp_keepalive_probes": "1.29",
    "net.ipv4.tcp_rmem": "1.32",
    "net.ipv4.tcp_wmem": "1.32",
}

Breach = tuple[str, str, str, str]
"""Rule, place, what is wrong, remedy."""


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge each distinct object that makes pods once a Kubernetes version."""
    return by_object(KEY, renders, _examine_object, wanted=lambda obj: obj.pod_template is not None)


def _examine_object(obj: KubeObject, kube_version: str) -> list[Finding]:
    spec = obj.pod_spec or EMPTY
    # Since 1.25 the standard lets Windows pods do without what only Linux has.
    linux = _map(spec, "os").get("name") != "windows" or version_key(kube_version) < (1, 25)
    breaches = list(_pod_breaches(spec, obj, kube_version))
    for container in obj.containers:
        breaches += _container_breaches(container, spec, linux)
        if version_key(kube_version) >= (1, 34):
            breaches += _host_breaches(container)
    return [Finding(KEY, rule, obj.ref, where, what, remedy) for rule, where, what, remedy in breaches]


def _pod_breaches(spec: Mapping[str, Any], obj: KubeObject, kube_version: str) -> Iterator[Breach]:
    path = obj.pod_path
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield "host-namespaces", f"{path}.{key}", "shares a namespace with the node", "remove it"
    for index, volume in enumerate(spec.get("volumes") or ()):
        for kind in sorted(volume.keys() - {"name"} - VOLUME_TYPES):
            remedy = f"use one of {', '.join(sorted(VOLUME_TYPES))}"
            yield "volume-types", f"{path}.volumes[{index}].{kind}", "volume type is not allowed", remedy
    context = _map(spec, "securityContext")
    for sysctl in context.get("sysctls") or ():
        since = SAFE_SYSCTLS.get(sysctl.get("name", ""))
        if since is None or version_key(kube_version) < version_key(since):
            yield (
                "sysctls",
                f"{path}.securityContext.sysctls",
                f"{sysctl.get('name')} is not a safe sysctl",
                "remove it",
            )
    yield from _shared_breaches(context, f"{path}.securityContext")
    annotations = _map(_map(obj.pod_template or EMPTY, "metadata"), "annotations")
    for key, value in annotations.items():
        allowed = value in {"runtime/default", ""} or str(value).startswith("localhost/")
        if key.startswith("container.apparmor.security.beta.kubernetes.io/") and not allowed:
            yield "apparmor", f"{path}: annotation {key}", f"profile {value}", "use runtime/default or localhost/…"


def _container_breaches(container: Container, spec: Mapping[str, Any], linux: bool) -> Iterator[Breach]:
    path = f"{container.path} ({container.name})"
    pod = _map(spec, "securityContext")
    context = _map(container.manifest, "securityContext")
    yield from _shared_breaches(context, f"{path}.securityContext")
    if context.get("privileged"):
        yield "privileged", f"{path}.securityContext.privileged", "is true", "set it to false"
    for port in container.items("ports"):
        if port.get("hostPort"):
            yield "host-ports", f"{path}.ports", f"takes port {port['hostPort']} of the node", "remove hostPort"
    if context.get("procMount", "Default") != "Default":
        yield "proc-mount", f"{path}.securityContext.procMount", f"is {context['procMount']}", "set it to Default"
    if _effective(context, pod, "runAsNonRoot") is not True:
        yield "run-as-non-root", f"{path}.securityContext.runAsNonRoot", "is not true", "set it here or for the pod"
    if not linux:
        return
    if context.get("allowPrivilegeEscalation") is not False:
        yield "escalation", f"{path}.securityContext.allowPrivilegeEscalation", "is not false", "set it to false"
    capabilities = _map(context, "capabilities")
    if "ALL" not in (capabilities.get("drop") or ()):
        yield "capabilities", f"{path}.securityContext.capabilities.drop", "does not hold ALL", "drop ALL"
    added = sorted(set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"})
    if added:
        yield "capabilities", f"{path}.securityContext.capabilities.add", f"adds {', '.join(added)}", "add none"
    profile = _map({"p": _effective(context, pod, "seccompProfile")}, "p").get("type")
    if profile not in {"RuntimeDefault", "Localhost"}:
        what = f"is {profile or 'not set'}"
        yield "seccomp", f"{path}.securityContext.seccompProfile.type", what, "set RuntimeDefault here or for the pod"


def _shared_breaches(context: Mapping[str, Any], path: str) -> Iterator[Breach]:
    """What pods and containers may both set."""
    if context.get("runAsUser") == 0:
        yield "run-as-user", f"{path}.runAsUser", "is 0, the root user", "set another user, or leave it to the image"
    if _map(context, "windowsOptions").get("hostProcess"):
        yield "host-process", f"{path}.windowsOptions.hostProcess", "is true", "set it to false"
    selinux = _map(context, "seLinuxOptions")
    if selinux.get("type", "") not in SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield "selinux", f"{path}.seLinuxOptions", "sets a type, user or role that is not allowed", "remove it"
    if _map(context, "appArmorProfile").get("type", "RuntimeDefault") not in {"RuntimeDefault", "Localhost"}:
        yield "apparmor", f"{path}.appArmorProfile.type", "is not allowed", "set RuntimeDefault or Localhost"


def _host_breaches(container: Container) -> Iterator[Breach]:
    """Probes and hooks that name another host (forbidden from Kubernetes 1.34 on)."""
    manifest, path = container.manifest, f"{container.path} ({container.name})"
    handlers = {key: _map(manifest, key) for key in ("livenessProbe", "readinessProbe", "startupProbe")}
    handlers |= {f"lifecycle.{key}": _map(_map(manifest, "lifecycle"), key) for key in ("postStart", "preStop")}
    for key, handler in handlers.items():
        for action in ("httpGet", "tcpSocket"):
            if _map(handler, action).get("host"):
                yield "probe-host", f"{path}.{key}.{action}.host", "names a host other than the pod", "remove it"


def _effective(context: Mapping[str, Any], pod: Mapping[str, Any], key: str) -> Any:
    """A container's own setting wins over the pod's."""
    return context[key] if context.get(key) is not None else pod.get(key)


def _map(parent: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, Mapping) else {}


RULES = {
    "host-namespaces": "a pod shares the node's network, processes or IPC",
    "volume-types": "a volume is of a type that reaches beyond the pod",
    "sysctls": "a sysctl is set that the standard does not call safe",
    "apparmor": "an AppArmor profile other than the runtime's or a local one is set",
    "privileged": "a container is privileged",
    "host-ports": "a container takes a port of the node",
    "proc-mount": "a container sees more of /proc than the default",
    "run-as-non-root": "runAsNonRoot is not true",
    "run-as-user": "runAsUser is 0",
    "escalation": "allowPrivilegeEscalation is not false",
    "capabilities": "a container does not drop ALL capabilities, or adds one other than NET_BIND_SERVICE",
    "seccomp": "the seccomp profile is neither RuntimeDefault nor Localhost",
    "host-process": "a Windows container runs on the host",
    "selinux": "SELinux options set a type, user or role that is not allowed",
    "probe-host": "a probe or hook names another host",
}

CHECK = OldCheck(
    key=KEY,
    title="Pod Security Standard restricted",
    why="A namespace that enforces the standard refuses the pod; elsewhere a compromised container gets further.",
    remedy="set the security context that the finding names",
    source="Kubernetes documentation, Pod Security Standards, profile Restricted",
    examine=examine,
    rules=RULES,
    about="pods",
)
