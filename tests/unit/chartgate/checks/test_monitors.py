"""The check of monitors: endpoints that Prometheus can make sense of."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.monitors import CHECK

FindingsOf = Callable[..., list[Finding]]

MONITOR = """\
kind: ServiceMonitor
metadata: {name: m}
spec:
  endpoints:
    - {port: http, path: /probe, interval: 1m30s, scrapeTimeout: 90s, params: {module: [default]}}
---
kind: ConfigMap
metadata: {name: c}
data: {config.yaml: "modules:\\n  default:\\n    metrics: [{name: a, path: '{ .a }'}]\\n"}
"""


def test_a_sound_monitor_has_no_findings(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, MONITOR) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("port: http, ", "", "port"),
        ("port: http, ", "port: http, targetPort: 1, ", "port"),
        ("/probe", "probe", "path"),
        ("1m30s", "30s", "times"),
        ("[default]", "[other]", "module"),
        ("[default]}}\n", "[default]}}\n    - {port: x}\n    - {port: x}\n", "twice"),
    ],
)
def test_each_fault_is_found(findings_of: FindingsOf, old: str, new: str, rule: str) -> None:
    assert old in MONITOR
    assert [f.rule for f in findings_of(CHECK, MONITOR.replace(old, new, 1))] == [rule]


def test_a_monitor_without_endpoints_is_found(findings_of: FindingsOf) -> None:
    assert [f.rule for f in findings_of(CHECK, "kind: PodMonitor\nmetadata: {name: m}\nspec: {}")] == ["no-endpoint"]
