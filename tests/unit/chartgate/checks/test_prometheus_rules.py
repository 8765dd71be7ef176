"""The check of Prometheus rules: structure always, expressions by promtool where it is at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.program_on_path import version_of
from chartgate.findings.prometheus_rules import CHECK, promtool

FindingsOf = Callable[..., list[Finding]]

GROUPS = """\
groups:
  - name: g
    rules:
      - {alert: Down, expr: 'absent(up{job="a}"} == 1)', for: 5m, labels: {severity: critical}, annotations: {s: t}}
      - {record: 'job:up:sum', expr: 'sum by (job) (up)'}
"""


def as_object(groups: str) -> str:
    return "kind: PrometheusRule\nmetadata: {name: r}\nspec:\n" + "".join(f"  {line}\n" for line in groups.splitlines())


def as_file(groups: str) -> str:
    return "kind: ConfigMap\nmetadata: {name: r}\ndata:\n  r.yaml: |\n" + "".join(
        f"    {line}\n" for line in groups.splitlines()
    )


@pytest.fixture
def without_promtool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promtool, "complaints", lambda _: [])


@pytest.mark.usefixtures("without_promtool")
@pytest.mark.parametrize("form", [as_object, as_file])
def test_sound_rules_have_no_findings(findings_of: FindingsOf, form: Callable[[str], str]) -> None:
    assert findings_of(CHECK, form(GROUPS)) == []


@pytest.mark.usefixtures("without_promtool")
@pytest.mark.parametrize(
    ("old", "new", "rule", "place"),
    [
        ("name: g", "title: g", "structure", "[0]"),
        ("  - name: g", "  - name: g\n    every: 1m", "structure", "[0].every"),
        ("alert: Down", "alerts: Down", "structure", "[0].rules[0]"),
        ("for: 5m", "for: soon", "structure", "[0].rules[0].for"),
        ("severity: critical", "severity: 1", "structure", "[0].rules[0].labels.severity"),
        ("severity: critical", "a-b: c", "name", "[0].rules[0].labels"),
        ("'job:up:sum'", "job-up", "name", "[0].rules[1].record"),
        ("(up)'", "(up'", "expression", "[0].rules[1].expr"),
        ("'sum by (job) (up)'", "''", "expression", "[0].rules[1].expr"),
    ],
)
def test_each_fault_of_structure_is_found(findings_of: FindingsOf, old: str, new: str, rule: str, place: str) -> None:
    assert old in GROUPS
    found = [(finding.rule, finding.where) for finding in findings_of(CHECK, as_object(GROUPS.replace(old, new)))]
    assert (rule, f"spec.groups{place}") in found


@pytest.mark.usefixtures("without_promtool")
def test_two_groups_of_one_name_and_equal_rules_are_found(findings_of: FindingsOf) -> None:
    twice = GROUPS + GROUPS.partition("groups:\n")[2]
    assert [finding.rule for finding in findings_of(CHECK, as_object(twice))] == ["twice"]
    line = GROUPS.splitlines(keepends=True)[-1]
    assert [finding.rule for finding in findings_of(CHECK, as_object(GROUPS + line))] == ["twice"]


@pytest.mark.usefixtures("without_promtool")
def test_a_file_that_is_no_yaml_is_found(findings_of: FindingsOf) -> None:
    assert [finding.rule for finding in findings_of(CHECK, as_file("groups: [\nrules:\n"))] == ["unreadable"]


@pytest.fixture
def promtool_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in that refuses what holds the word "wrong", as the real one does: complaints, then exit code 1."""
    program = tmp_path / "promtool"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "promtool, version 0" && exit\n'
        'grep -q wrong "$3" || exit 0\necho "  FAILED:" >&2\necho "$3: parse error" >&2\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    version_of.cache_clear()
    return program


@pytest.mark.usefixtures("promtool_on_path")
def test_promtool_has_the_last_word(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, as_object(GROUPS)) == []
    (finding,) = findings_of(CHECK, as_object(GROUPS.replace("(up)", "(wrong)")))
    assert (finding.rule, finding.what) == ("promtool", "parse error")
    version_of.cache_clear()
