"""The application's figures in a real Prometheus, by the ServiceMonitor's own fields, and the rules about them."""

import pytest

from tests.e2e.cluster.exposed.prometheus import FOLDER, Prometheus
from tests.e2e.cluster.namespace import until
from tests.e2e.cluster.operator import FULLNAME, Operator

METRICS = {
    "claude_relay_uptime_seconds",
    "claude_relay_api_keys",
    "claude_relay_claude_accounts",
    "claude_relay_usage_records",
    "claude_relay_memory_rss_bytes",
    "claude_relay_memory_heap_total_bytes",
    "claude_relay_memory_heap_used_bytes",
    "claude_relay_memory_external_bytes",
}


@pytest.fixture(autouse=True)
def discovered(prometheus: Prometheus) -> None:
    """Prometheus knows the pods that there are."""
    prometheus.discover()


def test_the_one_target_is_up_and_has_the_labels_that_the_alerts_ask_for(
    operator: Operator, prometheus: Prometheus
) -> None:
    (target,) = until(lambda: prometheus.query("up == 1"), "a target is up")
    (pod,) = operator.pods()
    expected = {
        "namespace": operator.namespace.name,
        "service": f"{FULLNAME}-metrics",
        "pod": pod["metadata"]["name"],
        "container": "metrics",
        "endpoint": "metrics",
        "job": "relay",  # by jobLabel
        "node": pod["spec"]["nodeName"],  # by relabelings
    }
    assert {key: target["metric"].get(key) for key in expected} == expected


def test_it_is_scraped_as_the_service_monitor_says(prometheus: Prometheus) -> None:
    (target,) = until(lambda: prometheus.ask("targets", state="active")["activeTargets"], "there is a target")
    assert (target["scrapeInterval"], target["scrapeTimeout"]) == ("2s", "1s")
    assert "/probe?module=default&target=http" in target["scrapeUrl"]


def test_it_has_the_applications_figures(operator: Operator, prometheus: Prometheus) -> None:
    with operator.administrator() as administrator:
        administrator.create_api_key("counted")
    until(lambda: prometheus.query("claude_relay_api_keys == 1"), "the API key is counted")
    found = {
        one["metric"]["__name__"]: float(one["value"][1]) for one in prometheus.query('{__name__=~"claude_relay_.*"}')
    }
    assert found.keys() == METRICS, "all, but for the one that metricRelabelings drop"
    assert found["claude_relay_uptime_seconds"] > 0
    assert found["claude_relay_memory_rss_bytes"] > found["claude_relay_memory_heap_used_bytes"] > 1e6


def test_promtool_finds_nothing_wrong_with_the_rules(prometheus: Prometheus) -> None:
    assert "4 rules found" in prometheus.promtool("check", "rules", f"{FOLDER}/rules.json")
    assert "SUCCESS" in prometheus.promtool("check", "config", f"{FOLDER}/prometheus.json")


def test_the_rules_run_and_find_the_release_well(prometheus: Prometheus) -> None:
    until(lambda: prometheus.query("claude_relay_api_keys"), "there are figures")
    rules = until(lambda: evaluated(prometheus), "every rule was evaluated")
    assert {name: (rule["health"], rule["state"]) for name, rule in rules.items()} == {
        "ClaudeRelayAbsent": ("ok", "inactive"),
        "ClaudeRelayDown": ("ok", "inactive"),
        "ClaudeRelayRestarting": ("ok", "inactive"),
        "ClaudeRelayRuns": ("ok", "firing"),
    }
    # What the alerts look at is there: an expression that selects nothing is inactive too.
    for name in ("ClaudeRelayDown", "ClaudeRelayRestarting"):
        without_bound = rules[name]["query"].partition(" == ")[0].partition(" > ")[0]
        assert len(prometheus.query(without_bound)) == 1, without_bound


def evaluated(prometheus: Prometheus) -> dict[str, dict[str, str]]:
    """The rules by name, once each has been evaluated with the target there; nothing before."""
    (group,) = prometheus.ask("rules")["groups"]
    rules = {rule["name"]: rule for rule in group["rules"]}
    return (
        rules
        if rules["ClaudeRelayAbsent"]["state"] == "inactive" and rules["ClaudeRelayRuns"]["state"] == "firing"
        else {}
    )


def test_a_release_without_pods_is_told_of(prometheus: Prometheus) -> None:
    until(lambda: state_of("ClaudeRelayAbsent", prometheus) == "inactive", "the alert sees the target")
    prometheus.discover(pods=False)
    until(lambda: state_of("ClaudeRelayAbsent", prometheus) == "pending", "the alert sees that it is gone")


def state_of(alert: str, prometheus: Prometheus) -> str:
    (group,) = prometheus.ask("rules")["groups"]
    return next(str(rule["state"]) for rule in group["rules"] if rule["name"] == alert)
