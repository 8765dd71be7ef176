"""Parts of pods that have to be there, and parts that exclude each other. Each names its function in Kubernetes.

Source: kubernetes/kubernetes, pkg/apis/core/validation/validation.go. `container_parts.py` has those of containers.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.api_server.fault import Fault, containers, empty_parts, places, pods, repeated
from chartgate.findings.api_server.storage import claim_spec
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
_FOREVER = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"})
_UNTIL_DONE = frozenset({"Job", "CronJob"})
_SOURCES = ("configMap", "secret", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")


def judge(obj: KubeObject) -> Iterator[Fault]:
    """A fault for each part of the object's pod that is missing or one too many."""
    for path, spec in pods(obj):
        yield from _pod(obj, path, spec)
        yield from _required(spec, path)
        yield from _network(spec, path)
        yield from _volumes(spec, path)
        yield from _repeated_paths(spec, path)
        yield from _spread(spec, path)


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
    yield from repeated(spec, "volumes[].name", path)
    every = [container.get("name") for _, container in containers(obj)]
    for name, count in Counter(name for name in every if isinstance(name, str)).items():
        if count > 1:
            yield Fault("repeated", f"{path}.containers", name, f'two containers have the name "{name}"')
    for where, claim in places(spec, "volumes[].ephemeral.volumeClaimTemplate", path):
        yield from claim_spec(f"{where}.spec", claim.get("spec") or EMPTY)
    for where, volume in places(spec, "volumes[]", path):
        sources = sorted(volume.keys() - {"name"}) if isinstance(volume, Mapping) else []
        sources = [source for source in sources if volume[source] is not None]
        if len(sources) > 1:
            yield Fault("exclusive", where, sources, f"has {' and '.join(sources)}, and must have one of them")


def _required(spec: Mapping[str, Any], path: str) -> Iterator[Fault]:
    for part, keys in REQUIRED.items():
        for where, node in places(spec, part, path):
            yield from empty_parts(node, where, [key for key in keys if not node.get(key)])
    for part, keys in FILLED.items():
        for where, node in places(spec, part, path):
            yield from empty_parts(node, where, [key for key in keys if node.get(key) == ""])


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
