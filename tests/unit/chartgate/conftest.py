"""Fixtures for tests of the gate itself: tiny charts, and releases written down as objects."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from chartgate import cli, gate
from chartgate.findings.check import Check
from chartgate.findings.finding import Finding
from chartgate.findings.registry import CHECKS
from chartgate.findings.runner import examine
from chartgate.findings.scopes import EachObject
from chartgate.releases.objects import kube_object
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.kubernetes_yaml import read_all
from chartgate.values.case import Case
from tests.unit.chartgate.mutation_runs import FILES, TESTS, Mutate, Report

MakeChart = Callable[[dict[str, str]], Path]
FindingsOf = Callable[..., list[Finding]]


@pytest.fixture
def make_chart(tmp_path: Path) -> MakeChart:
    """Writes a chart called "tiny" with these files beside its Chart.yaml."""

    def make(files: dict[str, str]) -> Path:
        chart = tmp_path / "tiny"
        for name, text in {"Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n", **files}.items():
            path = chart / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return chart

    return make


@pytest.fixture
def mutate(make_chart: MakeChart, tmp_path: Path) -> Mutate:
    """The exit code of `chartgate mutate`, and its JSON report, about a chart of these files and those of FILES."""

    def run(files: dict[str, str], *options: str) -> tuple[int, Report]:
        path = tmp_path / "mutants.json"
        code = cli.main(["mutate", str(make_chart({**FILES, **files})), "--json", str(path), *options])
        report = json.loads(path.read_text(encoding="utf-8"))
        assert isinstance(report, dict)
        return code, report

    return run


@pytest.fixture
def tests(tmp_path: Path) -> str:
    """A file of tests of the chart that `mutate` makes."""
    path = tmp_path / "shop_tests" / "test_shop.py"
    path.parent.mkdir()
    path.write_text(TESTS, encoding="utf-8")
    return str(path)


def written_release(manifests: str, kube: str = "1.37") -> Release:
    """A release in namespace "apps" of the objects in `manifests`."""
    objects = tuple(kube_object(manifest, "tiny/templates/x.yaml", "apps") for manifest in read_all(manifests))
    return Release("x", "apps", "4.3.1", kube, objects)


@pytest.fixture
def findings_of() -> FindingsOf:
    """What a check finds in a release written as YAML; with `notes`, what it notes too."""

    def find(
        check: Check,
        manifests: str,
        *,
        kube: str = "1.37",
        values: Sequence[str] = (),
        variants: Mapping[str, str] | None = None,
        notes: bool = False,
    ) -> list[Finding]:
        case = Case("written", values=tuple(values))
        others = {key: written_release(text, kube) for key, text in (variants or {}).items()}
        (verdict,) = examine(check, [Rendered(case, written_release(manifests, kube), others)])
        declared = all(check.rule(finding.rule) for finding in verdict.findings)
        assert declared or not check.rules, "a rule is not declared"
        return [*verdict.findings, *(verdict.notes if notes else ())]

    return find


@pytest.fixture(scope="session")
def release_of() -> Callable[..., Release]:
    """A release written as YAML."""
    return written_release


def passing(key: str) -> Check:
    """A check that examines everything and finds nothing, in place of slow checkov."""
    return Check(key, "", "", "", (EachObject(lambda *_: ()),))


@pytest.fixture
def without_checkov(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = tuple(passing("checkov") if check.key == "checkov" else check for check in CHECKS)
    monkeypatch.setattr(gate, "CHECKS", checks)


@pytest.fixture(autouse=True)
def _no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def pytest_make_parametrize_id(val: Any) -> str | None:
    """Long YAML parameters are not part of a test's name."""
    return val[:24].replace("\n", " ") if isinstance(val, str) else None
