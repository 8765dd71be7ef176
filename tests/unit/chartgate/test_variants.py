"""Variants of a case: which cases get them, what they change, and what a refusal becomes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate import gate
from chartgate.findings import checkov
from chartgate.findings.registry import CHECKS
from chartgate.findings.variant_renders import CHECK
from chartgate.findings.variants import (
    AGAIN,
    LONG_RELEASE,
    NEXT_VERSION,
    OTHER_REGISTRY,
    UPGRADE,
    answer,
    ask,
    variants_of,
)
from chartgate.releases.objects import kube_object
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.chart_files import ChartFiles, read_chart_files
from chartgate.values.case import Case
from chartgate.values.selection import Choice

MakeChart = Callable[[dict[str, str]], Path]

NO_CHART = ChartFiles(Path(), {})


def test_each_variant_is_made_once() -> None:
    declared = variants_of(check.variants for check in CHECKS)
    assert declared == [LONG_RELEASE, AGAIN, NEXT_VERSION, UPGRADE, OTHER_REGISTRY]


def test_a_variant_changes_one_thing(make_chart: MakeChart) -> None:
    chart, case = (
        read_chart_files(make_chart({"values.yaml": "global: {imageRegistry: ''}\n"})),
        Case("defaults", values=("a: 1\n",)),
    )
    assert len(LONG_RELEASE.release) == 53
    assert LONG_RELEASE.of(chart, case) == (chart, Case("defaults", values=("a: 1\n",), release=LONG_RELEASE.release))
    assert AGAIN.of(chart, case) == (chart, Case("defaults", values=("a: 1\n", "{}\n")))
    later, same = NEXT_VERSION.of(chart, case) or (chart, None)
    assert same == case
    assert later.text("Chart.yaml") == "apiVersion: v2\nname: tiny\nversion: 999.0.0\n"
    assert chart.text("Chart.yaml") == "apiVersion: v2\nname: tiny\nversion: 1.0.0\n"


def test_a_variant_of_a_value_needs_the_value(make_chart: MakeChart) -> None:
    case = Case("defaults")
    without, having = (
        read_chart_files(make_chart({"values.yaml": text}))
        for text in ("global: {}\n", "global: {imageRegistry: ''}\n")
    )
    assert OTHER_REGISTRY.of(without, case) is None
    assert OTHER_REGISTRY.of(having, case) is not None


def rendered(name: str, helm: str, kube: str) -> Rendered:
    config = kube_object({"kind": "ConfigMap", "metadata": {"name": "x"}}, "x.yaml", "apps")
    return Rendered(Case(name), Release("x", "apps", helm, kube, (config,)))


def test_the_authors_cases_are_varied_for_the_newest_versions() -> None:
    renders = [rendered("ci/a", "3.2.4", "1.19"), rendered("ci/a", "3.2.4", "1.37"), rendered("ci/a", "4.1.0", "1.37")]
    renders += [rendered("ci/a", "4.1.0", "1.9"), rendered("README.md: x", "4.1.0", "1.37")]
    assert [(one.index, one.variant) for one in ask(NO_CHART, renders, [AGAIN, LONG_RELEASE])] == [
        (1, AGAIN),
        (1, LONG_RELEASE),
    ]


def test_a_refused_variant_is_a_finding() -> None:
    renders = [rendered("README.md: x", "4.1.0", "1.37"), rendered("ci/a", "4.1.0", "1.37")]
    asked = ask(NO_CHART, renders, [AGAIN, LONG_RELEASE])
    first, second = answer(renders, asked, [renders[1].release, ValueError("no such name")])
    assert first is renders[0]
    assert (list(second.variants), dict(second.refusals)) == (["again"], {"long-release": "no such name"})
    untouched, verdict = CHECK.examine([first, second])
    assert (untouched.examined, verdict.examined) == (0, 2)
    assert [(f.rule, f.object, f.where, f.what) for f in verdict.findings] == [
        ("refused", "ci/a", "variant long-release", "no such name")
    ]


def test_the_gate_finds_what_only_a_variant_shows(make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "CHECKS", tuple(check for check in CHECKS if check is not checkov.CHECK))
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {a: {{ randAlpha 9 }}}\n"
    refuse = '{{ if gt (len .Release.Name) 20 }}{{ fail "too long a name" }}{{ end }}'
    chart = make_chart({"templates/a.yaml": config, "templates/b.yaml": refuse})
    results = gate.run(chart, Choice(helm=("4",), kubernetes=("1.37",)))
    found = {(finding.check, finding.rule) for finding in results.occurrences}
    assert {("idempotency", "differs"), ("variants", "refused")} <= found
