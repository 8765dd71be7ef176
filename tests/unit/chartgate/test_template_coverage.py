"""Template coverage: what each kind of arm needs to be reached, and that probes change nothing."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from chartgate import coverage
from chartgate.cli import CLEAN, FINDINGS, UNUSABLE, main
from chartgate.releases.jobs import Job
from chartgate.releases.probes.chart import with_probes
from chartgate.releases.probes.trial import printed
from chartgate.reports.coverage.html import coverage_page
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.reading import Reading
from chartgate.values.case import Case
from chartgate.values.chart import read_chart
from chartgate.values.recorded_cases import recorded_cases
from chartgate.values.selection import Choice
from chartgate.values.unittest_cases import unittest_cases
from tests.documents import ROOT, blocks

pytest_plugins = ["pytester"]

QUICK = ("--offered", "--kube", "1.30")
ONE = Choice(offered=True, kubernetes=("1.30",))
MakeChart = Callable[[dict[str, str]], Path]
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n"


def reached(chart: Path, template: str = "templates/config.yaml", *values: str) -> dict[str, list[bool]]:
    """Whether each case of values reaches each arm of a template, by the arm's name."""
    files = read_chart_files(chart)
    probed = with_probes(files, [name for name in files.contents if name.startswith("templates/")])
    found: dict[str, list[bool]] = {}
    for text in values:
        job = Job(Case("values", values=(text,)), EMBEDDED, "1.30")
        plain, counted = printed(files, job), printed(probed.probed, job)
        assert counted.said == plain.said
        for point in probed.points:
            if point.file == template:
                found.setdefault(point.name, []).append(point.is_reached(counted.counts))
    return found


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
                "or .Values.a (and .Values.b .Values.c): operand 2 is looked at": [False, True, True, True],
                "and .Values.b .Values.c: operand 1 decides, because it is empty": [False, False, False, True],
                "and .Values.b .Values.c: operand 2 is looked at": [False, True, True, False],
            },
        ),
        (
            "  x: {{ .Values.b | or .Values.a | quote }}",
            ["a: 1", "b: 1"],
            {
                "or .Values.a: operand 1 decides, because it is not empty": [True, False],
                "or .Values.a: operand 2 is looked at": [False, True],
            },
        ),
        (
            "  x: {{ default .Values.b .Values.a | default `none` | quote }}",
            ["a: 1", "b: 1", "{}"],
            {
                "default .Values.b .Values.a: the default is used": [False, True, True],
                "default .Values.b .Values.a: the value is used": [True, False, False],
                "default `none`: the default is used": [False, False, True],
                "default `none`: the value is used": [True, True, False],
            },
        ),
        (
            "  x: {{ ternary `a` `b` (eq .Values.a 1.0) }}\n  y: {{ eq .Values.a 2.0 | ternary `a` `b` }}",
            ["a: 1", "a: 2"],
            {
                "ternary `a` `b` (eq .Values.a 1.0): false": [False, True],
                "ternary `a` `b` (eq .Values.a 1.0): true": [True, False],
                "ternary `a` `b`: false": [True, False],
                "ternary `a` `b`: true": [False, True],
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


SWITCH = f"{CONFIG}  {{{{- if .Values.a }}}}\n  x: a\n  {{{{- end }}}}\n  y: b\n"


def test_the_command_lists_what_nothing_reaches(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart({"templates/config.yaml": SWITCH, "values.yaml": "a: 1\n"})
    assert main(["coverage", str(chart), *QUICK]) == CLEAN
    out = capsys.readouterr().out
    assert "templates/config.yaml:5: {{- if .Values.a }}: empty\n" in out
    assert "66.6 %: 2 of 3 arms; renders: gate 2" in out
    assert main(["coverage", str(chart), *QUICK, "--fail-under", "66.7"]) == FINDINGS
    (chart / "ci").mkdir()
    (chart / "ci/off-values.yaml").write_text("a: 0\n")
    assert main(["coverage", str(chart), *QUICK, "--fail-under", "100"]) == CLEAN


def test_a_share_is_from_0_to_100(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["coverage", str(make_chart({})), "--fail-under", "101"])
    assert '"101" is not a share from 0 to 100' in capsys.readouterr().err


def test_a_template_that_cannot_be_parsed_is_named(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart({"templates/config.yaml": "a: 1\nb: {{ if }}\n"})
    assert main(["coverage", str(chart)]) == UNUSABLE
    assert "templates/config.yaml: line 2: a value is missing in if: Helm cannot parse this" in capsys.readouterr().err


def test_lcov_has_a_branch_for_each_way(make_chart: MakeChart, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    chart = make_chart({"templates/config.yaml": SWITCH, "values.yaml": "a: 1\n"})
    assert main(["coverage", str(chart), *QUICK, "--lcov", "-"]) == CLEAN
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert lines[0] == "TN:"
    assert lines[1].startswith("SF:")
    assert lines[1].endswith("tiny/templates/config.yaml")
    assert lines[2:] == [
        *("BRDA:1,0,0,2", "BRDA:5,0,0,2", "BRDA:5,0,1,0"),
        *("BRF:3", "BRH:2", "DA:1,2", "DA:5,2", "LF:2", "LH:2", "end_of_record"),
    ]


def test_templates_of_a_subchart_of_others_do_not_count(make_chart: MakeChart) -> None:
    chart = make_chart(
        {
            "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\ndependencies:\n"
            "  - {name: own, version: 1.0.0}\n"
            "  - {name: foreign, version: 1.0.0, repository: https://charts.example}\n",
            "charts/own/Chart.yaml": "apiVersion: v2\nname: own\nversion: 1.0.0\n",
            "charts/own/templates/config.yaml": CONFIG + '  x: {{ include "foreign.x" . | quote }}\n',
            "charts/foreign/Chart.yaml": "apiVersion: v2\nname: foreign\nversion: 1.0.0\n",
            "charts/foreign/templates/config.yaml": '{{ define "foreign.x" }}{{ .Values.a }}{{ end }}',
        }
    )
    found = coverage.measure(read_chart(chart), ONE)
    assert {point.file: found.hits(point) for point in found.points} == {"charts/own/templates/config.yaml": 2}


def test_cobertura_has_the_share_of_each_line(
    make_chart: MakeChart, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    chart = make_chart({"templates/config.yaml": SWITCH, "values.yaml": "a: 1\n"})
    assert main(["coverage", str(chart), *QUICK, "--cobertura", "-"]) == CLEAN
    root = ET.fromstring(capsysbinary.readouterr().out)  # noqa: S314 (our own)
    assert {key: root.get(key) for key in ("line-rate", "branch-rate", "branches-covered", "branches-valid")} == {
        "line-rate": "1.0000",
        "branch-rate": "0.6667",
        "branches-covered": "2",
        "branches-valid": "3",
    }
    (template,) = root.iter("class")
    assert template.get("filename") == "templates/config.yaml"
    assert [line.attrib for line in template.iter("line")] == [
        {"number": "1", "hits": "2", "branch": "true", "condition-coverage": "100% (1/1)"},
        {"number": "5", "hits": "2", "branch": "true", "condition-coverage": "50% (1/2)"},
    ]


def test_the_page_shows_the_source_and_who_reaches_each_arm(make_chart: MakeChart, tmp_path: Path) -> None:
    chart = make_chart({"templates/config.yaml": SWITCH + "  # <b>\n", "values.yaml": "a: 1\n"})
    assert main(["coverage", str(chart), *QUICK, "--html", str(tmp_path / "page.html")]) == CLEAN
    page = (tmp_path / "page.html").read_text()
    assert "<td>  {{- if .Values.a }}</td>" in page
    assert '✓ if: not empty</span> <span class="dim">defaults (gate), 2 renders</span>' in page
    assert '✗ if: empty</span> <span class="dim">no case</span>' in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_the_page_leaves_sources_out_where_it_would_be_too_large(make_chart: MakeChart) -> None:
    files = {"templates/config.yaml": SWITCH, "templates/whole.yaml": f"# {'x' * 9000}\n", "values.yaml": "a: 1\n"}
    found = coverage.measure(read_chart(make_chart(files)), ONE)
    page = coverage_page(found, most=9000).decode()
    assert 'id="templates/config.yaml"' in page
    assert 'id="templates/whole.yaml"' not in page
    assert "1 templates are without theirs" in page
    assert "id=" not in coverage_page(found, most=10).decode()


UNREACHABLE = """\
coverage:
  unreachable:
    - file: templates/config.yaml
      arms: ['{{- if .Values.a }}: empty']
      reason: nobody switches it off
"""


def test_an_arm_that_is_declared_unreachable_does_not_count(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"templates/config.yaml": SWITCH, "values.yaml": "a: 1\n", "chartgate.yaml": UNREACHABLE}
    assert main(["coverage", str(make_chart(files)), *QUICK, "--fail-under", "100"]) == CLEAN
    assert "100.0 %: 2 of 2 arms, 1 declared unreachable" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("values", "arm", "words"),
    [
        ("a: 0\n", "{{- if .Values.a }}: empty", "line 5 is reached by defaults: remove it"),
        ("a: 1\n", "{{- if .Values.b }}: empty", "there is no such arm: correct the text, or remove it"),
    ],
)
def test_a_declaration_that_is_wrong_is_a_fault(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str], values: str, arm: str, words: str
) -> None:
    settings = UNREACHABLE.replace("{{- if .Values.a }}: empty", arm)
    chart = make_chart({"templates/config.yaml": SWITCH, "values.yaml": values, "chartgate.yaml": settings})
    assert main(["coverage", str(chart), *QUICK]) == FINDINGS
    assert f"chartgate.yaml: coverage: unreachable: templates/config.yaml: {arm}: {words}" in capsys.readouterr().out


RECORDING = """
def test_off(render):
    assert render({"a": 0}, release="mine").only("ConfigMap")
    assert render("a: 0", release="mine")

def test_on(render):
    assert render(sets=["--set", "a=2"], kube="1.30")
"""


def test_what_pytest_renders_counts_apart(
    pytester: pytest.Pytester, make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = make_chart({"templates/config.yaml": SWITCH, "values.yaml": "a: 1\n"})
    pytester.makepyfile(RECORDING)
    record = pytester.path / "renders.jsonl"
    options = ("--chart", str(chart), "--chartgate-coverage", str(record))
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=2)
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=2)
    assert len(recorded_cases(record)) == 3
    capsys.readouterr()
    assert main(["coverage", str(chart), *QUICK, "--also", str(record), "--fail-under", "100"]) == CLEAN
    out = capsys.readouterr().out
    assert "renders: gate 1, pytest 3" in out
    found = coverage.measure(read_chart(chart), ONE, recorded_cases(record))
    source, case = found.first(found.points[2]) or ("", "")
    assert (source, case.rpartition("/")[2]) == ("pytest", "test_what_pytest_renders_counts_apart.py::test_off")


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "there is no such file: record one with pytest --chartgate-coverage FILE"), ("{}\n", "line 1: ")],
)
def test_a_record_that_cannot_be_read_is_named(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, words: str
) -> None:
    record = tmp_path / "record"
    if content:
        record.write_text(content)
    assert main(["coverage", str(make_chart({})), "--also", str(record)]) == UNUSABLE
    assert words in capsys.readouterr().err


