"""Values that the gate makes are such as people mean, and what an object has of them word for word is not its fault."""

import json
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from chartgate import gate
from chartgate.findings.registry import BY_KEY
from chartgate.values.chart import read_chart
from chartgate.values.hostile_cases import hostile_cases
from chartgate.values.schema_cases import accepted_stream
from chartgate.values.selection import Choice
from tests.unit.chartgate.command_line import MakeChart

TEXT = {"type": "string"}
HEAD = "---\napiVersion: v1\nkind: {}\nmetadata: {{name: {}}}\n"


def files(template: str, **properties: Mapping[str, Any]) -> dict[str, str]:
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": properties}
    return {"templates/a.yaml": template, "values.schema.json": json.dumps(schema), "values.yaml": "{}\n"}


def found_of(chart: Path, monkeypatch: pytest.MonkeyPatch, *checks: str) -> list[tuple[str, str]]:
    """The defects that these checks find with generated values: the rule, and the place."""
    monkeypatch.setattr(gate, "CHECKS", tuple(BY_KEY[key] for key in ("render", *checks)))
    results = gate.run(chart, Choice(helm=("embedded",), kubernetes=("1.37",), generated=40))
    return [(defect.finding.rule, defect.finding.where) for defect in results.defects]


@pytest.mark.parametrize(
    ("bounds", "fits"),
    [
        ({"maxLength": 63}, lambda text: len(text) <= 63),
        ({"minLength": 30, "maxLength": 40}, lambda text: 30 <= len(text) <= 40),
        ({"maxLength": 2}, lambda text: len(text) <= 2),
    ],
)
def test_a_length_does_not_make_any_text_a_name(
    bounds: dict[str, int], fits: Callable[[str], bool], make_chart: MakeChart
) -> None:
    chart = read_chart(make_chart(files("", nameOverride={**TEXT, **bounds})))
    made = [json.loads(case.values[0]) for case in islice(accepted_stream(chart, 1), 30)]
    texts = {values["nameOverride"] for values in made if values.get("nameOverride")}
    assert all(text.replace("-", "a").isalnum() and text.isascii() and text == text.lower() for text in texts)
    assert not {text for text in texts if text.startswith("-") or text.endswith("-")}
    assert texts
    assert all(map(fits, texts))
    assert hostile_cases(chart, 100, 1) == []


def test_the_texts_of_a_map_are_what_its_key_says(make_chart: MakeChart) -> None:
    maps = {key: {"type": "object", "additionalProperties": TEXT} for key in ("podLabels", "podAnnotations")}
    cases = hostile_cases(read_chart(make_chart(files("", **maps))), 100, 1)
    assert {case.proves.rpartition(" at ")[2] for case in cases} == {"podAnnotations.example.com/probe"}


def test_a_name_that_a_made_value_is_word_for_word_is_not_the_charts_fault(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = HEAD.format("ConfigMap", '{{ .Values.x | default "c" | quote }}') + HEAD.format("ServiceAccount", "s")
    template += "automountServiceAccountToken: {{ .Values.flag | default false }}\n"
    chart = make_chart(files(template, x={**TEXT, "pattern": "^[A-Z]{3,9}$"}, flag={**TEXT, "pattern": "^[a-z]{3,9}$"}))
    assert found_of(chart, monkeypatch, "names", "schema") == []


def test_one_odd_name_is_one_defect_however_many_objects_have_it(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = '{{ printf "%s-%s" .Release.Name (.Values.x | default "c") }}'
    template = "".join(HEAD.format(kind, f"{name}{end}") for kind in ("ConfigMap", "Secret") for end in ("", "-b"))
    chart = make_chart(files(template, x={**TEXT, "pattern": "^[A-Z]{3,9}$"}))
    assert found_of(chart, monkeypatch, "names") == [("characters", "metadata.name")]


def test_a_number_without_quotes_is_the_charts_fault(make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch) -> None:
    template = HEAD.format("ConfigMap", "c") + "data: {a: {{ .Values.x | default 1 }}}\n"
    chart = make_chart({**files(template, x={"type": "integer"}), "values.yaml": "x: 1\n"})
    assert ("invalid", "data.a") in found_of(chart, monkeypatch, "schema")


def test_a_template_that_many_made_values_break_is_one_defect(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = HEAD.format("ConfigMap", "c") + "data: {a: {{ .Values.x | default 1 }}: {{ .Values.x | default 1 }}}\n"
    chart = make_chart(files(template, x={**TEXT, "pattern": "^[a-z]{3,9}$"}))
    assert [rule for rule, _ in found_of(chart, monkeypatch)].count("refused") == 1
