"""The check of probes: containers that run on have them, at ports they name."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.probes import CHECK

FindingsOf = Callable[..., list[Finding]]

WEB = """\
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers: [{name: once, image: i}]
      containers:
        - name: c
          image: i:1
          ports: [{name: http, containerPort: 1}]
          livenessProbe: {httpGet: {port: http}}
          readinessProbe: {exec: {command: ['true']}}
"""


def test_a_watched_container_has_no_findings(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, WEB) == []
    assert findings_of(CHECK, WEB.replace("Deployment", "Job").replace("livenessProbe", "x")) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("          livenessProbe: {httpGet: {port: http}}\n", "", "no-liveness"),
        ("          readinessProbe: {exec: {command: ['true']}}\n", "", "no-readiness"),
        ("port: http", "port: web", "port"),
        ("{exec: {command: ['true']}}", "{periodSeconds: 1}", "handler"),
        ("{exec:", "{tcpSocket: {port: 1}, exec:", "handler"),
    ],
)
def test_each_fault_is_found(findings_of: FindingsOf, old: str, new: str, rule: str) -> None:
    assert [finding.rule for finding in findings_of(CHECK, WEB.replace(old, new))] == [rule]


def test_a_sidecar_runs_on(findings_of: FindingsOf) -> None:
    sidecar = "{name: once, restartPolicy: Always, ports: [{name: web, containerPort: 2}],"
    found = findings_of(CHECK, WEB.replace("{name: once,", sidecar))
    assert [finding.rule for finding in found] == ["no-liveness", "no-readiness"]


@pytest.mark.parametrize(
    ("ports", "rules"),
    [
        ("[]", []),
        ("[{name: http-metrics, containerPort: 1}, {name: healthz, containerPort: 2}]", ["no-liveness"]),
        ("[{containerPort: 1}]", ["no-liveness", "no-readiness"]),
        ("[{name: metrics, containerPort: 1}, {name: http, containerPort: 2}]", ["no-liveness", "no-readiness"]),
    ],
)
def test_a_container_is_probed_at_what_it_serves(findings_of: FindingsOf, ports: str, rules: list[str]) -> None:
    bare = WEB[: WEB.index("          ports:")] + f"          ports: {ports}\n"
    assert [finding.rule for finding in findings_of(CHECK, bare)] == rules


@pytest.mark.parametrize(
    "values", ["livenessProbe: null", "livenessProbe: {enabled: false}", "extra: [{name: c, image: i:1}]"]
)
def test_what_the_values_drop_or_write_themselves_is_the_users_own(findings_of: FindingsOf, values: str) -> None:
    bare = WEB.replace("          livenessProbe: {httpGet: {port: http}}\n", "")
    assert findings_of(CHECK, bare, values=[values]) == []
