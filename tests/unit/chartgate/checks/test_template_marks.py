"""The check of texts that a broken template prints."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.template_marks import CHECK, marks

FindingsOf = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("http://<no value>:80", "no-value"),
        ("user: <nil>", "no-value"),
        ("%!d(string=x)", "format"),
        ("a-%!s(MISSING)", "format"),
        ("a%!(EXTRA string=b)", "format"),
        ("%!s(<nil>)", "format"),
        ("%!s(float64=3)", "format"),
        ("map[repository:nginx tag:1.27]", "map"),
        ("map[]", "map"),
        ("size=1.23456789e+08", "exponent"),
        ("1e+06", "exponent"),
        ("http://host/1.23456789e+08/map[a:1]", "exponent"),
    ],
)
def test_each_mark_is_found(text: str, rule: str) -> None:
    assert rule in dict(marks(text))


@pytest.mark.parametrize(
    "text",
    [
        "no value at all",
        "var m map[string]int",
        "func f(m map[string]bool) error { return m[k] }",
        "100%! (really)",
        "AAB3NzaC1e+08yc2EAAAA",
        "1.5e+03",
        "1e6",
        "MIIB1e+07/x=",
        "if err != <-nilchan",
    ],
)
def test_what_people_write_is_not_taken_for_a_mark(text: str) -> None:
    assert marks(text) == ()


def test_a_mark_is_found_at_any_depth_and_in_keys(findings_of: FindingsOf) -> None:
    pod = "kind: Pod\nmetadata: {name: p, labels: {'<no value>': a}}\nspec: {x: [{z: 'a <no value>'}]}\n"
    assert [finding.where for finding in findings_of(CHECK, pod)] == [
        "metadata.labels.<no value> (key)",
        "spec.x[0].z",
    ]


def test_a_mark_that_the_values_hold_is_the_users_own(findings_of: FindingsOf) -> None:
    text = "kind: ConfigMap\nmetadata: {name: c}\ndata: {a: 'x <no value> y'}\n"
    assert findings_of(CHECK, text)
    assert findings_of(CHECK, text, values=["text: x <no value> y"]) == []


def test_the_text_of_a_secret_is_not_shown(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(CHECK, "kind: Secret\nmetadata: {name: s}\nstringData: {a: 'map[password:hunter2]'}\n")
    assert "hunter2" not in str(finding)
