"""The defaults of Kubernetes' own kinds, which the API server sets before it evaluates policies.

Source: pkg/apis/*/v1/defaults.go of kubernetes/kubernetes. A test compares the result with a real API server.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from chartgate.releases.objects import KubeObject

Part = dict[str, Any]

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_MODES = ("configMap", "secret", "downwardAPI", "projected")
_FILE_MODE = 0o644


def with_defaults(obj: KubeObject, manifest: Mapping[str, Any]) -> Part:
    """A copy of the manifest with the defaults of its kind."""
    made: Part = deepcopy(dict(manifest))
    spec = made.setdefault("spec", {}) if obj.kind in _SPECS else made.get("spec")
    if isinstance(spec, dict) and obj.kind in _SPECS:
        _SPECS[obj.kind](spec)
    if obj.kind in _OBJECTS:
        _OBJECTS[obj.kind](made)
    return made


def _set(part: Part, **values: Any) -> None:
    """Set the keys that are not set. Defaults are copied, because parts are changed later."""
    for key, value in values.items():
        if part.get(key) is None:
            part[key] = deepcopy(value)


def _parts(part: Any, *keys: str) -> Iterator[Part]:
    """The mappings at a path; `keys` lead through mappings, and into each item of a list."""
    if isinstance(part, list):
        for item in part:
            yield from _parts(item, *keys)
    elif isinstance(part, dict):
        if not keys:
            yield part
        elif keys[0] in part:
            yield from _parts(part[keys[0]], *keys[1:])


def _pod_template(template: Part) -> None:
    _set(template, spec={})
    if isinstance(template["spec"], dict):
        pod_spec(template["spec"])


def pod_spec(spec: Part) -> None:
    """The defaults of a pod's spec (SetDefaults_PodSpec and those of its parts)."""
    _set(
        spec,
        dnsPolicy="ClusterFirst",
        restartPolicy="Always",
        schedulerName="default-scheduler",
        securityContext={},
        terminationGracePeriodSeconds=30,
    )
    if spec.get("serviceAccountName"):
        _set(spec, serviceAccount=spec["serviceAccountName"])
    for kind in ("initContainers", "containers"):
        for container in _parts(spec, kind):
            _container(container, host_network=spec.get("hostNetwork") is True)
    for volume in _parts(spec, "volumes"):
        _volume(volume)


