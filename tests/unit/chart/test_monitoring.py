"""Monitoring: with the monitor alone switched on, its target is up and carries the application's figures."""

from pathlib import Path
from typing import Any

import pytest
import yaml

PROBE = Path(__file__).parents[2] / "e2e" / "recorded" / "json-exporter" / "probe.txt"
MONITOR = {"serviceMonitor": {"enabled": True}}


def scraped_service(release: Any) -> Any:
    monitor = release.only("ServiceMonitor")
    wanted = monitor.at("spec.selector.matchLabels").items()
    (service,) = [service for service in release.of_kind("Service") if wanted <= service.labels.items()]
    return service


def test_the_monitor_leads_over_the_service_to_the_exporter(render: Any) -> None:
    release = render(values=MONITOR, release="x", namespace="relay")
    endpoint, logs = release.only("ServiceMonitor").at("spec.endpoints")
    assert logs["port"] == "fluent-bit"
    service = scraped_service(release)
    (port,) = [port for port in service.at("spec.ports") if port["name"] == endpoint["port"]]
    exporter = release.only("Deployment").container("metrics")
    assert exporter.ports[port["targetPort"]] == 7979
    assert "--web.listen-address=:7979" in exporter.manifest["args"]
    assert (endpoint["path"], endpoint["interval"], endpoint["scrapeTimeout"]) == ("/probe", "30s", "10s")
    assert endpoint["params"] == {"module": ["default"], "target": ["http://127.0.0.1:3000/metrics"]}


def test_the_exporter_reads_what_the_application_answers(render: Any) -> None:
    release = render(values=MONITOR, release="x")
    module = yaml.safe_load(release.get("ConfigMap", "x-claude-relay-metrics").at("data")["config.yaml"])["modules"][
        "default"
    ]
    paths = {metric["path"] for metric in module["metrics"]}
    known = ["totalApiKeys", "totalClaudeAccounts", "totalUsageRecords", "uptime"]
    known += [f"memory.{part}" for part in ("rss", "heapTotal", "heapUsed", "external", "arrayBuffers")]
    assert paths == {f"{{ .{path} }}" for path in known}


def test_the_exporters_metrics_are_those_that_the_real_one_made(render: Any) -> None:
    """recorded/json-exporter/probe.txt; its README says what the exporter answers while Redis is away."""
    release = render(values=MONITOR, release="x")
    module = yaml.safe_load(release.get("ConfigMap", "x-claude-relay-metrics").at("data")["config.yaml"])["modules"]
    configured = {
        line
        for one in module["default"]["metrics"]
        for line in (f"# HELP {one['name']} {one['help']}", f"# TYPE {one['name']} {one['valuetype']}")
    }
    recorded = {line for line in PROBE.read_text(encoding="utf-8").splitlines() if line.startswith("#")}
    assert configured == recorded


def test_a_release_that_is_down_is_told_of_with_redis_as_a_cause(render: Any) -> None:
    (group,) = render(values={"prometheusRule": {"enabled": True}}).only("PrometheusRule").at("spec.groups")
    (down,) = [rule for rule in group["rules"] if rule["alert"] == "ClaudeRelayDown"]
    assert down["expr"].endswith(" == 0"), "json_exporter answers 503 while the application answers 500"
    assert "Redis" in down["annotations"]["description"]


def test_the_monitor_stands_where_it_is_told_and_finds_the_release(render: Any) -> None:
    values = {"serviceMonitor": {"enabled": True, "namespace": "monitoring", "labels": {"release": "prometheus"}}}
    monitor = render(values=values, namespace="relay").only("ServiceMonitor")
    assert monitor.namespace == "monitoring"
    assert monitor.labels["release"] == "prometheus"
    assert monitor.at("spec.namespaceSelector") == {"matchNames": ["relay"]}
    anywhere = render(values={"serviceMonitor": {"enabled": True, "namespaceSelector": {"any": True}}})
    assert anywhere.only("ServiceMonitor").at("spec.namespaceSelector") == {"any": True}


@pytest.mark.parametrize(
    ("monitor", "exporter", "expected"),
    [
        ({}, "auto", ("metrics", "/probe", True)),
        ({}, "never", ("http", "/prometheus", False)),
        ({"path": "/custom"}, "auto", ("http", "/custom", False)),
        ({"port": "web"}, "auto", ("web", "/probe", False)),
        ({"port": "metrics", "path": "/metrics"}, "auto", ("metrics", "/metrics", False)),
        ({"port": "metrics"}, "auto", ("metrics", "/probe", True)),
        ({"port": "metrics"}, "never", ("metrics", "/prometheus", False)),
    ],
)
def test_path_and_port_are_the_users_once_changed(render: Any, monitor: Any, exporter: str, expected: Any) -> None:
    values = {"serviceMonitor": {"enabled": True, **monitor}, "metrics": {"exporter": {"mode": exporter}}}
    endpoint, *_ = render(values=values).only("ServiceMonitor").at("spec.endpoints")
    assert (endpoint["port"], endpoint["path"], "params" in endpoint) == expected


