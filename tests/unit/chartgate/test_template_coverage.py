"""Template coverage: what each kind of arm needs to be reached, and that probes change nothing."""

import re

import pytest

from chartgate import coverage
from chartgate.errors import GateError
from chartgate.values.chart import read_chart
from chartgate.values.default_matrix import find_matrix
from chartgate.values.selection import Choice
from tests.unit.chartgate.coverage_charts import CONFIG, ONE, SWITCH, MakeChart, reached


@pytest.mark.parametrize(
    ("line", "values", "arms"),
    [
        (
            "  {{- if .Values.a }}\n  x: a\n  {{- else if .Values.b }}\n  x: b\n  {{- end }}",
            ["a: 1", "b: 1", "{}"],
            {
                "{{- if .Values.a }}: not empty": [True, False, False],
                "{{- else if .Values.b }}: not empty": [False, True, False],
                "{{- else if .Values.b }}: empty": [False, False, True],
            },
        ),
        (
            "  {{- with .Values.a -}}  {{ . | nindent 2 }}  {{- else -}}  {{ nindent 2 `x: b` }}  {{- end -}}  ",
            ["a: 'x: 1'", "{}"],
            {"{{- with .Values.a -}}: not empty": [True, False], "{{- else -}}: empty": [False, True]},
        ),
        (
            "  {{- range $key, $value := .Values.a }}\n  {{ $key }}: {{ $value | quote }}\n  {{- end }}",
            ["a: {x: 1}", "a: {}"],
            {
                "{{- range $key, $value := .Values.a }}: has an entry": [True, False],
                "{{- range $key, $value := .Values.a }}: has none": [False, True],
            },
        ),
        (
            "  x: {{ or .Values.a (and .Values.b .Values.c) | quote }}",
            ["a: 1", "b: 1", "{b: 1, c: 1}", "{}"],
            {
                "or .Values.a (and .Values.b .Values.c): operand 1 decides, because it is not empty": [
                    True,
                    False,
                    False,
                    False,
                ],
                "or .Values.a (and .Values.b .Values.c): operand 2 is evaluated": [False, True, True, True],
                "and .Values.b .Values.c: operand 1 decides, because it is empty": [False, False, False, True],
                "and .Values.b .Values.c: operand 2 is evaluated": [False, True, True, False],
            },
        ),
        (
            "  x: {{ .Values.b | or .Values.a | quote }}",
            ["a: 1", "b: 1"],
            {
                ".Values.b | or .Values.a: operand 1 decides, because it is not empty": [True, False],
                ".Values.b | or .Values.a: operand 2 is evaluated": [False, True],
            },
        ),
        (
            "  x: {{ default .Values.b .Values.a | default `none` | quote }}",
            ["a: 1", "b: 1", "{}"],
            {
                "default .Values.b .Values.a: the default is used": [False, True, True],
                "default .Values.b .Values.a: the value is used": [True, False, False],
                "default .Values.b .Values.a | default `none`: the default is used": [False, False, True],
                "default .Values.b .Values.a | default `none`: the value is used": [True, True, False],
            },
        ),
        (
            "  x: {{ ternary `a` `b` (eq .Values.a 1.0) }}\n  y: {{ eq .Values.a 2.0 | ternary `a` `b` }}",
            ["a: 1", "a: 2"],
            {
                "ternary `a` `b` (eq .Values.a 1.0): false": [False, True],
                "ternary `a` `b` (eq .Values.a 1.0): true": [True, False],
                "eq .Values.a 2.0 | ternary `a` `b`: false": [True, False],
                "eq .Values.a 2.0 | ternary `a` `b`: true": [False, True],
            },
        ),
    ],
)
def test_each_way_to_go_is_listed_separately(
    make_chart: MakeChart, line: str, values: list[str], arms: dict[str, list[bool]]
) -> None:
    chart = make_chart({"templates/config.yaml": f"{CONFIG}  first: line\n{line}\n"})
    found = reached(chart, "templates/config.yaml", *values)
    assert found.pop("the file: is rendered") == [True] * len(values)
    assert found == arms


