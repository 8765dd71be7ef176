"""Mutants: each kind changes what its description says, and what comes out is still a chart."""

import random
from pathlib import Path

import pytest

from chartgate.findings.foreign_subcharts import own_templates
from chartgate.releases.mutants.chart import mutants_of
from chartgate.releases.mutants.mutant import KINDS, LINE, apart, with_mutants
from chartgate.releases.mutants.patterns import weaker_patterns
from chartgate.reports.mutation.result import MutationResult
from chartgate.tools.chart_files import ChartFiles, read_chart_files
from chartgate.tools.templates.parser import parse
from chartgate.values.settings import Settings

TEMPLATE = "templates/a.yaml"


def changes(content: str, name: str = TEMPLATE) -> list[str]:
    """The changes of a file, in the order of the text."""
    chart = ChartFiles(Path("tiny"), {name: content.encode()})
    return [mutant.change for mutant in mutants_of(chart, own_templates(chart))]


@pytest.mark.parametrize(
    ("template", "change"),
    [
        ("{{ if .Values.a }}x{{ end }}", "negated condition: .Values.a → not (.Values.a)"),
        ("{{ if eq .Values.a 1 }}x{{ end }}", "other operator: eq .Values.a 1 → ne .Values.a 1"),
        ("{{ if lt 1 .Values.a }}x{{ end }}", "other operator: lt 1 .Values.a → le 1 .Values.a"),
        ("{{ and .a .b }}", "other operator: and .a .b → or .a .b"),
        ("{{ or .a .b }}", "removed operand: or .a .b → or .b"),
        ("{{ or .a .b }}", "removed operand: or .a .b → or .a"),
        ("a: {{ .a | quote }}", "removed filter: .a | quote → .a"),
        ("a: {{ .a | trunc 63 | lower }}", "removed filter: .a | trunc 63 → .a"),
        ("a: {{ .a | trunc 63 | lower }}", "changed number: trunc 63 → trunc 64"),
        ("a: {{- toYaml .a | nindent 4 }}", "changed number: nindent 4 → nindent 2"),
        ("a: {{ default .b .a }}", "swapped arguments: default .b .a → default .a .b"),
        ("a: {{ ternary 1 2 .b }}", "swapped arguments: ternary 1 2 .b → ternary 2 1 .b"),
        ('{{ if eq .a "x" }}x{{ end }}', 'changed text: eq .a "x" → eq .a "x-x"'),
        ('{{ if semverCompare ">=1.21-0" .v }}x{{ end }}', '">=1.21-0" .v → semverCompare ">=1.22-0" .v'),
        ('{{ if regexMatch "[.:]|^localhost$" .r }}x{{ end }}', 'regexMatch "[.]|^localhost$" .r'),
        ('{{ fail "no" }}', 'removed guard: fail "no" → ""'),
        ('a: {{ required "no" .a }}', 'removed guard: required "no" .a → .a'),
        ("a: 1\nb: two\n", "removed line: a: 1"),
        ("a: 1\n", "changed scalar: a: 1 → a: 2"),
        ("a: true\n", "changed scalar: a: true → a: false"),
        ("  - path: /metrics\n", "changed scalar: - path: /metrics → - path: /metrics-x"),
        ("  httpGet: {path: /health, port: http}\n", "changed scalar: path: /health → path: /health-x"),
        ('{{ dict "handler" "httpGet: {path: /, port: 80}" }}', "changed scalar: port: 80 → port: 81"),
        ("kind: Secret\n", "Secret as ConfigMap: kind: Secret → kind: ConfigMap"),
        ("livenessProbe:\n  a: 1\n", "swapped probe: livenessProbe: → readinessProbe:"),
    ],
)
def test_a_template_gets_this_fault(template: str, change: str) -> None:
    assert any(change in one for one in changes(template)), changes(template)


def test_values_get_other_defaults() -> None:
    found = changes("on: true\nsize: 3\nname: a\nempty: ''\nlist: [1]\n", "values.yaml")
    assert found == [
        "changed default: on: true → false",
        "changed default: size: 3 → 4",
        "changed default: name: a → a-x",
        "changed default: list.0: 1 → 2",
    ]


def test_what_an_alias_repeats_changes_once() -> None:
    found = changes("a: &a {b: 1, c: [x]}\nd: *a\ne:\n  <<: *a\n  f: 1\n", "values.yaml")
    assert found == [f"changed default: {text}" for text in ("a.b: 1 → 2", "a.c.0: x → x-x", "e.f: 1 → 2")]


