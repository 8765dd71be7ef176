"""The check of resources: requests, a limit on memory, and amounts that fit each other."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.resources import CHECK

FindingsOf = Callable[..., list[Finding]]

WEB = """\
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - {name: c, image: 'i:1', resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 1, memory: 64Mi}}}
"""


def test_sound_resources_have_no_findings(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, WEB) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("cpu: 100m, ", "", "no-request"),
        (", memory: 64Mi}}", "}}", "no-limit"),
        ("cpu: 1,", "cpu: 0.05,", "request-above-limit"),
        ("memory: 64Mi}}", "memory: 64000Ki}}", "request-above-limit"),
        ("100m", "100 m", "quantity"),
    ],
)
def test_each_fault_is_found(findings_of: FindingsOf, old: str, new: str, rule: str) -> None:
    assert [finding.rule for finding in findings_of(CHECK, WEB.replace(old, new))] == [rule]


def test_what_the_values_leave_out_is_left_out_on_purpose(findings_of: FindingsOf) -> None:
    bare = WEB.replace("{requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 1, memory: 64Mi}}", "{}")
    assert len(findings_of(CHECK, bare)) == 3
    assert findings_of(CHECK, bare, values=["resources: {}"]) == []
    assert len(findings_of(CHECK, bare, values=["other: {}"])) == 3
