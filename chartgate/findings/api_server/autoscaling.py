"""HorizontalPodAutoscalers. Each rule names its function in Kubernetes."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.api_server.fault import Fault, Rules, places
from chartgate.releases.objects import EMPTY, KubeObject

_METRIC_SOURCES = {
    "Resource": "resource",
    "Pods": "pods",
    "External": "external",
    "Object": "object",
    "ContainerResource": "containerResource",
}


def _autoscaler(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/autoscaling/validation: validateMetricSpec, validateMetricTarget and what calls them."""
    kinds = {metric.get("type") for _, metric in places(obj.spec, "metrics[]")}
    if obj.spec.get("minReplicas") == 0 and not kinds & {"Object", "External"}:
        what = "is 0, and needs a metric of type Object or External"
        yield Fault("range", "spec.minReplicas", 0, what)
    target = obj.spec.get("scaleTargetRef") or EMPTY
    if target and obj.api_version.startswith("autoscaling/v") and "/" not in str(target.get("apiVersion") or ""):
        what = f'is "{target.get("apiVersion") or ""}", and must have a group, such as apps/v1'
        yield Fault("format", "spec.scaleTargetRef.apiVersion", target.get("apiVersion"), what)
    for where, metric in places(obj.spec, "metrics[]", "spec"):
        wanted = _METRIC_SOURCES.get(str(metric.get("type")))
        found = [source for source in _METRIC_SOURCES.values() if metric.get(source) is not None]
        if wanted and wanted not in found:
            yield Fault("required", f"{where}.{wanted}", None, f"is missing, and the type is {metric['type']}")
        for source in found:
            if wanted and source != wanted:
                what = f"is set, and the type is {metric['type']}"
                yield Fault("exclusive", f"{where}.{source}", metric[source], what)
            yield from _metric_target(source, metric[source].get("target") or EMPTY, f"{where}.{source}.target")


def _metric_target(source: str, target: Mapping[str, Any], where: str) -> Iterator[Fault]:
    fields = {
        "pods": ("averageValue",),
        "resource": ("averageUtilization", "averageValue"),
        "containerResource": ("averageUtilization", "averageValue"),
    }.get(source, ("value", "averageValue"))
    found = [field for field in fields if target.get(field) is not None]
    if not found:
        yield Fault("required", where, target, f"has no {' and no '.join(fields)}, and must have one")
    if len(found) > 1:
        yield Fault("exclusive", where, target, f"has {' and '.join(found)}, and must have one of them")


RULES: Rules = {"HorizontalPodAutoscaler": (_autoscaler,)}