def test_a_schema_accepts_more() -> None:
    schema = (
        '{"type": "object", "required": ["a"], "additionalProperties": false,'
        ' "properties": {"a": {"type": "integer", "minimum": 1, "maximum": 9}, "é": {"pattern": "^x$"}}}'
    )
    every_type = '["string", "number", "boolean", "object", "array", "null"]'
    assert changes(schema, "values.schema.json") == [
        'loosened bound: ["a"] → []',
        "loosened bound: additionalProperties: false → true",
        f'loosened bound: a.type: "integer" → {every_type}',
        "loosened bound: a.minimum: 1 → 0",
        "loosened bound: a.maximum: 9 → 10",
        'loosened bound: é.pattern: "^x$" → ""',
    ]


def test_a_schema_may_be_indented_with_tabs() -> None:
    schema = '{\n\t"properties": {\n\t\t"host": {"minLength": 1}\n\t}\n}\n'
    assert changes(schema, "values.schema.json") == ["loosened bound: host.minLength: 1 → 0"]


def test_a_script_loses_a_line_that_is_no_comment() -> None:
    assert changes("#!/bin/sh\nset -e\n\necho a\n", "files/run.sh") == ["removed line: set -e", "removed line: echo a"]


@pytest.mark.parametrize(
    "line",
    ["{{- $a := .Values.a }}", "{{- if .a }}", "# a comment", "metadata:", '{{ fail "a message" }}'],
)
def test_lines_without_which_the_template_is_no_template_stay(line: str) -> None:
    found = changes(f"a: 1\n{line}\n" + ("b: 2\n{{ end }}" if "if" in line else ""))
    assert not any(change == f"removed line: {line}" for change in found)


def test_messages_and_names_of_templates_stay() -> None:
    found = changes('{{ include "a.b" . }}{{ fail (printf "x%s" .a) }}{{ required "abc" .a }}')
    assert not any(change.startswith("changed text") for change in found)


def test_patterns_lose_one_thing_each() -> None:
    assert weaker_patterns("[.:]|^localhost$") == ["^localhost$", "[.:]", "[:]|^localhost$", "[.]|^localhost$"]
    assert weaker_patterns("^a$") == ["a$", "^a"]
    assert weaker_patterns(r"(a|b)[\]x]") == [r"(a|b)[x]", r"(a|b)[\]]"]


def test_mutants_of_the_chart_can_be_parsed_and_have_known_kinds(chart: Path) -> None:
    files = read_chart_files(chart)
    mutants = mutants_of(files, own_templates(files))
    assert {mutant.kind for mutant in mutants} == KINDS.keys(), "the chart shows no mutant of a kind: remove the kind"
    of_templates = [mutant for mutant in mutants if mutant.region is not None]
    for mutant in random.Random(1).sample(of_templates, 150):
        content = mutant.content(files)
        assert content != files.contents[mutant.file]
        parse(content)


def test_each_listed_survivor_of_the_chart_is_one_of_its_mutants(chart: Path, chart_settings: Settings) -> None:
    files = read_chart_files(chart)
    result = MutationResult(files, {}, mutants_of(files, own_templates(files)), chart_settings)
    assert chart_settings.survivors
    assert [*result.faults] == []


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("templates/_images.tpl", '"[.]|^localhost$"'),
        ("templates/deployment.yaml", "changed scalar: path: / → path: /-x"),
        ("charts/redis/templates/networkpolicy.yaml", "removed line: app.kubernetes.io/instance: {{ .Release.Name"),
    ],
)
def test_faults_that_nobody_noticed_once_are_among_them(chart: Path, file: str, change: str) -> None:
    files = read_chart_files(chart)
    found = [mutant.change for mutant in mutants_of(files, own_templates(files)) if mutant.file == file]
    assert any(change in one for one in found), "\n".join(found)


def test_mutants_of_a_group_change_different_bytes() -> None:
    chart = ChartFiles(Path("tiny"), {TEMPLATE: b"a: 1\nb: {{ and .a (or .b .c) | quote }}\n"})
    mutants = mutants_of(chart, own_templates(chart))
    groups = apart(mutants, 3)
    assert sorted(mutant.change for group in groups for mutant in group) == sorted(mutant.change for mutant in mutants)
    assert 1 < max(map(len, groups)) <= 3
    for group in groups:
        text = with_mutants(group, chart).text(TEMPLATE)
        assert all(mutant.new in text for mutant in group)
        assert len(text) == len(chart.text(TEMPLATE)) + sum(len(one.new) - (one.end - one.start) for one in group)


def test_groups_are_of_about_the_same_size() -> None:
    chart = ChartFiles(Path("tiny"), {TEMPLATE: "".join(f"key{one}: value\n\n" for one in range(9)).encode()})
    lines = [mutant for mutant in mutants_of(chart, own_templates(chart)) if mutant.kind == LINE]
    assert len(lines) == 9
    assert [len(group) for group in apart(lines, 100, 2)] == [5, 4]
    assert [len(group) for group in apart(lines, 4, 2)] == [3, 3, 3]
