"""Whether a case's own values ask for what a policy fails at: then the user wants it, and no template can mend it.

checkov says with most findings which paths of the object it looked at. The values ask for a finding when they hold what
stands at each of these paths, or leave it out.
"""

from collections.abc import Iterator, Mapping, Sequence

from chartgate.findings.user_values import UserValues
from chartgate.releases.objects import KubeObject

POD_FIELDS = {
    "CKV_K8S_17": "hostPID",
    "CKV_K8S_18": "hostIPC",
    "CKV_K8S_19": "hostNetwork",
    "CKV_K8S_23": "securityContext/runAsNonRoot",
    "CKV_K8S_29": "securityContext",
    "CKV_K8S_31": "securityContext/seccompProfile/type",
    "CKV_K8S_38": "automountServiceAccountToken",
    "CKV_K8S_40": "securityContext/runAsUser",
}
"""The field of the pod, or of its containers, that a policy is about which names no path (checkov 3.3)."""

OTHER_NAMES = {"automountServiceAccountToken": "automount"}
"""What values call a field otherwise: `helm create` makes `serviceAccount.automount`."""

GUARDS = ("networkPolicy", "networkPolicies")
"""What values call the part that makes NetworkPolicies, which is off by its own name and not by a field of the pod."""


def asks_for(values: UserValues, obj: KubeObject, policy: str, keys: Sequence[str]) -> bool:
    """Whether the values ask for what `policy` fails at in the object; `keys` are the paths that checkov names."""
    paths = list(keys) or list(_unnamed(obj, policy))
    return values.makes(obj) or (bool(paths) and all(_asks_for_path(values, obj, path) for path in paths))


def unguarded_on_purpose(values: UserValues, pod: KubeObject) -> bool:
    """Whether the values hold the pod's object, or switch NetworkPolicies off."""
    return values.makes(pod) or any(map(values.drops, GUARDS))


def _unnamed(obj: KubeObject, policy: str) -> Iterator[str]:
    """The paths of a policy that names none: the pod's, and that of every container which has the field itself."""
    field = POD_FIELDS.get(policy)
    if field is None or obj.pod_template is None:
        return
    yield f"{obj.pod_path.replace('.', '/')}/{field}"
    for container in obj.containers:
        if _at(container.manifest, field) is not None:
            yield f"{container.path.replace('.', '/').replace('[', '/[')}/{field}"


def _at(mapping: Mapping[str, object], path: str) -> object:
    node: object = mapping
    for step in path.split("/"):
        node = node.get(step) if isinstance(node, Mapping) else None
    return node


def _asks_for_path(values: UserValues, obj: KubeObject, path: str) -> bool:
    """Whether the values hold something on the way to `path` as it stands there, or leave it out where it ends."""
    containers = {container.path: container for container in obj.containers}
    node: object = obj.manifest
    way = ""
    for step in path.split("/"):
        if step.startswith("["):
            index = step.strip("[]")
            if not isinstance(node, list) or not index.isdigit() or int(index) >= len(node):
                return False
            node, way = node[int(index)], way + step
            own = way in containers and values.has_container(containers[way])
            if own or (isinstance(node, Mapping) and values.holds(node)):
                return True
            continue
        if not isinstance(node, Mapping):
            return False
        if node.get(step) is None:
            return values.leaves_out(step)
        node, way = node[step], f"{way}.{step}".lstrip(".")
        if any(values.sets(name, node) for name in (step, OTHER_NAMES.get(step)) if name):
            return True
    return False