@pytest.mark.parametrize(
    ("duration", "same", "longer"),
    [
        ("1s", "1000ms", "1s1ms"),
        ("1m", "60s", "60s1ms"),
        ("1h", "60m", "1h1ms"),
        ("1d", "24h", "24h1ms"),
        ("1w", "7d", "7d1ms"),
        ("1y", "365d", "52w1d1ms"),
        ("1h30m", "90m", "1h30m1s"),
        ("010s", "10s", "11s"),
        ("100s", "99s1000ms", "101s"),
    ],
)
def test_a_timeout_may_be_as_long_as_the_interval_and_no_longer(
    render: Any, refused: Any, duration: str, same: str, longer: str
) -> None:
    for interval, timeout in ((duration, same), (same, duration)):
        assert render({"serviceMonitor": {"enabled": True, "interval": interval, "scrapeTimeout": timeout}})
    for interval in (duration, same):
        values = {"serviceMonitor": {"enabled": True, "interval": interval, "scrapeTimeout": longer}}
        assert "is longer than serviceMonitor.interval" in refused(values)


def test_a_port_and_a_path_of_the_user_stay_texts(render: Any) -> None:
    values = {"serviceMonitor": {"enabled": True, "port": "1e3", "path": "/a #b"}}
    endpoint = render(values).only("ServiceMonitor").at("spec.endpoints")[0]
    assert (endpoint["port"], endpoint["path"]) == ("1e3", "/a #b")


def test_alerts_alone_bring_the_exporter(render: Any) -> None:
    assert render({"prometheusRule": {"enabled": True}}).only("Deployment").container("metrics")


@pytest.mark.parametrize("empty", ["interval", "scrapeTimeout"])
def test_an_empty_duration_is_that_of_prometheus(render: Any, empty: str) -> None:
    monitor = render(values={"serviceMonitor": {"enabled": True, empty: ""}}).only("ServiceMonitor")
    endpoints = monitor.at("spec.endpoints")
    assert [one["port"] for one in endpoints] == ["metrics", "fluent-bit"]
    assert [{"interval", "scrapeTimeout"} - set(one) for one in endpoints] == [{empty}, {empty}]


def test_fluent_bit_is_scraped_only_beside_the_exporter(render: Any) -> None:
    values = {"serviceMonitor": {"enabled": True, "port": "metrics"}, "metrics": {"exporter": {"mode": "never"}}}
    assert len(render(values=values).only("ServiceMonitor").at("spec.endpoints")) == 1


def test_relabelings_and_the_rest_are_honoured(render: Any) -> None:
    extra = {
        "relabelings": [{"targetLabel": "a"}],
        "metricRelabelings": [{"targetLabel": "b"}],
        "interval": "1m",
        "scrapeTimeout": "20s",
        "honorLabels": True,
    }
    monitor = render(
        values={"serviceMonitor": {"enabled": True, "jobLabel": "1e3", "annotations": {"a": "b"}, **extra}}
    ).only("ServiceMonitor")
    endpoint, *_ = monitor.at("spec.endpoints")
    assert {key: endpoint[key] for key in extra} == extra
    assert monitor.at("spec.jobLabel") == "1e3"
    assert monitor.annotations == {"a": "b"}


def test_the_exporter_is_not_on_the_applications_service(render: Any) -> None:
    release = render(values={**MONITOR, "service": {"type": "LoadBalancer"}}, release="x")
    assert [port["name"] for port in release.get("Service", "x-claude-relay").at("spec.ports")] == ["http"]
    assert release.get("Service", "x-claude-relay-metrics").at("spec.type") == "ClusterIP"


def test_alerts_follow_what_is_scraped(render: Any) -> None:
    def expressions(**monitor: Any) -> dict[str, str]:
        values = {"prometheusRule": {"enabled": True}, "serviceMonitor": {"enabled": True, **monitor}}
        (group,) = render(values=values, release="x").only("PrometheusRule").at("spec.groups")
        return {entry["alert"]: entry["expr"] for entry in group["rules"]}

    assert 'service="x-claude-relay-metrics"' in expressions()["ClaudeRelayAbsent"]
    assert 'service="x-claude-relay"' in expressions(path="/stats")["ClaudeRelayAbsent"]


def test_each_alert_says_what_is_wrong_and_with_which_release(render: Any) -> None:
    values = {"prometheusRule": {"enabled": True}}
    with_monitor = {**values, "serviceMonitor": {"enabled": True}}
    for given in (values, with_monitor):
        (group,) = render(given, release="x", namespace="relay").only("PrometheusRule").at("spec.groups")
        summaries = {rule["alert"]: rule["annotations"].get("summary", "") for rule in group["rules"]}
        assert summaries
        assert {alert: text for alert, text in summaries.items() if "x-claude-relay in relay" not in text} == {}


def test_alerts_are_about_this_release_only(render: Any) -> None:
    values = {"prometheusRule": {"enabled": True, "namespace": "monitoring", "rules": [{"alert": "Mine", "expr": "1"}]}}
    rule = render(values=values, release="x", namespace="relay").only("PrometheusRule")
    assert rule.namespace == "monitoring"
    (group,) = rule.at("spec.groups")
    own = [entry for entry in group["rules"] if entry["alert"] != "Mine"]
    assert {entry["alert"] for entry in own} == {
        "ClaudeRelayDown",
        "ClaudeRelayRestarting",
        "ClaudeRelayLogsNotDelivered",
        "ClaudeRelayLogsLost",
    }
    assert not [
        entry["alert"] for entry in own if 'namespace="relay",service="x-claude-relay-metrics"' not in entry["expr"]
    ]
    without = render(
        values={"prometheusRule": {"enabled": True, "defaultRules": False, "rules": [{"alert": "Mine", "expr": "1"}]}}
    )
    assert [entry["alert"] for entry in without.only("PrometheusRule").at("spec.groups")[0]["rules"]] == ["Mine"]