def _container(container: Part, *, host_network: bool) -> None:
    image = str(container.get("image") or "")
    newest = image and "@" not in image and re.search(r":latest$|^[^:]*$|:[^/:]*/[^:]*$", image)
    _set(
        container,
        imagePullPolicy="Always" if newest else "IfNotPresent",
        resources={},
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )
    for port in _parts(container, "ports"):
        _set(port, protocol="TCP")
        if host_network and port.get("containerPort"):
            _set(port, hostPort=port["containerPort"])
    for name in _PROBES:
        for probe in _parts(container, name):
            _set(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
            for call in _parts(probe, "grpc"):
                _set(call, service="")
            for get in _parts(probe, "httpGet"):
                _set(get, path="/", scheme="HTTP")
    for when in ("postStart", "preStop"):
        for get in _parts(container, "lifecycle", when, "httpGet"):
            _set(get, path="/", scheme="HTTP")
    for field in _parts(container, "env", "valueFrom", "fieldRef"):
        _set(field, apiVersion="v1")


def _volume(volume: Part) -> None:
    if not any(value is not None for key, value in volume.items() if key != "name"):
        volume["emptyDir"] = {}
    for kind in _MODES:
        for source in _parts(volume, kind):
            _set(source, defaultMode=_FILE_MODE)
    for token in _parts(volume, "projected", "sources", "serviceAccountToken"):
        _set(token, expirationSeconds=3600)
    for items in (("downwardAPI",), ("projected", "sources", "downwardAPI")):
        for field in _parts(volume, *items, "items", "fieldRef"):
            _set(field, apiVersion="v1")
    for path in _parts(volume, "hostPath"):
        _set(path, type="")
    for claim in _parts(volume, "ephemeral", "volumeClaimTemplate", "spec"):
        _set(claim, volumeMode="Filesystem")


def _workload(spec: Part) -> None:
    if isinstance(spec.setdefault("template", {}), dict):
        _pod_template(spec["template"])


def _deployment(spec: Part) -> None:
    _set(spec, replicas=1, strategy={}, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    _set(spec["strategy"], type="RollingUpdate")
    if spec["strategy"]["type"] == "RollingUpdate":
        _set(spec["strategy"], rollingUpdate={})
        _set(spec["strategy"]["rollingUpdate"], maxUnavailable="25%", maxSurge="25%")
    _workload(spec)


def _stateful_set(spec: Part) -> None:
    _set(spec, podManagementPolicy="OrderedReady", updateStrategy={}, replicas=1, revisionHistoryLimit=10)
    _set(spec, persistentVolumeClaimRetentionPolicy={})
    _set(spec["persistentVolumeClaimRetentionPolicy"], whenDeleted="Retain", whenScaled="Retain")
    _set(spec["updateStrategy"], type="RollingUpdate")
    if spec["updateStrategy"]["type"] == "RollingUpdate":
        _set(spec["updateStrategy"], rollingUpdate={})
        _set(spec["updateStrategy"]["rollingUpdate"], partition=0)
    for claim in _parts(spec, "volumeClaimTemplates"):
        _claim(claim)
    _workload(spec)


def _daemon_set(spec: Part) -> None:
    _set(spec, updateStrategy={}, revisionHistoryLimit=10)
    _set(spec["updateStrategy"], type="RollingUpdate")
    if spec["updateStrategy"]["type"] == "RollingUpdate":
        _set(spec["updateStrategy"], rollingUpdate={})
        _set(spec["updateStrategy"]["rollingUpdate"], maxUnavailable=1, maxSurge=0)
    _workload(spec)


def _replica_set(spec: Part) -> None:
    _set(spec, replicas=1)
    _workload(spec)


def _job(spec: Part) -> None:
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    policy = "Failed" if spec.get("podFailurePolicy") else "TerminatingOrFailed"
    _set(spec, parallelism=1, completionMode="NonIndexed", suspend=False, podReplacementPolicy=policy)
    if spec.get("backoffLimitPerIndex") is None:
        _set(spec, backoffLimit=6)
    _workload(spec)


def _cron_job(spec: Part) -> None:
    _set(spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)
    for job in _parts(spec, "jobTemplate", "spec"):
        _workload(job)


def _service(spec: Part) -> None:
    _set(spec, sessionAffinity="None", type="ClusterIP")
    if spec["sessionAffinity"] == "ClientIP":
        _set(spec, sessionAffinityConfig={"clientIP": {"timeoutSeconds": 10800}})
    for port in _parts(spec, "ports"):
        _set(port, protocol="TCP")
        if not port.get("targetPort"):
            port["targetPort"] = port.get("port")
    if spec["type"] in {"NodePort", "LoadBalancer"}:
        _set(spec, externalTrafficPolicy="Cluster")
    if spec["type"] != "ExternalName":
        _set(spec, internalTrafficPolicy="Cluster")
    if spec["type"] == "LoadBalancer":
        _set(spec, allocateLoadBalancerNodePorts=True)


def _network_policy(spec: Part) -> None:
    for way in ("ingress", "egress"):
        for port in _parts(spec, way, "ports"):
            _set(port, protocol="TCP")
    _set(spec, policyTypes=["Ingress", *(["Egress"] if spec.get("egress") else [])])


def _autoscaler(spec: Part) -> None:
    _set(spec, minReplicas=1)


def _claim(claim: Part) -> None:
    _set(claim, spec={}, status={})
    _set(claim["spec"], volumeMode="Filesystem")
    _set(claim["status"], phase="Pending")


def _pod(pod: Part) -> None:
    _set(pod, spec={})
    pod_spec(pod["spec"])
    _set(pod["spec"], enableServiceLinks=True)
    for kind in ("initContainers", "containers"):
        for container in _parts(pod, "spec", kind):
            for resources in _parts(container, "resources"):
                if resources.get("limits"):
                    requests = resources.setdefault("requests", {})
                    _set(requests, **resources["limits"])


def _secret(secret: Part) -> None:
    _set(secret, type="Opaque")
    given = secret.pop("stringData", None)
    if isinstance(given, dict):
        data = secret.setdefault("data", {})
        data.update({key: base64.b64encode(str(value).encode()).decode() for key, value in given.items()})


def _role_binding(binding: Part) -> None:
    group = "rbac.authorization.k8s.io"
    for role in _parts(binding, "roleRef"):
        _set(role, apiGroup=group)
    for subject in _parts(binding, "subjects"):
        if subject.get("kind") in {"User", "Group"}:
            _set(subject, apiGroup=group)


def _storage_class(made: Part) -> None:
    _set(made, reclaimPolicy="Delete", volumeBindingMode="Immediate")


def _namespace(made: Part) -> None:
    _set(made, metadata={}, spec={"finalizers": ["kubernetes"]}, status={"phase": "Active"})
    _set(made["metadata"], labels={})
    _set(made["metadata"]["labels"], **{"kubernetes.io/metadata.name": made["metadata"].get("name", "")})


_SPECS: Mapping[str, Callable[[Part], None]] = {
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "ReplicaSet": _replica_set,
    "ReplicationController": _replica_set,
    "Job": _job,
    "CronJob": _cron_job,
    "Service": _service,
    "NetworkPolicy": _network_policy,
    "HorizontalPodAutoscaler": _autoscaler,
}
_OBJECTS: Mapping[str, Callable[[Part], None]] = {
    "Pod": _pod,
    "PersistentVolumeClaim": _claim,
    "Secret": _secret,
    "RoleBinding": _role_binding,
    "ClusterRoleBinding": _role_binding,
    "StorageClass": _storage_class,
    "Namespace": _namespace,
    "PodTemplate": lambda made: _pod_template(made.setdefault("template", {})),
}
