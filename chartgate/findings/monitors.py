"""Endpoints of ServiceMonitors and PodMonitors say one port, a path, times that fit, and a module that exists."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachObjectInRelease
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.tools.kubernetes_yaml import read_one

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?")
_SECONDS = (86400, 3600, 60, 1, 0.001)
_ONLY_OF_SNMP = frozenset({"walk", "get", "lookups"})
"""Keys of a module of snmp_exporter that json_exporter does not have."""
_LISTS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}


def judge(monitor: KubeObject, release: Release) -> Iterator[Fault]:
    """Faults of the endpoints of a monitor; that they find something, the check `references` says."""
    key = _LISTS[monitor.kind]
    endpoints = monitor.spec.get(key) or ()
    if not endpoints:
        yield Fault("no-endpoint", f"spec.{key}", "is empty, so that nothing is scraped")
    for index, endpoint in enumerate(endpoints):
        where = f"spec.{key}[{index}]"
        if endpoint in list(endpoints)[:index]:
            yield Fault("twice", where, "is the same as one before it")
        for rule, what in (*_form(endpoint), *_modules(release, endpoint)):
            yield Fault(rule, where, what)


def _form(endpoint: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    ports = sorted({"port", "targetPort", "portNumber"} & endpoint.keys())
    if len(ports) != 1:
        yield "port", f"names {' and '.join(ports) or 'no port'}: name one"
    path = str(endpoint.get("path", "/metrics"))
    if not path.startswith("/"):
        yield "path", f"path is {path}, which does not start with /"
    interval, timeout = _seconds(endpoint.get("interval")), _seconds(endpoint.get("scrapeTimeout"))
    if interval and timeout and timeout > interval:
        yield "times", f"scrapeTimeout {endpoint['scrapeTimeout']} is longer than interval {endpoint['interval']}"


def _modules(release: Release, endpoint: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    known = exporter_modules(release)
    for module in (endpoint.get("params") or {}).get("module") or ():
        if known and endpoint.get("path") == "/probe" and module not in known:
            yield "module", f"asks for module {module}, and the exporter has {', '.join(sorted(known))}"


def exporter_modules(release: Release) -> set[str]:
    """The modules of every json_exporter configuration in the release's ConfigMaps."""
    return {name for obj in release.of_kind("ConfigMap") for _, data in exporter_configurations(obj) for name in data}


def exporter_configurations(obj: KubeObject) -> list[tuple[str, Mapping[str, Any]]]:
    """(key, modules) of each entry of a ConfigMap that is a configuration of json_exporter."""
    found = []
    for key, text in (obj.manifest.get("data") or {}).items():
        if re.search(r"^modules:", str(text), re.MULTILINE) and "metrics:" in str(text):
            try:
                modules = (read_one(str(text)) or {}).get("modules")
            except (yaml.YAMLError, AttributeError):
                modules = None
            modules = modules if isinstance(modules, Mapping) else {}
            if not any(map(_is_of_snmp, modules.values())):
                found.append((key, modules))
    return found


def _is_of_snmp(module: Any) -> bool:
    """Whether a module is one of snmp_exporter, whose configuration has modules with metrics, too."""
    if not isinstance(module, Mapping):
        return False
    metrics = module.get("metrics")
    metrics = metrics if isinstance(metrics, list) else []
    return not _ONLY_OF_SNMP.isdisjoint(module) or any(isinstance(one, Mapping) and "oid" in one for one in metrics)


def _seconds(duration: object) -> float:
    """Prometheus' durations, such as 1m30s, in seconds; 0 for none or one that is no duration."""
    found = _DURATION.fullmatch(str(duration or ""))
    return sum(int(part or 0) * unit for part, unit in zip(found.groups(), _SECONDS, strict=True)) if found else 0


CHECK = Check(
    key="monitors",
    title="Monitors",
    why="Prometheus drops a target it cannot make sense of without a word, and an alert on it never fires.",
    source="Prometheus Operator API reference, Endpoint and PodMetricsEndpoint; Prometheus, scrape_config",
    scopes=(EachObjectInRelease(judge, wanted=lambda obj: obj.kind in _LISTS),),
    rules={
        "no-endpoint": Rule(
            "a monitor has no endpoint",
            "add an endpoint",
            "spec: {endpoints: []}",
        ),
        "port": Rule(
            "an endpoint names no port, or two",
            "give the endpoint one of port and targetPort",
            "endpoints: [{path: /metrics}]",
        ),
        "path": Rule(
            "an endpoint's path does not start with /",
            "begin the path with /",
            "endpoints: [{port: http, path: metrics}]",
        ),
        "times": Rule(
            "a scrape may take longer than the time between two",
            "use a scrapeTimeout below the interval",
            "endpoints: [{port: http, interval: 10s, scrapeTimeout: 30s}]",
        ),
        "module": Rule(
            "an endpoint asks a json_exporter for a module that its configuration does not have",
            "name a module that the exporter's configuration has",
            "endpoints: [{port: http, path: /probe, params: {module: [nothing]}}]",
        ),
        "twice": Rule(
            "two endpoints of a monitor scrape the same",
            "remove one of the two",
            "endpoints: [{port: http}, {port: http}]",
            severity="warning",
        ),
    },
    about="ServiceMonitors and PodMonitors",
)
