"""Every pod meets the Pod Security Standard "restricted", init containers and sidecars included."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachObject
from chartgate.releases.objects import EMPTY, Container, KubeObject
from chartgate.tools.catalogue import version_key

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


def judge(obj: KubeObject, kube_version: str) -> Iterator[Fault]:
    """What in the pods of an object breaks the standard of a Kubernetes version."""
    spec = obj.pod_spec or EMPTY
    # Since 1.25 the standard lets Windows pods do without what only Linux has.
    linux = _map(spec, "os").get("name") != "windows" or version_key(kube_version) < (1, 25)
    yield from _pod_breaches(spec, obj, kube_version)
    for container in obj.containers:
        yield from _container_breaches(container, spec, linux)
        if version_key(kube_version) >= (1, 34):
            yield from _host_breaches(container)


def _pod_breaches(spec: Mapping[str, Any], obj: KubeObject, kube_version: str) -> Iterator[Fault]:
    path = obj.pod_path
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield Fault("host-namespaces", f"{path}.{key}", "shares a namespace with the node")
    for index, volume in enumerate(spec.get("volumes") or ()):
        for kind in sorted(volume.keys() - {"name"} - VOLUME_TYPES):
            yield Fault("volume-types", f"{path}.volumes[{index}].{kind}", "volume type is not allowed")
    context = _map(spec, "securityContext")
    for sysctl in context.get("sysctls") or ():
        since = SAFE_SYSCTLS.get(sysctl.get("name", ""))
        if since is None or version_key(kube_version) < version_key(since):
            yield Fault("sysctls", f"{path}.securityContext.sysctls", f"{sysctl.get('name')} is not a safe sysctl")
    yield from _shared_breaches(context, f"{path}.securityContext")
    annotations = _map(_map(obj.pod_template or EMPTY, "metadata"), "annotations")
    for key, value in annotations.items():
        allowed = value in {"runtime/default", ""} or str(value).startswith("localhost/")
        if key.startswith("container.apparmor.security.beta.kubernetes.io/") and not allowed:
            yield Fault("apparmor", f"{path}: annotation {key}", f"profile {value}")


def _container_breaches(container: Container, spec: Mapping[str, Any], linux: bool) -> Iterator[Fault]:
    path = f"{container.path} ({container.name})"
    pod = _map(spec, "securityContext")
    context = _map(container.manifest, "securityContext")
    yield from _shared_breaches(context, f"{path}.securityContext")
    if context.get("privileged"):
        yield Fault("privileged", f"{path}.securityContext.privileged", "is true")
    for port in container.items("ports"):
        if port.get("hostPort"):
            yield Fault("host-ports", f"{path}.ports", f"takes port {port['hostPort']} of the node")
    if context.get("procMount", "Default") != "Default":
        yield Fault("proc-mount", f"{path}.securityContext.procMount", f"is {context['procMount']}")
    if _effective(context, pod, "runAsNonRoot") is not True:
        yield Fault("run-as-non-root", f"{path}.securityContext.runAsNonRoot", "is not true")
    if not linux:
        return
    if context.get("allowPrivilegeEscalation") is not False:
        yield Fault("escalation", f"{path}.securityContext.allowPrivilegeEscalation", "is not false")
    capabilities = _map(context, "capabilities")
    if "ALL" not in (capabilities.get("drop") or ()):
        yield Fault("capabilities", f"{path}.securityContext.capabilities.drop", "does not hold ALL")
    added = sorted(set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"})
    if added:
        yield Fault("capabilities", f"{path}.securityContext.capabilities.add", f"adds {', '.join(added)}")
    profile = _map({"p": _effective(context, pod, "seccompProfile")}, "p").get("type")
    if profile not in {"RuntimeDefault", "Localhost"}:
        what = f"is {profile or 'not set'}"
        yield Fault("seccomp", f"{path}.securityContext.seccompProfile.type", what)


def _shared_breaches(context: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """What pods and containers may both set."""
    if context.get("runAsUser") == 0:
        yield Fault("run-as-user", f"{path}.runAsUser", "is 0, the root user")
    if _map(context, "windowsOptions").get("hostProcess"):
        yield Fault("host-process", f"{path}.windowsOptions.hostProcess", "is true")
    selinux = _map(context, "seLinuxOptions")
    if selinux.get("type", "") not in SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield Fault("selinux", f"{path}.seLinuxOptions", "sets a type, user or role that is not allowed")
    if _map(context, "appArmorProfile").get("type", "RuntimeDefault") not in {"RuntimeDefault", "Localhost"}:
        yield Fault("apparmor", f"{path}.appArmorProfile.type", "is not allowed")


def _host_breaches(container: Container) -> Iterator[Fault]:
    """Probes and hooks that name another host (forbidden from Kubernetes 1.34 on)."""
    manifest, path = container.manifest, f"{container.path} ({container.name})"
    handlers = {key: _map(manifest, key) for key in ("livenessProbe", "readinessProbe", "startupProbe")}
    handlers |= {f"lifecycle.{key}": _map(_map(manifest, "lifecycle"), key) for key in ("postStart", "preStop")}
    for key, handler in handlers.items():
        for action in ("httpGet", "tcpSocket"):
            if _map(handler, action).get("host"):
                yield Fault("probe-host", f"{path}.{key}.{action}.host", "names a host other than the pod")


def _effective(context: Mapping[str, Any], pod: Mapping[str, Any], key: str) -> Any:
    """A container's own setting wins over the pod's."""
    return context[key] if context.get(key) is not None else pod.get(key)


def _map(parent: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, Mapping) else {}


CHECK = Check(
    key="pod-security",
    title="Pod Security Standard restricted",
    why="A namespace that enforces the standard refuses the pod; elsewhere a compromised container gets further.",
    source="Kubernetes documentation, Pod Security Standards, profile Restricted",
    severity="warning",
    scopes=(EachObject(judge, wanted=lambda obj: obj.pod_template is not None),),
    rules={
        "host-namespaces": Rule(
            "a pod shares the node's network, processes or IPC",
            "remove it",
            "hostNetwork: true",
        ),
        "volume-types": Rule(
            "a volume is of a type that reaches beyond the pod",
            f"use one of {', '.join(sorted(VOLUME_TYPES))}",
            "volumes: [{name: root, hostPath: {path: /}}]",
        ),
        "sysctls": Rule(
            "a sysctl is set that the standard does not call safe",
            "remove the sysctl",
            "securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}",
        ),
        "apparmor": Rule(
            "an AppArmor profile other than the runtime's or a local one is set",
            "use the profile RuntimeDefault, or one of the node's (Localhost)",
            "securityContext: {appArmorProfile: {type: Unconfined}}",
        ),
        "privileged": Rule(
            "a container is privileged",
            "set it to false",
            "securityContext: {privileged: true}",
        ),
        "host-ports": Rule(
            "a container takes a port of the node",
            "remove hostPort",
            "ports: [{containerPort: 80, hostPort: 80}]",
        ),
        "proc-mount": Rule(
            "a container sees more of /proc than the default",
            "set procMount to Default",
            "securityContext: {procMount: Unmasked}",
        ),
        "run-as-non-root": Rule(
            "runAsNonRoot is not true",
            "set runAsNonRoot to true for the container or the pod",
            "securityContext: {}",
        ),
        "run-as-user": Rule(
            "runAsUser is 0",
            "set another user, or leave it to the image",
            "securityContext: {runAsUser: 0}",
        ),
        "escalation": Rule(
            "allowPrivilegeEscalation is not false",
            "set it to false",
            "securityContext: {allowPrivilegeEscalation: true}",
        ),
        "capabilities": Rule(
            "a container does not drop ALL capabilities, or adds one other than NET_BIND_SERVICE",
            "drop ALL, and add none",
            "securityContext: {capabilities: {add: [NET_ADMIN]}}",
        ),
        "seccomp": Rule(
            "the seccomp profile is neither RuntimeDefault nor Localhost",
            "set RuntimeDefault for the container or the pod",
            "securityContext: {seccompProfile: {type: Unconfined}}",
        ),
        "host-process": Rule(
            "a Windows container runs on the host",
            "set it to false",
            "securityContext: {windowsOptions: {hostProcess: true}}",
        ),
        "selinux": Rule(
            "SELinux options set a type, user or role that is not allowed",
            "remove the type, the user and the role",
            "securityContext: {seLinuxOptions: {user: system_u}}",
        ),
        "probe-host": Rule(
            "a probe or hook names another host",
            "remove the host",
            "livenessProbe: {httpGet: {host: example.com, port: 80}}",
        ),
    },
    about="pods",
)
