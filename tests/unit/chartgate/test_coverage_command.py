"""`chartgate coverage`: its table, its reports, and the arms that are declared unreachable."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from chartgate import coverage
from chartgate.cli import CLEAN, FINDINGS, UNUSABLE, main
from chartgate.reports.coverage.html import coverage_page
from chartgate.values.chart import read_chart
from tests.documents import ROOT, blocks
from tests.unit.chartgate.coverage_charts import ONE, QUICK, SWITCH, MakeChart


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


def test_a_case_that_helm_refuses_is_told(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    needy = SWITCH + "  z: {{ .Values.b.c | quote }}\n"
    chart = make_chart({"templates/config.yaml": needy, "values.yaml": "a: 1\n", "ci/b-values.yaml": "b: {c: d}\n"})
    assert main(["coverage", str(chart), *QUICK]) == CLEAN
    out = capsys.readouterr().out
    assert "Helm refuses defaults: " in out
    assert "nil pointer evaluating interface {}.c" in out
    (chart / "ci/b-values.yaml").unlink()
    assert main(["coverage", str(chart), *QUICK]) == UNUSABLE
    error = capsys.readouterr().err
    assert "tiny: Helm refuses every case: " in error
    assert "nil pointer evaluating interface {}.c" in error


def test_an_error_of_a_template_is_told_in_whatever_case(
    make_chart: MakeChart, capsys: pytest.CaptureFixture[str]
) -> None:
    other = SWITCH.replace("{{- end }}", "{{- else }}\n  x: {{ .Values.x.y.z }}\n  {{- end }}")
    chart = make_chart({"templates/config.yaml": other, "values.yaml": "a: true\nx: {}\n"})
    assert main(["coverage", str(chart)]) == CLEAN
    out = capsys.readouterr().out
    assert re.search(r"Helm refuses matrix/\d+.*: .* nil pointer evaluating interface \{\}\.z", out)


def test_a_library_chart_is_an_error(make_chart: MakeChart, capsys: pytest.CaptureFixture[str]) -> None:
    chart = make_chart({"Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\ntype: library\n"})
    assert main(["coverage", str(chart)]) == UNUSABLE
    assert "is a library chart" in capsys.readouterr().err


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
