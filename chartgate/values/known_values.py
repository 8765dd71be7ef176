"""What people write at keys of values that many charts have: parts of Kubernetes objects of a well-known shape.

Source: Kubernetes API reference; the values.yaml of `helm create`; Helm documentation, Best Practices, Values.
"""

import re
from typing import Any

NAME = "invented-name"
"""The name of everything that the gate invents in such values: an existing object, a volume, a variable."""

_ANNOTATIONS = {"example.com/note": "a text"}
_LABELS = {"example.com/team": "web"}
_ENV = [{"name": "INVENTED_NAME", "value": "8080"}]
ENV_BY_NAME = {"INVENTED_NAME": "8080"}
"""Variables as a map, which a template has to take apart: a value that is read as a number without quotation marks."""
_SAFE = {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}}
_CONTAINER = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
_PROBE = {"exec": {"command": ["true"]}}
_TERM = {"matchExpressions": [{"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}]}
_NODES = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [_TERM]}}
_RESOURCES = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}}
_RELABELING = [{"action": "drop", "sourceLabels": ["__name__"], "regex": "invented_.*"}]
_SPREAD = [
    {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": _LABELS},
    }
]

_LISTS: tuple[tuple[str, list[Any]], ...] = (
    (r"tolerations$", [{"key": "dedicated", "operator": "Equal", "value": "web", "effect": "NoSchedule"}]),
    (r"topologySpreadConstraints$", _SPREAD),
    (r"envFrom$|envVarsFrom$|extraEnvFrom$", [{"configMapRef": {"name": NAME, "optional": True}}]),
    (r"env$|envVars?$|extraEnvs$|environmentVariables$", _ENV),
    (r"volumeMounts$", [{"name": NAME, "mountPath": "/invented-name"}]),
    (r"volumes$", [{"name": NAME, "emptyDir": {}}]),
    (r"pullSecrets$", [{"name": NAME}]),
    (r"hostAliases$", [{"ip": "192.0.2.1", "hostnames": ["www.example.com"]}]),
    (r"(initContainers|extraContainers|sidecars|sidecarContainers)$", [{"name": NAME, "image": "busybox:1.37.0"}]),
    (r"(^|ingress)tls$", [{"secretName": NAME, "hosts": ["www.example.com"]}]),
    (r"loadBalancerSourceRanges$|cidrs$", ["192.0.2.0/24"]),
    (r"externalIPs$", ["192.0.2.1"]),
    (r"ipFamilies$", ["IPv4"]),
    (r"accessModes$", ["ReadWriteOnce"]),
    (r"relabelings$|relabelConfigs$", _RELABELING),
)
_MAPS: tuple[tuple[str, dict[str, Any]], ...] = (
    (r"annotations$", _ANNOTATIONS),
    (r"labels$", _LABELS),
    (r"nodeSelector$", {"kubernetes.io/os": "linux"}),
    (r"(^|extra)env$|envVars?$|environment(Variables)?$", ENV_BY_NAME),
    (r"affinity$", {"nodeAffinity": _NODES}),
    (r"resources$", _RESOURCES),
    (r"containerSecurityContext$", _SAFE | _CONTAINER),
    (r"securityContext$", _SAFE),
    (r"(liveness|readiness|startup)Probe$", _PROBE),
    (r"strategy$", {"type": "RollingUpdate"}),
    (r"dnsConfig$", {"options": [{"name": "ndots", "value": "2"}]}),
    (r"lifecycle(hooks)?$", {"preStop": {"exec": {"command": ["true"]}}}),
)
_SCALARS: tuple[tuple[str, Any], ...] = (
    (r"priorityClassName$", "system-cluster-critical"),
    (r"dnsPolicy$", "ClusterFirst"),
    (r"ipFamilyPolicy$", "SingleStack"),
    (r"internalTrafficPolicy$", "Cluster"),
    (r"terminationGracePeriodSeconds$", 30),
    (r"revisionHistoryLimit$", 3),
    (r"minReadySeconds$", 5),
    (r"scrapeTimeout$", "10s"),
    (r"interval$", "30s"),
)


def known_value(key: str, default: Any) -> Any:
    """A value of the well-known shape of a key whose default is empty; None where the key is not well known.

    The default says whether it is a list, a map or a single value; a default of null says nothing.

    >>> known_value("nodeSelector", {}), known_value("colour", {})
    ({'kubernetes.io/os': 'linux'}, None)
    """
    tables: tuple[tuple[tuple[str, Any], ...], ...]
    if isinstance(default, list):
        tables = (_LISTS,)
    elif isinstance(default, dict):
        tables = (_MAPS,)
    else:
        tables = (_SCALARS, *((_LISTS, _MAPS) if default is None else ()))
    return next((value for table in tables for pattern, value in table if re.search(pattern, key, re.IGNORECASE)), None)
