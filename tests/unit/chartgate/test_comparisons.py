"""Comparisons: which renders are rendered otherwise, what each changes, and what a refusal becomes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chartgate import gate
from chartgate.findings import checkov
from chartgate.findings.registry import CHECKS
from chartgate.findings.runner import examine
from chartgate.findings.variants import CHECK
from chartgate.releases.comparisons import (
    AGAIN,
    HARMLESS_WORD,
    LIBRARY,
    LONG_NAME,
    LONG_RELEASE,
    NEXT_APPLICATION,
    NEXT_VERSION,
    OTHER_REGISTRY,
    UPGRADE,
    Comparison,
    First,
    compare,
)
from chartgate.releases.jobs import Job, render_jobs
from chartgate.releases.objects import kube_object
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.chart_files import ChartFiles, read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.engines import Engine
from chartgate.tools.helm import find_helm
from chartgate.values.case import Case
from chartgate.values.selection import Choice

MakeChart = Callable[[dict[str, str]], Path]

ALL = (LIBRARY, HARMLESS_WORD, AGAIN, NEXT_VERSION, NEXT_APPLICATION, UPGRADE, LONG_RELEASE, OTHER_REGISTRY)
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  release: {{ .Release.Name }}
  version: {{ .Chart.Version | quote }}
  application: {{ .Chart.AppVersion | quote }}
  random: {{ randAlpha 9 }}
  upgrade: {{ .Release.IsUpgrade | quote }}
  found: {{ len (lookup "v1" "ConfigMap" .Release.Namespace "c") | quote }}
  registry: {{ dig "imageRegistry" "" (.Values.global | default dict) | quote }}
  text: {{ .Values.text | quote }}
  library: {{ .Capabilities.HelmVersion.Version }}
"""


def compared(chart: ChartFiles, case: Case, helm: Engine = EMBEDDED) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a render of the case has that each comparison changes, and the data of each other render, by key."""
    renders = render_jobs(chart, [Job(case, helm, "1.37")], ())
    (rendered,) = compare(chart, renders, ALL, ())
    first = rendered.release.only("ConfigMap").manifest["data"]
    others = {}
    for key, other in rendered.others.items():
        assert isinstance(other, Release)
        others[key] = other.only("ConfigMap").manifest["data"]
    return first, others


def test_each_comparison_changes_one_thing(make_chart: MakeChart) -> None:
    metadata = "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: 1.2.3\n"
    files = {"Chart.yaml": metadata, "values.yaml": "global: {imageRegistry: ''}\n", "templates/c.yaml": CONFIG}
    chart = read_chart_files(make_chart(files))
    case = Case("defaults", values=("text: '1e3'\n",), hostile="1e3", harmless=("text: word\n",))
    first, others = compared(chart, case)
    changed = {
        key: {name: other[name] for name in first if name != "random" and other[name] != first[name]}
        for key, other in others.items()
    }
    assert changed.pop("upgrade").keys() - {"library"} == {"upgrade", "found"}
    assert changed == {
        "harmless-word": {"text": "word"},
        "again": {},
        "next-version": {"version": "999.0.0"},
        "next-application": {"application": "999.0.0"},
        "long-release": {"release": LONG_NAME},
        "other-registry": {"registry": "mirror.example:5000/all"},
    }
    assert len(LONG_NAME) == 53
    assert others["again"]["random"] != first["random"]


def test_a_comparison_that_makes_no_sense_is_left_out(make_chart: MakeChart) -> None:
    chart = read_chart_files(make_chart({"values.yaml": "global: {}\n", "templates/c.yaml": CONFIG}))
    _, others = compared(chart, Case("defaults"))
    assert others.keys() == {"again", "next-version", "upgrade", "long-release"}
    # The library renders again what a program has rendered.
    _, others = compared(chart, Case("README.md: x"), find_helm("4"))
    assert others.keys() == {"library"}


NOWHERE = ChartFiles(Path(), {})
CONFIG_MAP = kube_object({"kind": "ConfigMap", "metadata": {"name": "x"}}, "x.yaml", "apps")


def rendered(name: str, helm: Engine, kube: str) -> Rendered:
    return Rendered(Case(name), Release("x", "apps", helm.label, kube, (CONFIG_MAP,)), helm=helm)


def test_the_authors_cases_are_rendered_otherwise_for_the_newest_version_by_the_first_helm() -> None:
    program = find_helm("4")
    seen: list[Job] = []

    def look(first: First) -> Release:
        seen.append(first.job)
        return first.release

    spy = Comparison("spy", "", look)
    versions: list[tuple[Engine, str]] = [(EMBEDDED, "1.19"), (EMBEDDED, "1.37"), (program, "1.37"), (program, "1.9")]
    renders = [rendered("ci/a", *version) for version in versions]
    renders.append(rendered("README.md: x", EMBEDDED, "1.37"))
    answers = compare(NOWHERE, renders, [spy, spy], ())
    assert [(job.helm, job.kube_version) for job in seen] == [(EMBEDDED, "1.37")]
    assert [list(one.others) for one in answers] == [[], ["spy"], [], [], []]


def test_what_helm_leaves_out_is_known_of_a_program_too(make_chart: MakeChart) -> None:
    hook = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, annotations: {helm.sh/hook: pre-instal}}\n"
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n"
    chart = read_chart_files(make_chart({"templates/c.yaml": hook, "templates/d.yaml": other}))
    renders = render_jobs(chart, [Job(Case("x"), find_helm("4"), "1.37")], ())
    (answer,) = compare(chart, renders, [LIBRARY], ())
    assert [obj.name for obj in answer.release.left_out] == ["c"]


def test_a_refusal_of_the_other_render_is_a_finding() -> None:
    first, second = rendered("README.md: x", EMBEDDED, "1.37"), rendered("ci/a", EMBEDDED, "1.37")
    second = replace(second, others={"again": second.release, "long-release": "no such name"})
    untouched, verdict = examine(CHECK, [first, second])
    assert (untouched.examined, verdict.examined) == (0, 2)
    assert [(f.rule, str(f.about), f.where, f.what) for f in verdict.findings] == [
        ("refused", "ci/a", "variant long-release", "no such name")
    ]


def test_the_gate_finds_what_only_another_render_shows(make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "CHECKS", tuple(check for check in CHECKS if check is not checkov.CHECK))
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {a: {{ randAlpha 9 }}}\n"
    refuse = '{{ if gt (len .Release.Name) 20 }}{{ fail "too long a name" }}{{ end }}'
    chart = make_chart({"templates/a.yaml": config, "templates/b.yaml": refuse})
    results = gate.run(chart, Choice(helm=("4",), kubernetes=("1.37",)))
    found = {(finding.check, finding.rule) for finding in results.occurrences}
    assert {("idempotency", "differs"), ("variants", "refused")} <= found
