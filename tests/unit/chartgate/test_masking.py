"""Secrets in reports are masked: in objects, values and arguments, however they are written."""

from collections.abc import Callable

import pytest

from chartgate.releases.release import Release
from chartgate.reports.json_report import object_key
from chartgate.reports.masking import (
    argument_without_secrets,
    as_yaml,
    masked,
    secret_texts,
    values_without_secrets,
    without_secrets,
)
from chartgate.tools.kubernetes_yaml import read_one

SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {token: %s}\n"
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {"a": "yes", b: "1\\n2\\n"}
"""


def test_an_object_is_kept_under_what_is_shown_of_it(release_of: Callable[..., Release]) -> None:
    one, other = (release_of(SECRET % text).only("Secret") for text in ("a", "b"))
    assert one.digest != other.digest
    assert object_key(one) == object_key(other)


def test_a_checksum_of_a_secret_is_masked_as_the_secret_is(release_of: Callable[..., Release]) -> None:
    text = (
        "kind: Deployment\nmetadata: {name: d}\nspec: {template: {metadata: {annotations: {checksum/secret: abc}}}}\n"
    )
    assert "abc" not in as_yaml(masked(release_of(text).only("Deployment")))


def test_masked_yaml_reads_as_the_object(release_of: Callable[..., Release]) -> None:
    config = release_of(CONFIG).only("ConfigMap")
    text = as_yaml(masked(config))
    assert read_one(text) == config.manifest
    assert "b: |\n" in text


def test_short_texts_of_secrets_stay_readable_elsewhere(release_of: Callable[..., Release]) -> None:
    secret = "kind: Secret\nmetadata: {name: s}\nstringData: {on: 'true', long: long-enough-to-be-a-secret}\n"
    texts = secret_texts(release_of(secret))
    assert without_secrets("a: true\nb: long-enough-to-be-a-secret", texts) == "a: true\nb: (masked)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a: x # why\nb: long-enough\n", "a: x # why\nb: (masked)\n"),
        ('{"a": 1, "b": "say \\"please\\" twice"}', "a: 1\nb: (masked)\n"),
        ("a: |\n  -----BEGIN-----\n  abc\nb: c\n", "a: |\n  (masked)\nb: c\n"),
        ("a: 'don''t tell anyone'\n", "a: (masked)\n"),
        ("a: [12345678, {long-enough: 1}]\n", "a: [(masked), {(masked): 1}]\n"),
        ('"a": "b \\\n  c d e f"\n', "a: (masked)\n"),
        ('a: "long\\u002denough"\na: 1\n', "(masked)"),
    ],
)
def test_secrets_are_masked_in_values_however_they_are_written(text: str, shown: str) -> None:
    secrets = [
        "long-enough",
        'say "please" twice',
        "-----BEGIN-----\nabc",
        "don't tell anyone",
        "12345678",
        "b c d e f",
    ]
    assert values_without_secrets(text, secrets) == shown


def test_secrets_are_masked_in_arguments_however_they_are_written() -> None:
    secrets = ["long-enough", "one,two,three"]
    assert argument_without_secrets("a=long-enough,b=c", secrets) == "a=(masked),b=c"
    assert argument_without_secrets(r"a.b=one\,two\,three", secrets) == "a.b=(masked)"
    assert argument_without_secrets(r'a={"b": "long\u002denough"}', secrets) == "a=(masked)"
    assert argument_without_secrets(r'a="one\ttwo"', secrets) == r'a="one\ttwo"'
