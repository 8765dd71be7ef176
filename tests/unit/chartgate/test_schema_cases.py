"""Cases made from a schema: accepted ones fit it, refused ones are one step away, and equal seeds make equal cases."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.case import Case
from chartgate.values.chart import Chart, read_chart
from chartgate.values.formats import EXAMPLES
from chartgate.values.hostile_cases import WORD, hostile_cases
from chartgate.values.intent import meant_text
from chartgate.values.minimal_values import minimal
from chartgate.values.random_values import HOSTILE, RandomValues
from chartgate.values.schema_cases import accepted_stream, refused_cases
from chartgate.values.shape import Shape, dotted, placed, values_text

MakeChart = Callable[[dict[str, str]], Path]

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "count": {"type": "integer", "minimum": 0, "maximum": 9},
        "mode": {"type": "string", "enum": ["a", "b"]},
        "name": {"type": "string", "maxLength": 20, "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$"},
        "text": {"type": "string"},
        "live": {"type": "boolean"},
        "anything": {"type": "object", "additionalProperties": True},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "deep": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"size": {"type": ["string", "number"], "pattern": "^[0-9]+$", "minimum": 1}},
        },
        "list": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["host"],
                "properties": {"host": {"$ref": "#/definitions/host"}, "port": {"type": "integer", "minimum": 1}},
            },
        },
    },
    "definitions": {"host": {"type": "string", "minLength": 1}},
}
FILES = {
    "values.schema.json": json.dumps(SCHEMA),
    "values.yaml": (
        "count: 1\nmode: a\nname: tiny\ntext: some\nlive: true\nanything: {}\nlabels: {}\ndeep: {size: 1}\nlist: []\n"
    ),
    "ci/list-values.yaml": "list: [{host: a, port: 1}]\n",
}


@pytest.fixture
def tiny(make_chart: MakeChart) -> Path:
    return make_chart(FILES)


@pytest.fixture
def shape(tiny: Path) -> Shape:
    found = read_chart(tiny).shape
    assert found is not None
    return found


def values_of(case: Case) -> dict[str, Any]:
    values: dict[str, Any] = read_one(case.values[0])
    return values


def accepted(chart: Chart, count: int, seed: int) -> list[Case]:
    return list(islice(accepted_stream(chart, seed), count))


def test_accepted_cases_fit_the_schema_and_reach_every_place(tiny: Path, shape: Shape) -> None:
    cases = accepted(read_chart(tiny), 200, 1)
    assert len({case.name for case in cases}) == 200
    assert all(shape.fits(values_of(case)) and case.origin == "schema" and case.refusal is None for case in cases)
    touched = {key for case in cases for key in values_of(case)}
    # What a map may hold is not known, so that nothing is made up for it.
    assert touched == {*SCHEMA["properties"]} - {"anything"}


def test_refused_cases_break_every_rule_and_say_what_helm_must_name(tiny: Path, shape: Shape) -> None:
    cases = refused_cases(read_chart(tiny), 500, 1)
    assert not [case.proves for case in cases if shape.fits(values_of(case))]
    assert all(case.refusal for case in cases)
    told = {case.proves.partition(" with ")[2]: case.refusal for case in cases}
    assert {
        ("unknown key at unknownToChartgate", "unknownToChartgate"),
        ("unknown key at deep.unknownToChartgate", "unknownToChartgate"),
        ("unknown key at list.0.unknownToChartgate", "unknownToChartgate"),
        ("missing key at list.0", "list.0"),
        ("above maximum at count", "count"),
        ("below minimum at list.0.port", "list.0.port"),
        ("below minimum at deep.size", "deep.size"),
        ("broken enum at mode", "mode"),
        ("broken pattern at name", "name"),
        ("too long at name", "name"),
        ("too short at list.0.host", "list.0.host"),
        ("wrong type at live", "live"),
        ("wrong type at labels", "labels"),
    } <= set(told.items())


def test_what_only_the_schema_has_is_refused_too(make_chart: MakeChart) -> None:
    deep = {"type": "object", "properties": {"size": {"type": "integer", "maximum": 9}}}
    schema = {"properties": {"on": {"type": "boolean"}, "deep": deep}}
    cases = refused_cases(read_chart(make_chart({"values.schema.json": json.dumps(schema), "values.yaml": ""})), 50, 1)
    told = {(case.proves.partition(" with ")[2], case.refusal) for case in cases}
    assert told == {
        ("wrong type at on", "on"),
        ("wrong type at deep.size", "deep.size"),
        ("above maximum at deep.size", "deep.size"),
    }


@pytest.mark.parametrize("make", [accepted, refused_cases, hostile_cases])
def test_the_seed_decides(tiny: Path, make: Callable[[Chart, int, int], Any]) -> None:
    chart = read_chart(tiny)
    assert make(chart, 25, 7) == make(chart, 25, 7)
    assert make(chart, 25, 7) != make(chart, 25, 8)


def test_the_seed_decides_in_every_process() -> None:
    program = (
        "from random import Random; from chartgate.values.random_values import RandomValues; "
        "from chartgate.values.shape import Shape; "
        r"schema = {'type': 'string', 'pattern': r'^[^a-z]\W\D\S[^0-9\s]{20}.$'}; "
        "made = RandomValues(Shape({'properties': {'a': schema}}, {}), Random(1)); "
        "print([made.value(schema) for _ in range(20)])"
    )

    def made(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", program]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert len(made("1")) > len("[]\n")
    assert made("1") == made("2")


def test_a_chart_without_schema_has_no_such_cases(make_chart: MakeChart) -> None:
    chart = read_chart(make_chart({"values.yaml": "a: 1\n"}))
    assert accepted(chart, 5, 1) == refused_cases(chart, 5, 1) == hostile_cases(chart, 5, 1) == []


def test_what_a_matrix_keeps_is_left_alone(make_chart: MakeChart) -> None:
    matrix = (
        "axes: [{name: a, helm: ['4']}, {name: b, kubernetes: ['1.37']}]\nstrength: [{t: 1}]\n"
        "generated: {keep: [{path: 'te*', reason: nobody needs it}]}\n"
    )
    chart = make_chart({**FILES, "matrix.yaml": matrix})
    assert not [case for case in accepted(read_chart(chart), 100, 1) if "text" in values_of(case)]


def test_a_schema_with_one_switch_has_two_cases(make_chart: MakeChart) -> None:
    schema = {"properties": {"live": {"type": "boolean"}, "open": {}}}
    chart = make_chart({"values.schema.json": json.dumps(schema)})
    assert sorted(case.values[0] for case in accepted(read_chart(chart), 9, 1)) == [
        values_text({"live": False}),
        values_text({"live": True}),
    ]


def test_hostile_texts_stay_what_they_are_in_a_values_file(shape: Shape) -> None:
    inventor = RandomValues(shape, Random(1))
    assert inventor.hostile({"type": "string"}) == list(HOSTILE)
    assert inventor.hostile({"type": "string", "pattern": "^[a-z]{1,9}$"}) == ["no", "null", "true"]
    values = {"texts": [*HOSTILE, "\x7f", "\x85", "\ufeff"]}
    assert read_one(values_text(values)) == values


def test_a_hostile_case_changes_one_value(tiny: Path) -> None:
    cases = hostile_cases(read_chart(tiny), 1000, 1)
    paths = {case.proves.rpartition(" at ")[2] for case in cases}
    assert paths == {"name", "text"}
    for case in cases:
        plain, hostile = read_one(case.harmless[0]), values_of(case)
        assert json.dumps(plain).replace(WORD, "") == json.dumps(hostile).replace(json.dumps(case.hostile)[1:-1], "")
    assert {case.hostile for case in cases if case.proves.endswith(" at text")} == set(HOSTILE)


def test_shrinking_leaves_what_is_at_fault() -> None:
    values = {"a": {"b": 1, "c": [1, 2, {"d": 3, "e": 4}]}, "f": 5}

    def fails(candidate: Mapping[str, Any]) -> bool:
        return any(isinstance(item, dict) and "e" in item for item in candidate.get("a", {}).get("c", []))

    assert minimal(values, fails) == {"a": {"c": [{"e": 4}]}}


def test_shrinking_takes_few_tries_where_one_of_many_values_is_at_fault() -> None:
    tries: list[Mapping[str, Any]] = []

    def fails(candidate: Mapping[str, Any]) -> bool:
        tries.append(candidate)
        return "at-fault" in candidate.get("part-7", {})

    values = {f"part-{part}": {**{f"key-{key}": 1 for key in range(16)}, "at-fault": 2} for part in range(16)}
    assert minimal(values, fails) == {"part-7": {"at-fault": 2}}
    assert len(tries) < 30


def test_shrinking_ends(tiny: Path) -> None:
    (case,) = islice(accepted_stream(read_chart(tiny), 1), 1)
    assert minimal(values_of(case), lambda _: True) == {}
    assert minimal({"a": 1}, lambda _: False) == {"a": 1}


def test_a_value_is_placed_beside_what_is_there() -> None:
    values = {"list": [{"a": 1}, {"a": 2}]}
    full = {"list": [{"a": 1}, {"a": 2}], "map": {"b": 3}}
    assert placed(values, ("list", 1, "c"), 4, full) == {"list": [{"a": 1}, {"a": 2, "c": 4}]}
    assert placed(values, ("map", "x", "y"), 5, full) == {**values, "map": {"x": {"y": 5}}}
    assert values == {"list": [{"a": 1}, {"a": 2}]}


def _schema(**properties: Any) -> Shape:
    draft = "http://json-schema.org/draft-07/schema#"
    return Shape({"$schema": draft, "type": "object", "properties": properties}, {})


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_text_with_a_format_has_the_format(name: str) -> None:
    shape = _schema(value={"type": "string", "format": name})
    inventor = RandomValues(shape, Random(1))
    made = {inventor.value(shape.root["properties"]["value"]) for _ in range(20)}
    assert made <= set(EXAMPLES[name])
    assert all(shape.fits({"value": text}) for text in EXAMPLES[name])


def test_no_text_is_taken_to_be_refused_for_its_format_alone() -> None:
    shape = _schema(value={"type": "string", "format": "uuid"})
    assert not shape.fits({"value": "none"})
    assert not shape.refuses({"value": "none"})
    assert shape.refuses({"value": 1})


@pytest.mark.parametrize(
    "reference",
    [
        "#/properties/value",
        "#/definitions/value",
        "#/definitions/of~1it",
        "https://example.com/s.json#/properties/value",
    ],
)
def test_a_reference_leads_to_any_part_of_the_schema(reference: str) -> None:
    value = {"type": "integer", "minimum": 1}
    properties = {"value": value, "other": {"type": "object", "properties": {"x": {"$ref": reference}}}}
    shape = Shape(
        {
            "$id": "https://example.com/s.json",
            "properties": properties,
            "definitions": {"value": value, "of/it": value},
        },
        {},
    )
    (place,) = [place for place in shape.leaves if dotted(place.path) == "other.x"]
    assert place.schema == value
    assert not shape.fits_at({"x": 0}, shape.root["properties"]["other"])
    assert shape.fits_at({"x": 1}, shape.root["properties"]["other"])


@pytest.mark.parametrize(
    "reference", ["#/nowhere", "other.json", "https://example.org/other.json#/definitions/x", "#/"]
)
def test_what_a_reference_elsewhere_allows_is_left_open(reference: str) -> None:
    shape = Shape({"properties": {"x": {"$ref": reference}}}, {})
    with pytest.raises(LookupError):
        RandomValues(shape, Random(1)).value(shape.leaves[0].schema)


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ({"type": "string", "pattern": "^[a-f]{128}$"}, True),
        ({"type": "string", "pattern": "^([a-f]{64}){2}$"}, True),
        ({"type": "string", "pattern": "^[a-f]{300,}$"}, True),
        ({"type": "string", "minLength": 128}, True),
        ({"type": "string", "minLength": 9, "maxLength": 3}, False),
        ({"type": "string", "minLength": 10**9}, False),
        ({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5}, True),
        ({"type": "integer", "minimum": 5, "maximum": 3}, False),
        ({"type": "integer", "maximum": -3}, True),
        ({"type": "integer", "multipleOf": 5, "minimum": 1}, True),
        ({"type": "number", "minimum": 0.1, "maximum": 0.9}, True),
        ({"type": "array", "items": {"type": "string"}, "minItems": 10**9}, False),
        ({"type": ["null"]}, False),
        ({"$ref": "#"}, False),
    ],
)
def test_a_schema_at_its_limits_gives_a_value_or_none(part: Mapping[str, Any], found: bool) -> None:
    shape = Shape({"type": "object", "required": ["value"], "properties": {"value": part}}, {})
    inventor = RandomValues(shape, Random(1))
    if found:
        assert shape.fits({"value": inventor.value(part)})
    else:
        with pytest.raises(LookupError):
            inventor.value(part)


@pytest.mark.parametrize(
    ("key", "default", "expected"),
    [
        ("dnsPolicy", "ClusterFirst", None),
        ("pullPolicy", "IfNotPresent", None),
        ("type", "", None),
        ("mode", "Standalone", None),
        ("memory", "128Mi", r"\d+Mi"),
        ("maxSurge", "25%", r"\d+%"),
        ("interval", "30s", r"\d+s"),
        ("digest", "", r"sha256:[0-9a-f]{64}"),
        ("repository", "docker.io/library/nginx", r"[\w.:/-]+"),
        ("nameOverride", "", r"[a-z-]+\d?"),
        ("host", "chart.local", r"[a-z0-9.-]+"),
        ("mountPath", "/data", r"/[\w/]*"),
    ],
)
def test_a_text_is_one_that_people_mean(key: str, default: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(LookupError):
            meant_text(key, default)
        return
    make = meant_text(key, default)
    assert make is not None
    assert all(re.fullmatch(expected, make(Random(seed))) for seed in range(20))


@pytest.mark.parametrize("key", ["password", "podAnnotations", "message", "extraArgs", "description", "customConfig"])
def test_a_free_text_may_be_anything(key: str) -> None:
    assert meant_text(key, "some") is None


def test_the_keys_of_a_map_are_ones_that_yaml_takes() -> None:
    part = {"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}, "additionalProperties": {"type": "string"}}
    shape = _schema(value=part)
    keys = {
        key for seed in range(200) for key in RandomValues(shape, Random(seed)).value(shape.root["properties"]["value"])
    }
    assert keys
    assert max(map(len, keys)) <= 253
