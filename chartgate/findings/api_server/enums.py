"""Fields that take a few words only. Source: the constants beside each type in the Go module k8s.io/api."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.api_server.fault import Fault, containers, places, pods
from chartgate.releases.objects import KubeObject

_PROTOCOLS = ("TCP", "UDP", "SCTP")
_SECCOMP = ("RuntimeDefault", "Unconfined", "Localhost")
_ACCESS_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_VOLUME_MODES = ("Filesystem", "Block")
_METRIC_TARGETS = ("Utilization", "Value", "AverageValue")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")

POD: Mapping[str, tuple[str, ...]] = {
    "dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "preemptionPolicy": ("Never", "PreemptLowerPriority"),
    "os.name": ("linux", "windows"),
    "securityContext.fsGroupChangePolicy": ("OnRootMismatch", "Always"),
    "securityContext.seccompProfile.type": _SECCOMP,
    "tolerations[].effect": ("NoSchedule", "PreferNoSchedule", "NoExecute"),
    "tolerations[].operator": ("Exists", "Equal", "Lt", "Gt"),
    "topologySpreadConstraints[].whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
    "topologySpreadConstraints[].nodeAffinityPolicy": ("Honor", "Ignore"),
    "topologySpreadConstraints[].nodeTaintsPolicy": ("Honor", "Ignore"),
    "volumes[].hostPath.type": (
        *("DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"),
    ),
}
CONTAINER: Mapping[str, tuple[str, ...]] = {
    "imagePullPolicy": ("Always", "Never", "IfNotPresent"),
    "terminationMessagePolicy": ("File", "FallbackToLogsOnError"),
    "ports[].protocol": _PROTOCOLS,
    "securityContext.procMount": ("Default", "Unmasked"),
    "securityContext.seccompProfile.type": _SECCOMP,
    "volumeMounts[].mountPropagation": ("None", "HostToContainer", "Bidirectional"),
    **{f"{probe}.httpGet.scheme": ("HTTP", "HTTPS") for probe in _PROBES},
}
KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Service": {
        "spec.type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
        "spec.externalTrafficPolicy": ("Cluster", "Local"),
        "spec.internalTrafficPolicy": ("Cluster", "Local"),
        "spec.sessionAffinity": ("None", "ClientIP"),
        "spec.ipFamilyPolicy": ("SingleStack", "PreferDualStack", "RequireDualStack"),
        "spec.ipFamilies[]": ("IPv4", "IPv6"),
        "spec.ports[].protocol": _PROTOCOLS,
    },
    "Deployment": {"spec.strategy.type": ("Recreate", "RollingUpdate")},
    "DaemonSet": {"spec.updateStrategy.type": ("RollingUpdate", "OnDelete")},
    "StatefulSet": {
        "spec.updateStrategy.type": ("RollingUpdate", "OnDelete"),
        "spec.podManagementPolicy": ("OrderedReady", "Parallel"),
        "spec.persistentVolumeClaimRetentionPolicy.whenDeleted": ("Retain", "Delete"),
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled": ("Retain", "Delete"),
        "spec.volumeClaimTemplates[].spec.accessModes[]": _ACCESS_MODES,
        "spec.volumeClaimTemplates[].spec.volumeMode": _VOLUME_MODES,
    },
    "Job": {"spec.completionMode": ("NonIndexed", "Indexed")},
    "CronJob": {
        "spec.concurrencyPolicy": ("Allow", "Forbid", "Replace"),
        "spec.jobTemplate.spec.completionMode": ("NonIndexed", "Indexed"),
    },
    "PersistentVolumeClaim": {"spec.accessModes[]": _ACCESS_MODES, "spec.volumeMode": _VOLUME_MODES},
    "PersistentVolume": {
        "spec.accessModes[]": _ACCESS_MODES,
        "spec.volumeMode": _VOLUME_MODES,
        "spec.persistentVolumeReclaimPolicy": ("Retain", "Delete", "Recycle"),
    },
    "StorageClass": {
        "reclaimPolicy": ("Retain", "Delete"),
        "volumeBindingMode": ("Immediate", "WaitForFirstConsumer"),
    },
    "NetworkPolicy": {
        "spec.policyTypes[]": ("Ingress", "Egress"),
        "spec.ingress[].ports[].protocol": _PROTOCOLS,
        "spec.egress[].ports[].protocol": _PROTOCOLS,
    },
    "Ingress": {"spec.rules[].http.paths[].pathType": ("Exact", "Prefix", "ImplementationSpecific")},
    "PodDisruptionBudget": {"spec.unhealthyPodEvictionPolicy": ("IfHealthyBudget", "AlwaysAllow")},
    "HorizontalPodAutoscaler": {
        "spec.metrics[].type": ("Object", "Pods", "Resource", "External", "ContainerResource"),
        **{
            f"spec.metrics[].{source}.target.type": _METRIC_TARGETS
            for source in ("object", "pods", "resource", "external", "containerResource")
        },
        "spec.behavior.scaleUp.selectPolicy": ("Max", "Min", "Disabled"),
        "spec.behavior.scaleDown.selectPolicy": ("Max", "Min", "Disabled"),
        "spec.behavior.scaleUp.policies[].type": ("Pods", "Percent"),
        "spec.behavior.scaleDown.policies[].type": ("Pods", "Percent"),
    },
    "RoleBinding": {"subjects[].kind": ("User", "Group", "ServiceAccount"), "roleRef.kind": ("Role", "ClusterRole")},
    "ClusterRoleBinding": {"subjects[].kind": ("User", "Group", "ServiceAccount"), "roleRef.kind": ("ClusterRole",)},
    "CustomResourceDefinition": {"spec.scope": ("Cluster", "Namespaced")},
    **{
        kind: {
            "webhooks[].failurePolicy": ("Ignore", "Fail"),
            "webhooks[].matchPolicy": ("Exact", "Equivalent"),
            "webhooks[].sideEffects": ("None", "NoneOnDryRun"),
        }
        for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
    },
}


def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
    """A fault for each field of the object whose word Kubernetes does not know; an empty one gets the default."""
    tables: list[tuple[str, Mapping[str, Any], Mapping[str, tuple[str, ...]]]] = [
        ("", obj.manifest, KINDS.get(obj.kind, {}))
    ]
    tables += [(path, spec, POD) for path, spec in pods(obj)]
    tables += [(path, container, CONTAINER) for path, container in containers(obj)]
    for start, node, table in tables:
        for path, words in table.items():
            for where, value in places(node, path, start):
                if value not in ("", *words):
                    yield Fault("enum", where, value, f'is "{value}", and must be one of {", ".join(words)}')
