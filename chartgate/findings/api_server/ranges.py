"""Numbers with a range. Each table names the function of kubernetes/kubernetes that refuses what is outside."""

from collections.abc import Iterator, Mapping

from chartgate.findings.api_server.fault import Fault, Tables, places
from chartgate.releases.objects import KubeObject

Range = tuple[int, int | None]
"""The least and the greatest number, both inclusive; None: no greatest."""
_NOT_NEGATIVE: Range = (0, None)
_PORT: Range = (1, 65535)

# pkg/apis/core/validation: ValidatePodSpec, ValidatePodSecurityContext.
POD: Mapping[str, Range] = {
    "activeDeadlineSeconds": (1, 2147483647),
    "securityContext.runAsUser": (0, 2147483647),
    "securityContext.runAsGroup": (0, 2147483647),
    "securityContext.fsGroup": (0, 2147483647),
    "securityContext.supplementalGroups[]": (0, 2147483647),
    "topologySpreadConstraints[].maxSkew": (1, None),
    "topologySpreadConstraints[].minDomains": (1, None),
    "volumes[].projected.sources[].serviceAccountToken.expirationSeconds": (600, 2**32),
    "volumes[].configMap.defaultMode": (0, 0o777),
    "volumes[].secret.defaultMode": (0, 0o777),
    "volumes[].projected.defaultMode": (0, 0o777),
    "volumes[].downwardAPI.defaultMode": (0, 0o777),
    **{
        f"volumes[].{source}.items[].mode": (0, 0o777)
        for source in (
            *("configMap", "secret", "downwardAPI", "projected.sources[].configMap"),
            *("projected.sources[].secret", "projected.sources[].downwardAPI"),
        )
    },
    "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].weight": (1, 100),
    "affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[].weight": (1, 100),
    "affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[].weight": (1, 100),
}
# validateContainerPorts, validateProbe, validateHTTPGetAction, ValidateSecurityContext. Of a probe, 0 is the default.
CONTAINER: Mapping[str, Range] = {
    "ports[].containerPort": _PORT,
    "ports[].hostPort": (0, 65535),
    "securityContext.runAsUser": (0, 2147483647),
    "securityContext.runAsGroup": (0, 2147483647),
    **{
        f"{probe}.{field}": _NOT_NEGATIVE
        for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        for field in ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
    },
    **{f"{probe}.successThreshold": (0, 1) for probe in ("livenessProbe", "startupProbe")},
    **{
        f"{probe}.{handler}.port": _PORT
        for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        for handler in ("httpGet", "tcpSocket", "grpc")
    },
    **{
        f"lifecycle.{hook}.{handler}.port": _PORT
        for hook in ("preStop", "postStart")
        for handler in ("httpGet", "tcpSocket")
    },
    "livenessProbe.terminationGracePeriodSeconds": (1, None),
    "startupProbe.terminationGracePeriodSeconds": (1, None),
}
# pkg/apis/batch/validation: validateJobSpec.
_JOB = ("backoffLimit", "completions", "parallelism", "activeDeadlineSeconds", "ttlSecondsAfterFinished")
KINDS: Mapping[str, Mapping[str, Range]] = {
    # pkg/apis/apps/validation: ValidateDeploymentSpec, ValidateStatefulSetSpec, ValidateDaemonSetSpec.
    **{
        kind: {
            f"spec.{field}": _NOT_NEGATIVE
            for field in ("replicas", "revisionHistoryLimit", "minReadySeconds", "progressDeadlineSeconds")
        }
        for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
    },
    "StatefulSet": {
        **{f"spec.{field}": _NOT_NEGATIVE for field in ("replicas", "revisionHistoryLimit", "minReadySeconds")},
        "spec.updateStrategy.rollingUpdate.partition": _NOT_NEGATIVE,
        "spec.ordinals.start": _NOT_NEGATIVE,
    },
    "Job": {
        **{f"spec.{field}": _NOT_NEGATIVE for field in _JOB},
        "spec.backoffLimitPerIndex": _NOT_NEGATIVE,
        "spec.maxFailedIndexes": (0, 100_000),
    },
    "CronJob": {
        **{f"spec.jobTemplate.spec.{field}": _NOT_NEGATIVE for field in _JOB},
        "spec.startingDeadlineSeconds": _NOT_NEGATIVE,
        "spec.successfulJobsHistoryLimit": _NOT_NEGATIVE,
        "spec.failedJobsHistoryLimit": _NOT_NEGATIVE,
    },
    # ValidateService; the node ports are the API server's --service-node-port-range, unless an operator changes it.
    "Service": {
        "spec.ports[].port": _PORT,
        "spec.ports[].targetPort": (0, 65535),
        "spec.healthCheckNodePort": (0, 65535),
        "spec.sessionAffinityConfig.clientIP.timeoutSeconds": (1, 86400),
    },
    # pkg/apis/autoscaling/validation: validateHorizontalPodAutoscalerSpec, validateMetricTarget.
    "HorizontalPodAutoscaler": {
        "spec.minReplicas": _NOT_NEGATIVE,
        "spec.maxReplicas": (1, None),
        "spec.targetCPUUtilizationPercentage": (1, None),
        "spec.metrics[].resource.target.averageUtilization": (1, None),
        "spec.metrics[].containerResource.target.averageUtilization": (1, None),
        "spec.behavior.scaleUp.stabilizationWindowSeconds": (0, 3600),
        "spec.behavior.scaleDown.stabilizationWindowSeconds": (0, 3600),
        "spec.behavior.scaleUp.policies[].value": (1, None),
        "spec.behavior.scaleDown.policies[].value": (1, None),
        "spec.behavior.scaleUp.policies[].periodSeconds": (1, 1800),
        "spec.behavior.scaleDown.policies[].periodSeconds": (1, 1800),
    },
    # pkg/apis/networking/validation: ValidateNetworkPolicyPort, ValidateIngressSpec.
    "NetworkPolicy": {
        f"spec.{way}[].ports[].{field}": _PORT for way in ("ingress", "egress") for field in ("port", "endPort")
    },
    "Ingress": {
        "spec.rules[].http.paths[].backend.service.port.number": _PORT,
        "spec.defaultBackend.service.port.number": _PORT,
    },
    # kube-aggregator, pkg/apis/apiregistration/validation: ValidateAPIService.
    "APIService": {
        "spec.groupPriorityMinimum": (1, 20_000),
        "spec.versionPriority": (1, 1000),
        "spec.service.port": _PORT,
    },
    # pkg/apis/core/validation: validateEndpointPort; pkg/apis/coordination/validation: ValidateLeaseSpec.
    "Endpoints": {"subsets[].ports[].port": _PORT},
    "Lease": {"spec.leaseDurationSeconds": (1, None)},
    **{
        kind: {"webhooks[].timeoutSeconds": (1, 30), "webhooks[].clientConfig.service.port": _PORT}
        for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
    },
}
NODE_PORTS: Range = (30000, 32767)
_TABLES = Tables(KINDS, POD, CONTAINER)


