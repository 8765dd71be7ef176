"""The check of network policies: what the release leads to is let in, and nothing else is opened."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.network_policies import CHECK

FindingsOf = Callable[..., list[Finding]]

RELEASE = """\
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: c
          ports: [{name: http, containerPort: 8080}, {name: metrics, containerPort: 9100}]
          livenessProbe: {httpGet: {port: 2020}}
---
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
kind: PodMonitor
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, podMetricsEndpoints: [{port: metrics}]}
---
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}, {port: metrics}]}]}
"""


def test_a_policy_that_fits_has_no_findings(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, RELEASE) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[{ports: [{port: 8080}, {port: metrics}]}]", "[{}]"),
        ("[{ports: [{port: 8080}, {port: metrics}]}]", "[{from: [{podSelector: {}}]}]"),
        ("{port: 8080}", "{port: 8000, endPort: 8100}"),
        ("{port: 8080}", "{port: http, protocol: TCP}"),
        ("{port: 8080}", "{port: 8080}, {port: 2020}"),
        ("ingress: [{ports: [{port: 8080}, {port: metrics}]}]", "policyTypes: [Egress]"),
        (
            "podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}, {port: metrics}]}]",
            "podSelector: {matchLabels: {app: other}}",
        ),
    ],
)
def test_other_ways_to_admit_the_same(findings_of: FindingsOf, old: str, new: str) -> None:
    assert old in RELEASE
    assert findings_of(CHECK, RELEASE.replace(old, new)) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{port: 8080}, ", "", [("blocked", "Service/web")]),
        (", {port: metrics}", "", [("blocked", "PodMonitor/web")]),
        (
            "{port: 8080}",
            "{port: 8080, protocol: UDP}",
            [("blocked", "Service/web"), ("closed-port", "NetworkPolicy/web")],
        ),
        ("{port: metrics}", "{port: metrics}, {port: 9}", [("closed-port", "NetworkPolicy/web")]),
        ("{port: metrics}", "{port: metrics}, {port: none}", [("closed-port", "NetworkPolicy/web")]),
        (
            "[{ports: [{port: 8080}, {port: metrics}]}]",
            "[]",
            [("blocked", "Service/web"), ("blocked", "PodMonitor/web")],
        ),
    ],
)
def test_each_fault_is_found(findings_of: FindingsOf, old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert [(finding.rule, str(finding.about)) for finding in findings_of(CHECK, RELEASE.replace(old, new))] == expected


def test_two_policies_admit_together(findings_of: FindingsOf) -> None:
    second = (
        "---\nkind: NetworkPolicy\nmetadata: {name: two}\nspec: {podSelector: {}, ingress: [{ports: [{port: http}]}]}"
    )
    assert findings_of(CHECK, RELEASE.replace("{port: 8080}, ", "") + second) == []


def test_a_rule_of_the_users_own_may_open_what_he_likes(findings_of: FindingsOf) -> None:
    open_more = RELEASE.replace("{port: metrics}]}]", "{port: metrics}]}, {ports: [{port: 9}]}]")
    assert findings_of(CHECK, open_more, values=["extraIngress: [{ports: [{port: 9}]}]"]) == []


def test_a_release_without_policies_is_not_examined(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, RELEASE.partition("---\nkind: NetworkPolicy")[0]) == []
