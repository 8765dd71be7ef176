"""Suites of helm-unittest for `chartgate mutate`: their patterns, their program, and failures that notice nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chartgate import cli
from chartgate.errors import GateError
from chartgate.findings.foreign_subcharts import own_templates
from chartgate.releases.mutants.chart import mutants_of
from chartgate.releases.mutants.outcome import Outcome
from chartgate.releases.mutants.suite_runs import suites_of
from chartgate.releases.mutants.suites import FoundSuites, Suite
from chartgate.releases.probes.chart import with_probes
from chartgate.tools import helm_unittest
from chartgate.tools.helm_unittest import HelmUnittest, SuiteResults, TestResult, find_program
from chartgate.values.chart import read_chart
from tests.mutation_runs import CONFIG, FILES
from tests.processes import is_running
from tests.unit.chartgate.command_line import MakeChart


@pytest.mark.parametrize("pattern", ["/tests/*.yaml", "../tests/*.yaml", ""])
def test_a_pattern_that_leads_out_of_the_chart_is_an_error(
    make_chart: MakeChart, pattern: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["mutate", str(make_chart(FILES)), "--unittest", pattern]) == 2
    assert "name suites by a path within the folder of the chart" in capsys.readouterr().err


@dataclass(frozen=True)
class Scripted(HelmUnittest):
    """Suites of one test each that answer by a script.

    Args:
        script: what comes of a suite, in its runs on a mutant and in those on the unchanged chart, after the first one:
            `p` for a test that passes, `f` for one that fails, `t` for a run that takes too long. The last one stays.
        runs: the suites of each run on a mutant, and its time limit in seconds.
        left: what is left of the script, by suite and whether it runs on a mutant.
    """

    script: dict[str, tuple[str, str]] = field(default_factory=dict)
    runs: list[tuple[tuple[str, ...], float]] = field(default_factory=list)
    left: dict[tuple[str, bool], str] = field(default_factory=dict)

    def run(self, chart: Path, suites: Any, seconds: float) -> SuiteResults:
        is_mutant = (chart / "templates" / "config.yaml").read_text(encoding="utf-8") != CONFIG
        if is_mutant:
            self.runs.append((tuple(suites), seconds))
        words = {suite: self._next(suite, is_mutant=is_mutant) for suite in suites}
        if "t" in words.values():
            return SuiteResults({}, f"takes more than {seconds:.0f} s")
        return SuiteResults({suite: [TestResult("x", word == "f", "is wrong")] for suite, word in words.items()})

    def _next(self, suite: str, *, is_mutant: bool) -> str:
        on_mutant, unchanged = self.script[suite]
        left = self.left.get((suite, is_mutant), on_mutant if is_mutant else f"p{unchanged}")
        self.left[suite, is_mutant] = left[1:] or left
        return left[0]


Noticed = Callable[..., tuple[Outcome | None, Scripted]]


@pytest.fixture
def noticed(make_chart: MakeChart, tmp_path: Path) -> Noticed:
    """What suites say of a mutant that answer by a script: `a` stands for `a_test.yaml`."""

    def run(**script: tuple[str, str]) -> tuple[Outcome | None, Scripted]:
        chart = read_chart(make_chart(FILES))
        program = Scripted((), "by a script", "", {f"{name}_test.yaml": said for name, said in script.items()})
        found = FoundSuites(
            tuple(Suite(file, (), is_read=False, files=(), digest="") for file in program.script), program
        )
        probed = with_probes(chart.files, own_templates(chart.files))
        mutant = mutants_of(chart.files, ["templates/config.yaml"])[0]
        return suites_of(found, probed, chart.settings, tmp_path).failed(mutant, [*program.script]), program

    return run


@pytest.mark.parametrize("said", [("tp", "p"), ("t", "t")], ids=["once", "without the mutant too"])
def test_a_suite_that_takes_too_long_on_a_busy_machine_notices_nothing(noticed: Noticed, said: tuple[str, str]) -> None:
    outcome, _ = noticed(a=said)
    assert outcome is None


def test_a_suite_that_takes_too_long_again_is_named_and_not_the_one_before_it(noticed: Noticed) -> None:
    outcome, program = noticed(a=("p", "p"), b=("t", "p"))
    assert outcome == Outcome("killed", "helm-unittest", "b_test.yaml: takes more than 20 s", "b_test.yaml")
    assert program.runs == [(("a_test.yaml", "b_test.yaml"), 10), (("a_test.yaml",), 20), (("b_test.yaml",), 20)]


def test_a_suite_that_takes_too_long_without_the_mutant_too_hides_no_other_suite(noticed: Noticed) -> None:
    outcome, _ = noticed(a=("t", "t"), b=("f", "p"))
    assert outcome == Outcome("killed", "helm-unittest", "b_test.yaml: x: is wrong", "b_test.yaml")


def test_a_test_that_fails_notices_nothing_if_the_unchanged_chart_takes_too_long(noticed: Noticed) -> None:
    outcome, _ = noticed(a=("f", "t"))
    assert outcome is None


def test_a_plugin_of_helm_that_takes_too_long_ends_with_helm(tmp_path: Path) -> None:
    note, helm = tmp_path / "note", tmp_path / "helm"
    helm.write_text(f'#!/bin/sh\nsleep 60 &\necho $! > "{note}"\nwait\n', encoding="utf-8")
    helm.chmod(0o755)
    results = HelmUnittest((str(helm), "unittest"), "the plugin", "").run(tmp_path, ["a_test.yaml"], 1)
    assert results == SuiteResults({}, "takes more than 1 s")
    assert not is_running(int(note.read_text(encoding="utf-8")))


def test_what_helm_unittest_says_on_either_stream_tells_why_a_suite_has_no_results(tmp_path: Path) -> None:
    program = tmp_path / "helm-unittest"
    program.write_text("#!/bin/sh\necho one\necho 'Error: two' >&2\nprintf '\\377' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    results = HelmUnittest((str(program),), "the program", "").run(tmp_path, ["a_test.yaml"], 60)
    assert results.ended == "Error: two \\xff"


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
