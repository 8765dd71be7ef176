"""The check of names: lengths and characters by what a name becomes, and the longest release name."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.names import CHECK

FindingsOf = Callable[..., list[Finding]]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a.b, labels: {example.com/a: B_c.1}}
spec:
  containers: [{name: c, ports: [{name: http-1, containerPort: 1}]}]
  volumes: [{name: v}]
"""


def named(kind: str, name: str) -> str:
    return f"---\nkind: {kind}\nmetadata: {{name: {name}}}\n"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ConfigMap", f"{'a' * 250}.b1"),
        ("Service", "a" * 63),
        ("StatefulSet", "a" * 52),
        ("CronJob", "a" * 52),
        ("Job", "a" * 63),
        ("Role", "system:Reader"),
    ],
)
def test_a_name_may_be_as_long_as_what_it_becomes(findings_of: FindingsOf, kind: str, name: str) -> None:
    assert findings_of(CHECK, named(kind, name)) == []
    if kind != "Role":
        assert [finding.rule for finding in findings_of(CHECK, named(kind, f"a{name}"))] == ["too-long"]


def test_a_service_may_start_with_a_digit_since_1_36(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(CHECK, named("Service", "1a"), kube="1.35")
    assert "starts with a letter" in finding.what
    assert findings_of(CHECK, named("Service", "1a"), kube="1.36") == []


@pytest.mark.parametrize(
    ("kind", "name"), [("Service", "1a."), ("ConfigMap", "A"), ("Secret", "a-"), ("StatefulSet", "a.b")]
)
def test_characters_that_dns_does_not_have_are_found(findings_of: FindingsOf, kind: str, name: str) -> None:
    assert [finding.rule for finding in findings_of(CHECK, named(kind, name))] == ["characters"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("B_c.1", "'-x'", "label"),
        ("B_c.1", "a" * 64, "label"),
        ("B_c.1", "1", "label"),
        ("example.com/a", "-/a", "label"),
        ("{name: c,", "{name: C,", "inner-name"),
        ("http-1", "a-port-with-a-long-name", "inner-name"),
        ("{name: v}", "{name: v.1}", "inner-name"),
    ],
)
def test_names_within_an_object_count(findings_of: FindingsOf, old: str, new: str, rule: str) -> None:
    assert findings_of(CHECK, POD) == []
    assert {finding.rule for finding in findings_of(CHECK, POD.replace(old, new))} == {rule}


def test_the_longest_release_name_is_looked_at_too(findings_of: FindingsOf) -> None:
    short, long = named("Service", "x"), named("Service", "x" * 64)
    assert [finding.rule for finding in findings_of(CHECK, short, variants={"long-release": long})] == ["too-long"]


def test_objects_that_share_a_shortened_name_collide(findings_of: FindingsOf) -> None:
    found = findings_of(CHECK, named("Secret", "x"), variants={"long-release": named("Secret", "x") * 2})
    assert [finding.rule for finding in found] == ["collision"]
