"""The check of leaks: a Secret's value elsewhere is found and never quoted; words in open use are none."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.leaks import CHECK

FindingsOf = Callable[..., list[Finding]]

# c2VjcmV0LXZhbHVl is "secret-value".
RELEASE = """\
kind: Secret
metadata: {name: s, annotations: {a: b}}
data: {token: c2VjcmV0LXZhbHVl, short: YWJjZGU=, odd: '!', bytes: /w==}
---
kind: ConfigMap
metadata: {name: c}
data: {a: text abcde}
"""


def test_a_secret_that_stays_in_its_place_is_no_finding(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, RELEASE) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("text", "http://me:secret-value@host", ("ConfigMap/c", "data.a")),
        ("text", "c2VjcmV0LXZhbHVl", ("ConfigMap/c", "data.a")),
        ("{a: b}", "{a: secret-value}", ("Secret/s", "metadata.annotations.a")),
    ],
)
def test_a_value_elsewhere_is_found_and_not_quoted(
    findings_of: FindingsOf, old: str, new: str, expected: tuple[str, str]
) -> None:
    (finding,) = findings_of(CHECK, RELEASE.replace(old, new))
    assert (str(finding.about), finding.where, finding.what) == (*expected, "holds the value of key token of Secret/s")


def test_a_word_that_is_used_openly_is_no_secret(findings_of: FindingsOf) -> None:
    release = RELEASE.replace("text", "secret-value")
    assert len(findings_of(CHECK, release, values=["password: secret-value"])) == 1
    assert findings_of(CHECK, release, values=["user: secret-value"]) == []


def test_string_data_counts(findings_of: FindingsOf) -> None:
    release = RELEASE.replace("data: {token: c2VjcmV0LXZhbHVl", "stringData: {token: in-the-open}\ndata: {x: eA==")
    assert [str(f.about) for f in findings_of(CHECK, release.replace("text", "in-the-open"))] == ["ConfigMap/c"]


def test_a_certificate_is_public_and_its_key_is_not(findings_of: FindingsOf) -> None:
    certificate = "-----BEGIN CERTIFICATE-----\\nMII\\n-----END CERTIFICATE-----"
    release = """\
kind: Secret
metadata: {{name: tls}}
stringData: {{tls.crt: "{0}", tls.key: "{1}"}}
---
kind: ConfigMap
metadata: {{name: copies}}
data: {{crt: "{0}", key: "{2}"}}
"""
    key = certificate.replace("CERTIFICATE", "PRIVATE KEY")
    assert findings_of(CHECK, release.format(certificate, key, "none")) == []
    (leak,) = findings_of(CHECK, release.format(certificate, key, key))
    assert leak.where == "data.key"
