"""Empty values get a content that people would write there, and the chart is not blamed for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chartgate import gate
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.chart import read_chart
from chartgate.values.comment_examples import comment_examples
from chartgate.values.filled_cases import filled_cases
from chartgate.values.selection import Choice

MakeChart = Callable[[dict[str, str]], Path]
QUICK = Choice(helm=("embedded",), kubernetes=("1.37",))

EXAMPLES = """\
resources: {}
  # We usually recommend not to specify resources: it is a choice.
  # limits:
  #   cpu: 100m
ingress:
  hosts:
    - host: a
  tls: []
  #  - secretName: web-tls
  #    hosts:
  #      - a
  # className: nginx
text: |
  # no: example
extra: {}

# unrelated: comment
# scheme: The scheme to use for scraping, such as https
# schedule: 0 3 * * 1
"""


def test_examples_in_comments_are_read() -> None:
    assert comment_examples(EXAMPLES, lambda _: True) == {
        ("resources",): {"limits": {"cpu": "100m"}},
        ("resources", "limits"): {"cpu": "100m"},
        ("resources", "cpu"): "100m",
        ("ingress", "tls"): [{"secretName": "web-tls", "hosts": ["a"]}],
        ("ingress", "hosts"): ["a"],
        ("ingress", "className"): "nginx",
        ("unrelated",): "comment",
        ("schedule",): "0 3 * * 1",
    }


def filled(chart: Path) -> list[dict[str, Any]]:
    return [read_one(one.case.values[0]) for one in filled_cases(read_chart(chart))]


FILLED = [
    ("a: {strategy: {}}", "{{ toYaml .Values.a.strategy }}", {"a": {"strategy": {"type": "RollingUpdate"}}}),
    ("more: []", "{{ range .Values.more }}{{ .host }}{{ end }}", {"more": [{"host": "db-0.example.org"}]}),
    ("pullSecrets: []", "{{ range .Values.pullSecrets }}- name: {{ . }}{{ end }}", {"pullSecrets": ["invented-name"]}),
    ("a: {enabled: false, tag: ''}", "{{ with .Values.a.tag }}{{ . }}{{ end }}", {"a": {"enabled": True, "tag": "v3"}}),
    ("env: {}", "{{ range $k, $v := .Values.env }}{{ $v }}{{ end }}", {"env": {"INVENTED_NAME": "8080"}}),
    (
        "a: {livenessProbe: {enabled: false, port: 1}, readinessProbe: {enabled: true}}",
        "{{ if .Values.a.livenessProbe.enabled }}{{ .Values.a.livenessProbe.port }}{{ end }}",
        {"a": {"livenessProbe": {"enabled": True}}},
    ),
    ("a:\n  b: 1\n  # size: 2Gi", "{{ with .Values.a.size }}{{ . }}{{ end }}", {"a": {"size": "2Gi"}}),
]


@pytest.mark.parametrize(("values", "template", "expected"), FILLED)
def test_an_empty_value_is_filled(make_chart: MakeChart, values: str, template: str, expected: dict[str, Any]) -> None:
    assert filled(make_chart({"values.yaml": values, "templates/a.yaml": template})) == [expected]


def test_what_no_template_reads_or_one_only_prints_is_not_guessed(make_chart: MakeChart) -> None:
    chart = make_chart({"values.yaml": "a: ''\nb: {}\n", "templates/a.yaml": "{{ .Values.a }}"})
    assert filled(chart) == []


PARTS = """\
a: {podLabels: {}, nodeSelector: {}, priorityClassName: '', colour: ''}
b: {podLabels: {}, colour: ''}
c: {enabled: false, podLabels: {}}
"""
READS = """\
{{ toYaml .Values.a.podLabels }}{{ toYaml .Values.a.nodeSelector }}{{ .Values.a.priorityClassName }}
{{ toYaml .Values.b.podLabels }}{{ toYaml .Values.c.podLabels }}
{{ if .Values.a.colour }}a{{ end }}{{ if .Values.b.colour }}b{{ end }}
"""


@pytest.mark.parametrize(
    ("keys", "cases"),
    [
        ("", ["a.podLabels, a.nodeSelector", "a.priorityClassName", "b.podLabels", "c.podLabels"]),
        (
            "{{ genPrivateKey `rsa` }}",
            ["a.podLabels, a.nodeSelector, b.podLabels", "a.priorityClassName", "c.podLabels"],
        ),
    ],
)
def test_parts_share_a_case_where_templates_make_keys(make_chart: MakeChart, keys: str, cases: list[str]) -> None:
    chart = make_chart({"values.yaml": PARTS, "templates/a.yaml": READS, "templates/b.yaml": keys})
    found = [one.case.proves.removeprefix("fills ") for one in filled_cases(read_chart(chart))]
    assert found == [*cases, *(["a.colour, b.colour"] if keys else ["a.colour", "b.colour"])]


@pytest.mark.usefixtures("without_checkov")
def test_of_parts_that_share_a_case_the_one_that_the_chart_refuses_is_named(make_chart: MakeChart) -> None:
    guard = '{{ if .Values.b.colour }}{{ fail "no colours today" }}{{ end }}\n'
    shown = CONFIG.replace(".Values.colour", ".Values.a.colour") + "  {{ with .Values.a.colour }}b: {{ . }}{{ end }}\n"
    keys = "{{ $key := genPrivateKey `ecdsa` }}\n"
    chart = make_chart({"values.yaml": "a: {colour: ''}\nb: {colour: ''}\n", "templates/a.yaml": keys + guard + shown})
    results = gate.run(chart, QUICK)
    assert [one for one in results.notices if one.startswith("not filled: b.colour: ")]
    assert "filled/0001a" in results.cases
    assert "filled/0001b" not in results.cases


CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: LABELS}
data:
  a: {{ .Values.colour | quote }}
""".replace(
    "LABELS",
    "{app.kubernetes.io/name: a, app.kubernetes.io/instance: {{ .Release.Name }}, "
    "app.kubernetes.io/managed-by: {{ .Release.Service }}}",
)


