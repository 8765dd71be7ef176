"""YAML is read as Kubernetes reads it."""

import pytest
import yaml

from chartgate.tools.kubernetes_yaml import read_all, read_one


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0),
        ("no", False),
        ("y", True),
        ("2020-01-01", "2020-01-01"),
        ("1:30", "1:30"),
        ("0777", 511),
        ("0x1f", 31),
        ("08", 8.0),
        ("1.10.2", "1.10.2"),
        ("'no'", "no"),
        ("~", None),
        ("2592000000", 2592000000),
    ],
)
def test_plain_scalars_have_the_type_that_kubernetes_sees(text: str, value: object) -> None:
    read = read_one(text)
    assert (read, type(read)) == (value, type(value))


def test_a_key_that_stands_twice_is_an_error() -> None:
    with pytest.raises(yaml.YAMLError, match='the key "a" stands twice'):
        read_one("{a: 1, b: 2, a: 3}")


def test_keys_are_texts_as_in_json() -> None:
    assert read_one("{on: a, 1: b, 1.5: c, x: d}") == {"true": "a", "1": "b", "1.5": "c", "x": "d"}


def test_empty_documents_are_left_out() -> None:
    assert read_all("---\n# nothing\n---\na: 1\n---\n") == [{"a": 1}]