def judge(obj: KubeObject) -> Iterator[Fault]:
    """A fault for each number outside its range, and for each pair of numbers that contradicts itself."""
    for where, value, (least, greatest) in _TABLES.places(obj):
        if _is_outside(value, least, greatest):
            bound = f"at least {least}" if greatest is None else f"from {least} to {greatest}"
            yield Fault("range", where, value, f"is {value}, and must be {bound}")
    yield from _node_ports(obj)
    yield from _pairs(obj)


def _is_outside(value: object, least: int, greatest: int | None) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value < least or (greatest is not None and value > greatest)


def _node_ports(obj: KubeObject) -> Iterator[Fault]:
    if obj.kind == "Service":
        for where, value in places(obj.manifest, "spec.ports[].nodePort"):
            if value != 0 and _is_outside(value, *NODE_PORTS):
                what = f"is {value}, and an API server takes {NODE_PORTS[0]} to {NODE_PORTS[1]} by default"
                yield Fault("range", where, value, what)


def _pairs(obj: KubeObject) -> Iterator[Fault]:
    spec = obj.spec
    if obj.kind == "HorizontalPodAutoscaler":
        least, most = spec.get("minReplicas", 1), spec.get("maxReplicas")
        if isinstance(least, int) and isinstance(most, int) and most < least:
            yield Fault("range", "spec.maxReplicas", most, f"is {most}, and minReplicas is {least}")
    if obj.kind == "Deployment":
        ready, deadline = spec.get("minReadySeconds", 0), spec.get("progressDeadlineSeconds", 600)
        if isinstance(ready, int) and isinstance(deadline, int) and deadline <= ready:
            what = f"is {deadline}, and must be greater than minReadySeconds, {ready}"
            yield Fault("range", "spec.progressDeadlineSeconds", deadline, what)
    if obj.kind == "NetworkPolicy":
        for way in ("ingress", "egress"):
            for where, port in places(spec, f"{way}[].ports[]", "spec"):
                end, start = port.get("endPort"), port.get("port")
                if isinstance(end, int) and (not isinstance(start, int) or end < start):
                    yield Fault("range", f"{where}.endPort", end, f"is {end}, and port is {start}")
