"""What `chartgate live` says without a render: values that no file declares, and properties of the schema."""

import json
from typing import Any

import pytest

from chartgate import gate
from chartgate.findings.live import judge_live
from chartgate.values.chart import read_chart
from tests.unit.chartgate.command_line import MakeChart
from tests.unit.chartgate.coverage_charts import CONFIG


def test_a_former_name_that_the_chart_refuses_is_no_unknown_value(make_chart: MakeChart) -> None:
    guard = "{{- if .Values.image.name }}\n  {{- fail `image.name is image.repository now` }}\n{{- end }}\n"
    chart = make_chart({"templates/a.yaml": guard, "values.yaml": "image: {repository: a}\n"})
    assert not [one for one in judge_live(read_chart(chart), {}).general if one.rule == "unknown"]


@pytest.mark.parametrize(
    ("schema", "rule"),
    [
        pytest.param({"description": "Says nothing about its type."}, "loose", id="any type"),
        pytest.param({"type": ["string", "number", "boolean", "array", "object"]}, "loose", id="all types"),
        pytest.param({"properties": {"b": {"type": "string"}}}, "loose", id="a map without a type"),
        pytest.param({"type": "string"}, None, id="text"),
        pytest.param({"type": "object"}, None, id="a map whose keys the user chooses"),
        pytest.param({"$ref": "#/definitions/number"}, None, id="reference"),
        pytest.param({"type": "integer", "minimum": 2, "maximum": 1}, "impossible", id="no number"),
        pytest.param({"allOf": [{"type": "string"}, {"type": "integer"}]}, "impossible", id="two types"),
    ],
)
def test_what_a_schema_says_of_a_property(make_chart: MakeChart, schema: dict[str, Any], rule: str | None) -> None:
    whole = {"properties": {"a": schema}, "definitions": {"number": {"type": "integer"}}}
    chart = read_chart(make_chart({"values.schema.json": json.dumps(whole)}))
    judged = judge_live(chart, {})
    assert [(one.rule, str(one.about)) for one in judged.general] == ([(rule, "a")] if rule else [])


def test_a_rule_further_up_in_the_schema_counts(make_chart: MakeChart) -> None:
    schema = {"properties": {"a": {}}, "allOf": [{"properties": {"a": {"type": "string"}}}]}
    chart = read_chart(make_chart({"values.schema.json": json.dumps(schema)}))
    assert not judge_live(chart, {}).general


@pytest.mark.parametrize(
    "read",
    [
        "{{ .Values.image.tga }}",
        "{{ with .Values.image }}{{ $.Values.image.tga }}{{ end }}",
        '{{ index .Values.image "tga" }}',
        '{{ get .Values.image "tga" }}',
        "{{ (dict `context` .).context.Values.image.tga }}",
        '{{ define "name" }}{{ .context.Values.image.tga }}{{ end }}',
        "{{ with .Values.image }}{{ .tga }}{{ end }}",
        "{{ with .Values.image.tga }}{{ .name }}{{ end }}",
        "{{ range $key, $value := .Values.image.tga }}{{ $value.name }}{{ end }}",
        "{{ $image := .Values.image }}{{ $image.tga }}",
    ],
)
@pytest.mark.parametrize(
    "schema", ["", '{"properties": {"image": {"additionalProperties": false}}}'], ids=["", "closed"]
)
def test_a_value_that_a_template_reads_and_nobody_can_set_is_found(
    make_chart: MakeChart, read: str, schema: str
) -> None:
    files = {"templates/a.yaml": f"# first line\n{read}", "values.yaml": "image: {tag: 1}\n"}
    chart = read_chart(make_chart({**files, **({"values.schema.json": schema} if schema else {})}))
    (finding,) = [one for one in judge_live(chart, {}).general if one.rule == "unknown"]
    assert (str(finding.about), finding.where) == ("image.tga", "templates/a.yaml:2")


def test_an_unknown_key_of_an_item_is_found_where_the_schema_says_what_an_item_has(make_chart: MakeChart) -> None:
    schema = {"properties": {"hosts": {"type": "array", "items": {"properties": {"name": {"type": "string"}}}}}}
    template = "{{ range .Values.hosts }}\n{{ .name }}\n{{ .nmae }}{{ end }}"
    files = {"templates/a.yaml": template, "values.yaml": "hosts: []\n", "values.schema.json": json.dumps(schema)}
    (finding,) = judge_live(read_chart(make_chart(files)), {}).general
    assert (str(finding.about), finding.where) == ("hosts.0.nmae", "templates/a.yaml:3")


@pytest.mark.parametrize(
    "read",
    [
        "{{ .Values.image.tag }}",
        "{{ .Values.global.anything }}",
        "{{ .Values.sub.size }}",
        "{{ .Subcharts.sub.Values.size }}",
        "{{ .Values.annotations.anything }}",
        "{{ .Values.loadBalancerIP }}",
        "{{ .Values.inSchema.port }}",
        "{{ .Values.AsMap }}",
        "{{/* .Values.comment */}}",
        "{{ `.Values.text` }} .Values.text",
        "{{ with .Values.image }}{{ .tag }}{{ end }}",
        "{{ with .Values.annotations }}{{ .anything }}{{ end }}",
        "{{ range .Values.image }}{{ .anything }}{{ end }}",
        "{{ range .Values.hosts }}{{ .anything }}{{ end }}",
        "{{ if .Values.if }}",
        '{{ get .Values .Values.image.tag }}{{ index .Values "image" "tag" }}',
    ],
)
def test_a_value_that_somebody_can_set_is_known(make_chart: MakeChart, read: str) -> None:
    chart = read_chart(
        make_chart(
            {
                "templates/a.yaml": read,
                "values.yaml": "image: {tag: 1}\nhosts: [{name: a}]\nannotations: {}\n# loadBalancerIP: ''\n",
                "values.schema.json": '{"properties": {"inSchema": {"type": "object"}}}',
                "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
            }
        )
    )
    assert not judge_live(chart, {}).general


@pytest.mark.parametrize("entry", ["shared", "{child: exports.shared, parent: .}", "{child: a.b, parent: image}"])
def test_a_value_that_comes_from_a_subchart_is_known(make_chart: MakeChart, entry: str) -> None:
    dependencies = f"dependencies: [{{name: sub, version: 1.0.0, import-values: [{entry}]}}]"
    files = {
        "Chart.yaml": f"apiVersion: v2\nname: tiny\nversion: 1.0.0\n{dependencies}\n",
        "templates/a.yaml": f"{CONFIG}  a: {{{{ .Values.image.tga }}}}\n",
        "values.yaml": "imaeg: {tag: 1}\n",
        "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "charts/sub/values.yaml": "exports: {shared: {image: {tga: 1}}}\na: {b: {tga: 1}}\n",
    }
    chart = make_chart(files)
    rules = {one.rule for one in (*judge_live(read_chart(chart), {}).general, *gate.run(chart).general)}
    assert not {"unknown", "misspelt-value"} & rules
    not_imported = make_chart({**files, "templates/a.yaml": f"{CONFIG}  a: {{{{ .Values.imgae.tag }}}}\n"})
    (unknown,) = [one for one in judge_live(read_chart(not_imported), {}).general if one.rule == "unknown"]
    assert str(unknown.about) == "imgae"
