"""Suites of helm-unittest for `chartgate mutate`: their patterns, their program, and failures that notice nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chartgate import cli
from chartgate.errors import GateError
from chartgate.findings.foreign_subcharts import own_templates
from chartgate.releases.mutants.chart import mutants_of
from chartgate.releases.mutants.suite_runs import suites_of
from chartgate.releases.mutants.suites import FoundSuites, Suite
from chartgate.releases.probes.chart import with_probes
from chartgate.tools import helm_unittest
from chartgate.tools.helm_unittest import HelmUnittest, SuiteResults, TestResult, find_program
from chartgate.values.chart import read_chart
from tests.mutation_runs import FILES
from tests.unit.chartgate.command_line import MakeChart


@pytest.mark.parametrize("pattern", ["/tests/*.yaml", "../tests/*.yaml", ""])
def test_a_pattern_that_leads_out_of_the_chart_is_an_error(
    make_chart: MakeChart, pattern: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["mutate", str(make_chart(FILES)), "--unittest", pattern]) == 2
    assert "name suites by a path within the folder of the chart" in capsys.readouterr().err


def test_a_test_that_fails_at_random_notices_nothing(make_chart: MakeChart, tmp_path: Path) -> None:
    chart = read_chart(make_chart(FILES))
    answers = iter([False, True, False, True, True, True, True, True, False])

    @dataclass(frozen=True)
    class AtRandom(HelmUnittest):
        """Its test fails, or not, in each run."""

        def run(self, *_: Any) -> SuiteResults:
            return SuiteResults({"a_test.yaml": [TestResult("x", failed=next(answers))]})

    suite = Suite("a_test.yaml", (), is_read=False, files=(), digest="")
    found = FoundSuites((suite,), AtRandom((), "at random", ""))
    probed = with_probes(chart.files, own_templates(chart.files))
    suites = suites_of(found, probed, chart.settings, tmp_path)
    mutant = mutants_of(chart.files, ["templates/config.yaml"])[0]
    assert suites.failed(mutant, ["a_test.yaml"]) is None, "it does not fail again"
    assert suites.failed(mutant, ["a_test.yaml"]) is None, "it also fails on the unchanged chart"
    killed = suites.failed(mutant, ["a_test.yaml"])
    assert killed
    assert killed.test == "a_test.yaml"


def test_the_plugin_of_helm_comes_before_the_pinned_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helm = tmp_path / "helm-bin" / "helm"
    helm.parent.mkdir()
    monkeypatch.setenv("PATH", str(helm.parent))
    monkeypatch.setattr(helm_unittest, "pinned_program", lambda: tmp_path / "pinned")
    assert find_program().command == (str(tmp_path / "pinned"),)
    listed = "NAME\\tVERSION\\tDESCRIPTION\\nunittest\\t0.8.2\\tUnit test for helm chart\\n"
    helm.write_text(f'#!/bin/sh\n[ "$*" = "plugin list" ] && printf "{listed}"\n', encoding="utf-8")
    helm.chmod(0o755)
    found = find_program()
    assert found.command == (str(helm), "unittest")
    assert found.what == f"the plugin unittest 0.8.2 of {helm}"
    helm.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert find_program().command == (str(tmp_path / "pinned"),)


def test_without_a_program_the_message_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Path:
        raise GateError("go could not download: no network: check the network or the registry settings")

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(helm_unittest, "pinned_program", refuse)
    with pytest.raises(GateError, match=r"suites of helm-unittest.*no network.*or install it, or .*--no-unittest"):
        find_program()
