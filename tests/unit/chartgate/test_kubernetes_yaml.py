"""YAML is read as Kubernetes reads it."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from chartgate.tools.kubernetes_yaml import KubernetesLoader, read_all, read_one, read_values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        ("-1_0.5e999", "-1_0.5e999"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
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
    for read in (read_one(text), read_all(f"a: {text}\n")[0]["a"], read_one(f'{{"a": {text}}}')["a"]):
        assert (read, type(read)) == (value, type(value))


def test_a_key_that_stands_twice_is_an_error() -> None:
    with pytest.raises(yaml.YAMLError, match='the key "a" appears twice'):
        read_one("{a: 1, b: 2, a: 3}")


def test_keys_are_texts_as_in_json() -> None:
    assert read_one("{on: a, 1: b, 1.5: c, x: d}") == {"true": "a", "1": "b", "1.5": "c", "x": "d"}


@pytest.mark.parametrize("text", ["{null: a, b: c}", "{~: a}", "? [a]\n: b\n", "? {a: b}\n: c\n"])
def test_a_key_that_json_does_not_have_is_an_error(text: str) -> None:
    for read in (read_one, read_values):
        with pytest.raises(yaml.YAMLError, match="a key is no text"):
            read(text)


def test_empty_documents_are_left_out() -> None:
    assert read_all("---\n# nothing\n---\na: 1\n---\n") == [{"a": 1}]


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: [x, 'y', \"z\", 1.5, 0x1F, 0o17, 0777, 1e3, yes, No, ~, null, ]\n",
        "---\na: |\n  b\n   c\n---\n---\n- {}\n- []\n- ''\n",
        "# nothing\n",
        "",
        "1: x\ntrue: y\n",
        "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n",
        "a: !!str 1\nb: !!int '2'\n",
        "'<<': 1\n",
        "? {a: 1}\n: 2\n",
        "a: 1\na: 2\n",
        "a: [\n",
        "a: .inf\n",
        "a: -.INF\n",
        "a: .NaN\n",
        "a: !unknown 1\n",
        "a: '.inf'\n",
    ],
)
def test_the_fast_way_reads_what_the_loader_reads(text: str) -> None:
    try:
        expected = [document for document in yaml.load_all(text, KubernetesLoader) if document is not None]
    except yaml.YAMLError as error:
        with pytest.raises(type(error)):
            read_all(text)
    else:
        assert repr(read_all(text)) == repr(expected)


@pytest.mark.parametrize("number", [".inf", "-.INF", ".NaN"])
def test_a_number_that_json_does_not_have_is_refused(number: str) -> None:
    with pytest.raises(yaml.YAMLError, match="is a number that JSON does not have"):
        read_all(f"a: {number}\n")


def test_of_two_equal_keys_of_a_values_file_the_last_counts_as_for_helm() -> None:
    values, repeated = read_values("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert values == {"a": 3, "b": {"c": 2}}
    assert sorted(repeated) == [("a", 1), ("c", 3)]


def test_merge_keys_are_yaml() -> None:
    values, repeated = read_values("base: &base {a: 1, b: 2}\none: {<<: *base, b: 3}\ntwo:\n  <<: [*base]\n  c: 4\n")
    assert values["one"] == {"a": 1, "b": 3}
    assert values["two"] == {"a": 1, "b": 2, "c": 4}
    assert repeated == []
    assert read_one("base: &base {a: 1}\none: {<<: *base}\n")["one"] == {"a": 1}


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a\n  b: &b {c: [*b, *a]}"])
@pytest.mark.parametrize("read", [read_one, read_all, read_values])
def test_an_anchor_that_contains_itself_is_an_error(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        read(text)


@pytest.mark.parametrize("read", [read_one, read_all, read_values])
def test_a_text_that_is_nested_too_deep_is_an_error(read: Callable[[str], Any]) -> None:
    with pytest.raises(yaml.YAMLError, match="is nested too deep"):
        read(f"a: &a {'[' * 900}{']' * 900}\nb: *a")


def test_equal_parts_of_large_texts_are_kept_once() -> None:
    def read(name: str, *, of: str = "1") -> Any:
        parts = "".join(f"  key{number}: {{a: [{of}, {{b: c}}]}}\n" for number in range(1000))
        (document,) = read_all(f"name: {name}\nspec:\n{parts}")
        return document

    first, second, others = read("a"), read("b"), [read("c", of=of) for of in ("true", "1.0", "'1'")]
    assert first["spec"] is second["spec"]
    assert (first["name"], second["name"]) == ("a", "b")
    assert [type(one["spec"]["key0"]["a"][0]) for one in (first, *others)] == [int, bool, float, str]
    with pytest.raises(TypeError, match="cannot be changed"):
        first["spec"]["key0"] = 1