@pytest.mark.parametrize("before", ["", "{{- /* a comment */ -}}\n", '{{ define "tiny.a" }}a{{ end }}\n'])
def test_a_block_is_reached_where_it_stands(make_chart: MakeChart, before: str) -> None:
    block = f'{{{{ block "tiny.block" . }}}}{CONFIG}  a: {{{{ .Values.a | default 1 }}}}\n{{{{ end }}}}'
    found = reached(make_chart({"templates/config.yaml": before + block}), "templates/config.yaml", "{}", "a: 2")
    assert found["the file: is rendered"] == [True, True]
    assert found['{{ block "tiny.block" . }}: is called'] == [True, True]
    assert found[".Values.a | default 1: the default is used"] == [True, False]


def test_a_switch_that_the_schema_does_not_mention_is_turned(make_chart: MakeChart) -> None:
    both = "{{ if and .Values.service.enabled .Values.ingress.enabled }}b: c{{ end }}"
    chart = make_chart(
        {
            "templates/config.yaml": f"{CONFIG}  a: {{{{ .Values.other | quote }}}}\n  {both}\n",
            "values.yaml": "service: {enabled: false}\ningress: {enabled: false}\nother: false\nfixed: true\n",
            "values.schema.json": '{"properties": {"other": {"type": "boolean"}, "fixed": {"const": true}}}',
        }
    )
    found = coverage.measure(read_chart(chart), Choice(kubernetes=("1.30",)))
    assert found.percent == 100
    assert "fixed" not in [axis.name for axis in find_matrix(read_chart(chart)).axes]


@pytest.mark.parametrize("name", ["chartgate.include", "chartgate.find", "tiny.a (chartgate)"])
def test_names_that_probes_need_are_refused(make_chart: MakeChart, name: str) -> None:
    chart = make_chart({"templates/config.yaml": f'{{{{ define "{name}" }}}}a{{{{ end }}}}{CONFIG}'})
    with pytest.raises(GateError, match=f'defines "{re.escape(name)}"'):
        reached(chart)
    with pytest.raises(GateError, match=r"_chartgate\.tpl: has the name of a file"):
        reached(make_chart({"templates/config.yaml": CONFIG, "templates/_chartgate.tpl": ""}))