def notices_and_findings(chart: Path, choice: Choice = QUICK) -> tuple[list[str], list[str]]:
    results = gate.run(chart, choice)
    notices = [notice for notice in results.notices if notice.startswith(("not filled", "never rendered"))]
    return notices, [f"{one.check}/{one.rule}" for one in results.occurrences if one.rule != "nothing-examined"]


@pytest.mark.usefixtures("without_checkov")
def test_a_value_that_the_chart_refuses_is_named_and_is_no_defect(make_chart: MakeChart) -> None:
    guard = '{{ if .Values.colour }}{{ fail "no colours today" }}{{ end }}\n'
    chart = make_chart({"values.yaml": "colour: ''\n", "templates/a.yaml": guard + CONFIG})
    (notice,), found = notices_and_findings(chart)
    assert notice.startswith("not filled: colour: ")
    assert "no colours today" in notice
    assert found == []


@pytest.mark.usefixtures("without_checkov")
def test_a_guess_of_a_wrong_shape_is_no_defect(make_chart: MakeChart) -> None:
    wants_a_map = CONFIG + "{{ with .Values.colour }}immutable: {{ . }}{{ end }}\n"
    chart = make_chart({"values.yaml": "colour: ''\n", "templates/a.yaml": wants_a_map})
    assert notices_and_findings(chart) == ([], [])


@pytest.mark.usefixtures("without_checkov")
def test_a_template_that_makes_nothing_in_any_case_is_named(make_chart: MakeChart) -> None:
    never = "{{ if eq .Values.colour `indigo` }}\n" + CONFIG + "{{ end }}\n"
    chart = make_chart({"values.yaml": "colour: red\n", "templates/a.yaml": CONFIG, "templates/b.yaml": never})
    (notice,), found = notices_and_findings(chart, Choice())
    assert notice.startswith("never rendered: templates/b.yaml: ")
    assert found == []
