"""Configurations of json_exporter have only keys that the program reads, and metrics that it can make."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chartgate.findings.finding import Finding, OldCheck, Verdict, by_object
from chartgate.findings.monitors import exporter_configurations
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered

KEY = "json-exporter"
RULES = {
    "unreadable": "the configuration is not a YAML mapping with modules: json_exporter does not start",
    "unknown-key": "a module or a metric has a key that json_exporter does not know: it ignores the key",
    "missing": "a module has no metrics, or a metric lacks name, path or values",
    "name": "a metric or a label has a name with other characters than Prometheus' plain ones: it is renamed",
    "type": "a metric has an unknown type, which leaves out every metric, or an unknown valuetype, which is ignored",
    "path": "a path is not a JSONPath in braces: the metric is left out",
    "twice": "two metrics of a module have the same name and path",
}
MODULE_KEYS = frozenset({"headers", "metrics", "http_client_config", "body", "valid_status_codes"})
METRIC_KEYS = frozenset({"name", "path", "labels", "type", "valuetype", "epochTimestamp", "help", "values", "engine"})
TYPES = frozenset({"value", "object"})
VALUE_TYPES = frozenset({"gauge", "counter", "untyped"})
_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge each distinct ConfigMap that holds such a configuration."""
    return by_object(
        KEY, renders, _examine, wanted=lambda o: o.kind == "ConfigMap" and bool(exporter_configurations(o))
    )


def _examine(obj: KubeObject, _: str) -> Iterator[Finding]:
    for key, modules in exporter_configurations(obj):
        if not modules:
            yield _finding("unreadable", obj, f"data.{key}", "holds no modules that can be read")
        for name, module in modules.items():
            for rule, place, what in _module(module):
                yield _finding(rule, obj, f"data.{key}: modules.{name}{place}", what)


Fault = tuple[str, str, str]
"""Rule, place within the module, what is wrong."""


def _module(module: Any) -> Iterator[Fault]:
    metrics = module.get("metrics") if isinstance(module, Mapping) else None
    if not isinstance(metrics, list) or not metrics:
        yield "missing", "", "has no metrics"
        return
    for key in sorted(module.keys() - MODULE_KEYS):
        yield "unknown-key", f".{key}", "is not a key of a module"
    seen = set()
    for index, metric in enumerate(metrics):
        place = f".metrics[{index}]"
        if not isinstance(metric, Mapping):
            yield "missing", place, "is not a metric"
            continue
        identity = (metric.get("name"), metric.get("path"))
        if identity in seen:
            yield "twice", place, f"{metric.get('name')} has the same name and path as a metric above"
        seen.add(identity)
        yield from _metric(metric, place)


def _metric(metric: Mapping[str, Any], place: str) -> Iterator[Fault]:
    for key in sorted(metric.keys() - METRIC_KEYS):
        yield "unknown-key", f"{place}.{key}", "is not a key of a metric"
    for key in ("name", "path"):
        if not metric.get(key):
            yield "missing", place, f"has no {key}"
    if not _METRIC.fullmatch(str(metric.get("name", "x"))):
        yield "name", f"{place}.name", f"{metric['name']} is not a name of a metric"
    labels, values = metric.get("labels") or {}, metric.get("values") or {}
    for label in labels:
        if not _LABEL.fullmatch(str(label)):
            yield "name", f"{place}.labels", f"{label} is not a name of a label"
    if metric.get("type", "value") not in TYPES:
        yield "type", f"{place}.type", f"{metric['type']} is not one of {', '.join(sorted(TYPES))}"
    if metric.get("type") == "object" and not values:
        yield "missing", place, "is an object without values"
    if metric.get("valuetype", "untyped") not in VALUE_TYPES:
        yield "type", f"{place}.valuetype", f"{metric['valuetype']} is not one of {', '.join(sorted(VALUE_TYPES))}"
    # With engine cel the paths are expressions of another language.
    if metric.get("engine", "jsonpath") == "jsonpath":
        path = str(metric.get("path") or "{}").strip()
        if not (path.startswith("{") and path.endswith("}")) or path.count("{") != path.count("}"):
            yield "path", f"{place}.path", f"{path} is not a JSONPath in braces"


def _finding(rule: str, obj: KubeObject, where: str, what: str) -> Finding:
    return Finding(KEY, rule, obj.ref, where, what, CHECK.remedy)


CHECK = OldCheck(
    key=KEY,
    title="json_exporter configuration",
    why="json_exporter ignores a key it does not know, and answers 200 without the metrics that it cannot make.",
    remedy="compare with the examples of json_exporter 0.7",
    source="json_exporter 0.7.0, run with each fault; Prometheus data model, metric names and labels",
    examine=examine,
    rules=RULES,
    about="configurations of json_exporter",
)
