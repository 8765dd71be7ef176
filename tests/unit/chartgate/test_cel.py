"""Expressions of CEL with what Kubernetes adds; tests/e2e/control_plane/test_policies.py asks a real API server."""

from typing import Any

import pytest

from chartgate.tools.cel.errors import EvaluationError, NotSupportedError
from chartgate.tools.cel.expressions import Expression, compiled

DATA = {"object": {"list": [3, 1, 2], "map": {"a": 1, "b": 2}, "text": "x"}}
NAMES = frozenset(DATA)


def value(text: str) -> Any:
    made = compiled(text, NAMES)
    assert isinstance(made, Expression), made
    return made.value(DATA)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("object.?none.orValue(3)", 3),
        ("object.map[?'a'].optMap(v, v + 1).value()", 2),
        ("1.5 < 2", True),
        ("object.list.all(i, v, v > i)", False),
        ("object.map.all(k, v, v > 0)", True),
        ("object.list.exists(i, v, i == 0 && v == 3)", True),
        ("object.map.existsOne(k, v, v == 2)", True),
        ("object.list.transformList(i, v, string(i) + string(v))", ["03", "11", "22"]),
        ("object.list.transformList(i, v, i > 0, v * 2)", [2, 4]),
        ("object.map.transformMap(k, v, v * 2)", {"a": 2, "b": 4}),
        ("object.map.transformMapEntry(k, v, {string(v): k})", {"1": "a", "2": "b"}),
        ("object.list.sortBy(e, -e)", [3, 2, 1]),
        ("[[1], [2, 3]].all(i, inner, inner.exists(j, v, v > i))", True),
        ("string(ip('::1'))", "::1"),
        ("string(cidr('10.0.0.0/8').ip())", "10.0.0.0"),
        ("quantity('1500m').add(quantity('500m')) == quantity('2')", True),
        ("object.list.sum()", 6),
        ("'%s %d'.format([object.list, 2])", "[3, 1, 2] 2"),
        ("sets.contains(object.list, [1])", True),
        ("url('https://example.com:80/a').getPort()", "80"),
        ("'a1b22'.findAll('[0-9]+')", ["1", "22"]),
        ("semver('1.2.0').isGreaterThan(semver('1.2.0-rc.1'))", True),
    ],
)
def test_an_expression_has_the_value_that_kubernetes_gives_it(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("object.none", "no such key: none"),
        ("object.list[9]", "index out of bounds: 9"),
        ("quantity('x')", "quantities must match the regular expression"),
        ("object.list.transformMapEntry(i, v, {'same': v})", "insert failed: key same already exists"),
        ("string(object.map)", "no such overload"),
    ],
)
def test_an_expression_without_a_value_says_why(text: str, words: str) -> None:
    with pytest.raises(EvaluationError, match=words):
        value(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("object.text ==", "Syntax error"),
        ("'a' + 1", "found no matching overload"),
        ("nobody", "undeclared reference to 'nobody'"),
        ("object.list.all(i, v, nobody)", "undeclared reference to 'nobody'"),
        ("object.list.all(i, v, v.unknown())", "undeclared reference to 'unknown'"),
        ("format.dns1123Label().validate('x').hasValue()", "undeclared reference to 'format'"),
    ],
)
def test_what_is_not_supported_is_said(text: str, words: str) -> None:
    made = compiled(text, NAMES)
    assert isinstance(made, NotSupportedError)
    assert words in str(made)
