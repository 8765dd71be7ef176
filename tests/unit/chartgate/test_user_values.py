"""What a user asks for counts alike in a values file and in Helm's --set arguments."""

from collections.abc import Callable
from typing import Any

import pytest

from chartgate.findings.check import Check
from chartgate.findings.images import CHECK as IMAGES
from chartgate.findings.network_policies import CHECK as NETWORK_POLICIES
from chartgate.findings.probes import CHECK as PROBES
from chartgate.findings.references import CHECK as REFERENCES
from chartgate.findings.resources import CHECK as RESOURCES
from chartgate.findings.runner import examine
from chartgate.findings.template_marks import CHECK as TEMPLATE_MARKS
from chartgate.findings.user_values import UserValues
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.assignments import assigned
from chartgate.values.case import Case


@pytest.mark.parametrize(
    ("sets", "values"),
    [
        (("--set", "a=1,b.c=text"), {"a": 1, "b": {"c": "text"}}),
        (("--set", "a=true,b=null,c=007,d=-3,e=1.5"), {"a": True, "b": None, "c": "007", "d": -3, "e": "1.5"}),
        (("--set", "a={x,y},b={}"), {"a": ["x", "y"], "b": []}),
        (("--set", "a[1].b=x"), {"a": [None, {"b": "x"}]}),
        (("--set", "a[0][1]=x"), {"a": [[None, "x"]]}),
        (("--set", r"a\.b/c=x\,y"), {"a.b/c": "x,y"}),
        (("--set-string", "a=1,b=true"), {"a": "1", "b": "true"}),
        (("--set-json", 'a={"b": [1, null]}'), {"a": {"b": [1, None]}}),
        (("--set-json", '{"a": {"b": 1}}'), {"a": {"b": 1}}),
        (("--set-literal", "a=x,y={z}"), {"a": "x,y={z}"}),
        (("--set", "a=1", "--set", "a.b=2"), {"a": {"b": 2}}),
        (("--set", "a.b=1", "--set", "a.c=2"), {"a": {"b": 1, "c": 2}}),
        (("--set", "a", "--set-json", "b={", "--set", "c[99999999]=1"), {"b": None, "c": []}),
        ((), {}),
    ],
)
def test_set_arguments_are_read_as_helm_does(sets: tuple[str, ...], values: dict[str, Any]) -> None:
    assert assigned(sets) == values


WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: mine
      containers: [{name: c, image: 'a:1', ports: [{containerPort: 80}], args: ['map[a:1]']}]
"""
POLICY = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 99}]}]}
"""


@pytest.mark.parametrize(
    ("check", "rule", "sets"),
    [
        (PROBES, "no-liveness", ("--set-json", "livenessProbe={}")),
        (PROBES, "no-readiness", ("--set", "readinessProbe.enabled=false")),
        (RESOURCES, "no-limit", ("--set-json", "resources={}")),
        (REFERENCES, "missing", ("--set", "serviceAccount.name=mine")),
        (NETWORK_POLICIES, "closed-port", ("--set-json", 'extra=[{"ports": [{"port": 99}]}]')),
        (TEMPLATE_MARKS, "map", ("--set-string", "args={map[a:1]}")),
        (IMAGES, "registry", ("--set", "sidecars[0].name=c,sidecars[0].image=a:1")),
    ],
)
def test_what_a_set_argument_asks_for_is_no_fault_of_the_chart(
    check: Check, rule: str, sets: tuple[str, ...], release_of: Callable[..., Release]
) -> None:
    release = release_of(WEB + POLICY)
    for asked, expected in ((), True), (sets, False):
        (verdict,) = examine(check, [Rendered(Case("x", sets=asked), release, {"other-registry": release})])
        assert (rule in {finding.rule for finding in verdict.findings}) == expected


def test_equal_renders_of_other_values_are_listed_separately(release_of: Callable[..., Release]) -> None:
    release = release_of(WEB)
    cases = [Case("asked", sets=("--set-json", "livenessProbe={}")), Case("not")]
    verdicts = examine(PROBES, [Rendered(case, release) for case in cases])
    found = [{finding.rule for finding in verdict.findings} for verdict in verdicts]
    assert ["no-liveness" in rules for rules in found] == [False, True]


def test_values_that_cannot_be_read_hold_nothing() -> None:
    assert not UserValues(("a: [", "b: 1\n---\nc: 2\n")).holds({"b": 1})
