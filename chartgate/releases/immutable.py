"""Fields that the API server refuses to change on an existing object.

Source: Kubernetes API validation (pkg/apis/*/validation): ValidateStatefulSetUpdate, ValidateDeploymentUpdate,
ValidatePersistentVolumeClaimUpdate, ValidateServiceUpdate, ValidateJobUpdate, ValidateSecretUpdate, and their like.
"""

from collections.abc import Sequence

from chartgate.releases.objects import KubeObject

_NEVER = {
    "Deployment": ("spec.selector",),
    "DaemonSet": ("spec.selector",),
    "ReplicaSet": ("spec.selector",),
    "Job": ("spec.selector", "spec.template", "spec.completionMode", "spec.podFailurePolicy"),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "Secret": ("type",),
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    "CSIDriver": ("spec.attachRequired",),
    "PriorityClass": ("value",),
    "Service": ("spec.clusterIP", "spec.clusterIPs"),
}
# The rest of the spec is fixed.
_ONLY = {
    "StatefulSet": (
        "spec.replicas",
        "spec.ordinals",
        "spec.template",
        "spec.updateStrategy",
        "spec.revisionHistoryLimit",
        "spec.persistentVolumeClaimRetentionPolicy",
        "spec.minReadySeconds",
    ),
    "PersistentVolumeClaim": ("spec.resources", "spec.volumeAttributesClassName"),
    "Pod": ("spec.activeDeadlineSeconds", "spec.tolerations", "spec.terminationGracePeriodSeconds"),
}


def is_immutable(before: KubeObject, path: Sequence[str | int], was_set: bool) -> bool:
    """Whether an update of `before` at `path` is refused; hooks are made anew each time, so nothing of theirs is fixed.

    `was_set`: whether the object had a value there.
    """
    if before.hooks:
        return False
    dotted = _dotted(path)
    if before.kind in _ONLY:
        image = before.kind == "Pod" and dotted.endswith(".image")
        return _under(dotted, ("spec",)) and not _under(dotted, _ONLY[before.kind]) and not image
    if before.kind == "Service":
        # An address may be given to a Service without one; it may not be replaced.
        return was_set and _under(dotted, _NEVER["Service"])
    if before.kind in {"ConfigMap", "Secret"} and before.manifest.get("immutable"):
        return _under(dotted, ("data", "stringData", "binaryData", "immutable", "type"))
    return _under(dotted, _NEVER.get(before.kind, ()))


def is_selector(kind: str, path: Sequence[str | int]) -> bool:
    """Whether a path decides which pods or Services an object is about."""
    return kind != "PersistentVolumeClaim" and _under(_dotted(path), ("spec.selector", "spec.podSelector"))


def _dotted(path: Sequence[str | int]) -> str:
    return ".".join(map(str, path))


def _under(dotted: str, roots: Sequence[str]) -> bool:
    return any(f"{dotted}.".startswith(f"{root}.") for root in roots)