def test_a_record_that_cannot_be_written_is_named(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--chartgate-coverage", "absent/record")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("*--chartgate-coverage: cannot write absent/record: No such file or directory")


SUITE = """\
suite: switches
values: [off.yaml]
release: {name: mine}
set: {'list[0]': x}
tests:
  - it: is off
  - it: is on
    set: {a: 2, 'deep\\\\.key.b': [1]}
    capabilities: {majorVersion: 1, minorVersion: 30, apiVersions: [example.com/v1]}
---
suite: without tests
"""


def test_suites_of_helm_unittest_count_apart(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    template = SWITCH.replace(".Values.a", "eq (toString .Values.a) `2`")
    files = {"templates/config.yaml": template, "values.yaml": "a: 1\n", ".helmignore": "tests/\n"}
    chart = make_chart({**files, "tests/switch_test.yaml": SUITE, "tests/off.yaml": "a: 0\n"})
    off, on = unittest_cases(chart, Reading())
    assert (off.name, off.values, off.release, off.namespace) == (
        "switch_test.yaml: is off",
        ("a: 0\n",),
        "mine",
        "NAMESPACE",
    )
    assert on.sets == ("--set-json", 'list[0]="x"', "--set-json", "a=2", "--set-json", "deep\\\\.key.b=[1]")
    assert (on.kubernetes, on.api_versions) == ("1.30", ("example.com/v1",))
    assert main(["coverage", str(chart), *QUICK, "--fail-under", "100"]) == CLEAN
    assert "renders: gate 2, helm-unittest 2" in capsys.readouterr().out


def test_a_suite_that_cannot_be_read_is_named(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart({"templates/config.yaml": SWITCH, "tests/broken_test.yaml": "a: [\n"})
    assert main(["coverage", str(chart), *QUICK]) == UNUSABLE
    assert "tests/broken_test.yaml: cannot be read as YAML" in capsys.readouterr().err


def test_a_case_that_only_a_program_can_render_is_named(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/config.yaml": SWITCH, "values.yaml": "a: 1\n", ".helmignore": "tests/\n"})
    (chart / "tests").mkdir()
    (chart / "tests/list_test.yaml").write_text("values: [l.yaml]\ntests: [{it: changes an item, set: {'l[0]': 2}}]\n")
    (chart / "tests/l.yaml").write_text("l: [1, 2]\n")
    found = coverage.measure(read_chart(chart), ONE)
    assert found.notices == (
        "not measured, because only a Helm program can render it (--set-json l changes a list that the values have): "
        "list_test.yaml: changes an item",
    )


def test_an_upgrade_of_the_authors_cases_counts(make_chart: MakeChart) -> None:
    template = f"""{CONFIG}  x: a
  {{{{- if .Release.IsUpgrade }}}}
  upgraded: {{{{ (lookup "v1" "ConfigMap" .Release.Namespace "c").data.x | default "missing" }}}}
  random: {{{{ randAlphaNum 9 }}}}
  {{{{- end }}}}
"""
    found = coverage.measure(read_chart(make_chart({"templates/config.yaml": template})), ONE)
    assert {point.name: found.first(point) for point in found.points} == {
        "the file: is rendered": ("gate", "defaults"),
        "{{- if .Release.IsUpgrade }}: not empty": ("gate", "upgrade of defaults"),
        "{{- if .Release.IsUpgrade }}: empty": ("gate", "defaults"),
        'default "missing": the default is used': None,
        'default "missing": the value is used': ("gate", "upgrade of defaults"),
    }
    assert not found.faults


def test_a_range_over_a_written_list_always_has_entries(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/config.yaml": CONFIG + "{{- range list `a` `b` }}\n  {{ . }}: x\n{{- end }}\n"})
    assert list(reached(chart, "templates/config.yaml", "{}")) == [
        "the file: is rendered",
        "{{- range list `a` `b` }}: has an entry",
    ]


def test_the_example_of_the_document(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = {block.language: block.text for block in blocks(ROOT / "docs/coverage.md")}
    chart = make_chart({"templates/config.yaml": text["yaml"], "values.yaml": "global: {}\n"})
    monkeypatch.chdir(chart.parent)
    chart.rename("my-chart")
    assert main([*text["bash"].split()[1:]]) == CLEAN
    assert [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()] == [
        line for line in text["text"].splitlines() if line
    ]


def test_a_template_that_prints_nothing_does_not_disturb_an_upgrade(make_chart: MakeChart) -> None:
    files = {"templates/a.yaml": "{{ if .Values.a }}a{{ end }}\n", "templates/config.yaml": CONFIG + "  x: y\n"}
    found = coverage.measure(read_chart(make_chart(files)), ONE)
    assert (found.faults, found.renders) == ((), {"gate": 2})