def test_probes_change_nothing_in_a_file_with_a_byte_order_mark(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/config.yaml": f"\ufeff{SWITCH}"})
    assert reached(chart, "templates/config.yaml", "a: 1")["{{- if .Values.a }}: not empty"] == [True]


HELPERS = """\
{{- define "tiny.data" -}}
  {{- if . }}{{ $.name | default "none" }}{{ .name }}{{ else }}nothing{{ end -}}
{{- end -}}
{{ define "tiny.list" }}{{ range . }}{{ . }}{{ $ | len }}{{ end }}{{ end }}
{{ define "tiny.empty" }} {{ end }}
{{ define "tiny.called" -}}
  {{- template "tiny.list" (list 1 2) }}{{ template "tiny.data" }}{{ template "other" . }}
{{- end }}
{{ define `tiny.raw` }}{{ with .Values.a }}{{ . }}{{ $.Release.Name }}{{ end }}{{ end }}
"""


CALLS = """\
  data: {{ include "tiny.data" (dict "name" "x") }}{{ include "tiny.data" .Values.no }}{{ include "tiny.data" nil }}
  list: {{ list "a" "b" | include "tiny.list" }}{{ include "tiny.list" list }}{{ include "tiny.empty" . | quote }}
  called: {{ include "tiny.called" . }}{{ block "other" . }}{{ if .Values }}block{{ end }}{{ end }}
  dynamic: {{ range list "data" "raw" }}{{ include (printf "tiny.%s" .) $ }}{{ end }}
  piped: {{ $ | include (print "tiny" ".raw") }}
  method: {{ .Capabilities.APIVersions.Has "v1" }}{{ (.Files.Get "Chart.yaml" | fromYaml).name }}{{ len .Values.l }}
  tpl: {{ tpl .Values.text . }}{{ tpl .Values.text (dict "Values" .Values "Release" .Release "Template" .Template) }}
  checksum: {{ include (print .Template.BasePath "/other.yaml") . | sha256sum }}
  sum: {{ .Values | toYaml | sha256sum }}{{ .Release | toYaml | sha256sum }}
  missing: {{ .Values.missing }}{{ and .Values.missing 1 }}{{ or .Values.missing .Values.other }}|
  number: {{ ternary 1 2 true | add 1 }}{{ default 3 0 | add 1 }}{{ default dict nil | len }}{{ kindOf (default 1 2) }}
"""


def test_probes_change_nothing_however_templates_are_called(make_chart: MakeChart) -> None:
    chart = make_chart(
        {
            "templates/_helpers.tpl": HELPERS,
            "templates/config.yaml": CONFIG + CALLS,
            "templates/other.yaml": "{{- if .Values.a }}\n# other\n{{- end }}\n",
            "templates/NOTES.txt": '{{ include "tiny.data" . }} {{- /* note */ -}} end',
            "values.yaml": "l: [1]\na: b\ntext: '{{ include \"tiny.raw\" . }}'\n",
        }
    )
    helpers = reached(chart, "templates/_helpers.tpl", "{}", "a: ''")
    assert not [name for name, found in helpers.items() if not any(found)]
    assert reached(chart, "templates/NOTES.txt", "{}")["the file: is rendered"] == [True]
    assert reached(chart, "templates/config.yaml", "a: ''")


@pytest.mark.parametrize(
    "refusing",
    [
        'fail "no"',
        '"no" | fail',
        'required "no" .Values.missing',
        '.Values.missing | required "no"',
        r'fail (printf "%s\n%d" "no" 1)',
        "index .Values.list 7",
        ".Values.missing.deeper",
    ],
)
def test_a_refusal_shows_what_was_reached_and_stays_as_it_is(make_chart: MakeChart, refusing: str) -> None:
    helpers = f'{{{{ define "guard" }}}}{{{{ if .Values.a }}}}{{{{ {refusing} }}}}{{{{ end }}}}{{{{ end }}}}'
    config = f'{CONFIG}  x: {{{{ include "guard" . }}}}\n'
    chart = make_chart({"templates/_guard.tpl": helpers, "templates/config.yaml": config})
    found = reached(chart, "templates/_guard.tpl", "{}", "{a: 1, list: []}")
    said = "missing" not in refusing or "required" in refusing
    assert found["{{ if .Values.a }}: not empty"] == [False, said and "index" not in refusing]


def test_what_is_random_differs_without_being_a_fault(make_chart: MakeChart) -> None:
    chart = read_chart(make_chart({"templates/config.yaml": f"{CONFIG}  x: {{{{ randAlphaNum 20 }}}}\n  y: same\n"}))
    found = coverage.measure(chart, ONE)
    assert (found.faults, found.percent) == ((), 100.0)


def test_a_render_that_probes_change_is_a_fault_and_counts_for_nothing(make_chart: MakeChart) -> None:
    chart = read_chart(make_chart({"templates/config.yaml": f"{CONFIG}  x: v{{{{ keys .Template | len }}}}\n"}))
    found = coverage.measure(chart, ONE)
    assert found.faults[0] == (
        "probes change the render defaults: tiny/templates/config.yaml: line 5 of the output: '  x: v3', and '  x: v2' "
        "without probes"
    )
    assert found.faults[1].startswith("probes change the render upgrade of defaults: objects of the upgrade: line 1")
    assert found.percent == 0


def test_what_a_chart_prints_of_all_that_helm_gives_it_is_as_without_probes(make_chart: MakeChart) -> None:
    text = f"{CONFIG}  a: {{{{ default 1 .Values.a }}}}\n  b: {{{{ omit . `Files` `Capabilities` | toJson }}}}\n"
    found = coverage.measure(read_chart(make_chart({"templates/config.yaml": text})), ONE)
    assert (found.faults, int(found.percent)) == ((), 66)
