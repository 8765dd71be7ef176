"""A check whose extra is not installed is left out, every report says so, and it cannot be asked for."""

import html
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chartgate import gate
from chartgate.commands.check import REPORTS
from chartgate.errors import GateError
from chartgate.findings.registry import BY_KEY, CHECKS
from chartgate.reports.overview import overview_of
from chartgate.values.selection import Choice

MISSING = replace(BY_KEY["checkov"], extra="no_such_package")
SENTENCE = (
    "check checkov left out: the package no_such_package is not installed: pip install 'chartgate[no_such_package]'"
)
FILES = {
    "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    "chartgate.yaml": (
        "kubernetes: ['1.37']\nhelm: ['4']\n"
        "exceptions: [{check: checkov, rule: CKV_K8S_21, objects: 'Pod/*', reason: the extra may be installed}]\n"
    ),
}

WITHOUT_NOTICES = {"write-baseline", "code-quality"}
"""These are lists of findings, and their readers take nothing else."""


@pytest.fixture
def chart(make_chart: Callable[[dict[str, str]], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    checks = tuple(MISSING if check.key == MISSING.key else check for check in CHECKS)
    monkeypatch.setattr(gate, "CHECKS", checks)
    return make_chart(FILES)


def test_every_report_says_that_the_check_is_left_out(chart: Path) -> None:
    results = gate.run(chart)
    assert "checkov" not in results.checks
    assert SENTENCE in results.notices
    assert SENTENCE in overview_of(results).notices
    for name, (_, report) in REPORTS.formats.items():
        if name not in WITHOUT_NOTICES:
            made = report(results)
            text = (made if isinstance(made, bytes) else b"".join(made)).decode()
            assert "the package no_such_package is not installed" in html.unescape(text), name


def test_exceptions_of_the_check_are_not_called_unused(chart: Path) -> None:
    assert [finding for finding in gate.run(chart).general if finding.check == "exceptions"] == []


def test_the_check_is_refused_when_it_is_asked_for_by_name(chart: Path) -> None:
    for pattern in ("checkov", "checkov/CKV_K8S_4*"):
        with pytest.raises(GateError) as refusal:
            gate.run(chart, Choice(select=(pattern,)))
        assert str(refusal.value) == SENTENCE
    assert SENTENCE not in gate.run(chart, Choice(ignore=("checkov",))).notices
