"""Configurations of json_exporter have only keys that the program reads, and metrics that it can make."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.monitors import exporter_configurations
from chartgate.findings.scopes import EachObject
from chartgate.releases.objects import KubeObject

MODULE_KEYS = frozenset({"headers", "metrics", "http_client_config", "body", "valid_status_codes"})
METRIC_KEYS = frozenset({"name", "path", "labels", "type", "valuetype", "epochTimestamp", "help", "values", "engine"})
TYPES = frozenset({"value", "object"})
VALUE_TYPES = frozenset({"gauge", "counter", "untyped"})
_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
    """Faults of each configuration in a ConfigMap."""
    for key, modules in exporter_configurations(obj):
        if not modules:
            yield Fault("unreadable", f"data.{key}", "holds no modules that can be read")
        for name, module in modules.items():
            yield from _module(module, f"data.{key}: modules.{name}")


def _module(module: Any, where: str) -> Iterator[Fault]:
    metrics = module.get("metrics") if isinstance(module, Mapping) else None
    if not isinstance(metrics, list) or not metrics:
        yield Fault("missing", where, "has no metrics")
        return
    for key in sorted(module.keys() - MODULE_KEYS):
        yield Fault("unknown-key", f"{where}.{key}", "is not a key of a module")
    seen = set()
    for index, metric in enumerate(metrics):
        place = f"{where}.metrics[{index}]"
        if not isinstance(metric, Mapping):
            yield Fault("missing", place, "is not a metric")
            continue
        identity = (metric.get("name"), metric.get("path"))
        if identity in seen:
            yield Fault("twice", place, f"{metric.get('name')} has the same name and path as a metric above")
        seen.add(identity)
        yield from _metric(metric, place)


def _metric(metric: Mapping[str, Any], place: str) -> Iterator[Fault]:
    for key in sorted(metric.keys() - METRIC_KEYS):
        yield Fault("unknown-key", f"{place}.{key}", "is not a key of a metric")
    for key in ("name", "path"):
        if not metric.get(key):
            yield Fault("missing", place, f"has no {key}")
    if not _METRIC.fullmatch(str(metric.get("name", "x"))):
        yield Fault("name", f"{place}.name", f"{metric['name']} is not a name of a metric")
    labels, values = metric.get("labels") or {}, metric.get("values") or {}
    for label in labels:
        if not _LABEL.fullmatch(str(label)):
            yield Fault("name", f"{place}.labels", f"{label} is not a name of a label")
    if metric.get("type", "value") not in TYPES:
        yield Fault("type", f"{place}.type", f"{metric['type']} is not one of {', '.join(sorted(TYPES))}")
    if metric.get("type") == "object" and not values:
        yield Fault("missing", place, "is an object without values")
    if metric.get("valuetype", "untyped") not in VALUE_TYPES:
        what = f"{metric['valuetype']} is not one of {', '.join(sorted(VALUE_TYPES))}"
        yield Fault("type", f"{place}.valuetype", what)
    # With engine cel the paths are expressions of another language.
    if metric.get("engine", "jsonpath") == "jsonpath":
        path = str(metric.get("path") or "{}").strip()
        if not (path.startswith("{") and path.endswith("}")) or path.count("{") != path.count("}"):
            yield Fault("path", f"{place}.path", f"{path} is not a JSONPath in braces")


CHECK = Check(
    key="json-exporter",
    title="json_exporter configuration",
    why="json_exporter ignores a key it does not know, and answers 200 without the metrics that it cannot make.",
    source="json_exporter 0.7.0, run with each fault; Prometheus data model, metric names and labels",
    scopes=(
        EachObject(
            judge,
            wanted=lambda obj: obj.kind == "ConfigMap" and bool(exporter_configurations(obj)),
            any_version=True,
        ),
    ),
    rules={
        "unreadable": Rule(
            "the configuration is not a YAML mapping with modules: json_exporter does not start",
            "write a mapping with the key modules",
            "modules: []",
        ),
        "unknown-key": Rule(
            "a module or a metric has a key that json_exporter does not know: it ignores the key",
            "correct the name of the key",
            "metrics: [{name: a, path: '{.a}', pth: x}]",
        ),
        "missing": Rule(
            "a module has no metrics, or a metric lacks name, path or values",
            "add what the finding names",
            "metrics: [{path: '{.a}'}]",
        ),
        "name": Rule(
            "a metric or a label has a name with other characters than Prometheus' plain ones: it is renamed",
            "use letters, digits and underscores",
            "metrics: [{name: my-metric, path: '{.a}'}]",
        ),
        "type": Rule(
            "a metric has an unknown type, which leaves out every metric, or an unknown valuetype, which is ignored",
            "use one of the types that the finding names",
            "metrics: [{name: a, path: '{.a}', type: number}]",
        ),
        "path": Rule(
            "a path is not a JSONPath in braces: the metric is left out",
            "write the path in braces, such as {.status}",
            "metrics: [{name: a, path: $.a}]",
        ),
        "twice": Rule(
            "two metrics of a module have the same name and path",
            "remove one of the two",
            "two metrics with the name up and the path {.up}",
        ),
    },
    about="configurations of json_exporter",
)
