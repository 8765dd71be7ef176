"""Runs of the chart's suites of helm-unittest: which of them reach a mutant, and whether they notice it."""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from os import cpu_count
from pathlib import Path

from chartgate.errors import GateError
from chartgate.releases.jobs import Job, plan
from chartgate.releases.mutants.costs import Costs
from chartgate.releases.mutants.kills import Kills
from chartgate.releases.mutants.mutant import Mutant
from chartgate.releases.mutants.outcome import Outcome
from chartgate.releases.mutants.prints import Effect
from chartgate.releases.mutants.renders import Renders
from chartgate.releases.mutants.suites import FoundSuites, Suite
from chartgate.releases.mutants.tests import ChangedCopy
from chartgate.releases.probes.chart import ProbedChart
from chartgate.tools.catalogue import version_key
from chartgate.tools.chart_copy import copied_chart
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.child_process import interruptible_threads
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.engines import EMBEDDED_SPEC, Engines
from chartgate.tools.helm_unittest import SNAPSHOTS, HelmUnittest, SuiteResults
from chartgate.tools.progress import track
from chartgate.tools.schemas import minor_version
from chartgate.tools.some_of import some_of
from chartgate.tools.testers import UNITTEST
from chartgate.values.case import Case
from chartgate.values.settings import Settings
from chartgate.values.unittest_cases import UnittestJob

FIRST, REST = 1.0, 30.0
"""How long the suites run that are tried on a mutant at first, and all others after them, in seconds."""
NEAREST = 12
"""The number of tests that are rendered to find one whose objects differ."""
NAMED = 3
"""The number of tests that a notice names."""


@dataclass
class ChartSuites:
    """Suites that run on the unchanged chart.

    Args:
        chart: the chart's files.
        program: None if there are no suites.
        suites: those with a test that passes.
        passing: of each suite, which tests pass on the unchanged chart, in their order.
        seconds: how long each suite takes.
        renders: what the tests render, as far as Helm's library can be told.
        scratch: a folder for copies of the chart.
        notices: what the reader of a report must know about the suites.
    """

    chart: ChartFiles
    program: HelmUnittest | None
    suites: Sequence[Suite]
    passing: dict[str, list[bool]]
    seconds: dict[str, float]
    renders: Renders
    scratch: Path
    notices: tuple[str, ...] = ()
    copy: "_Copy | None" = field(default=None, init=False)
    kills: Kills = field(default_factory=Kills, init=False)

    @cached_property
    def _known(self) -> dict[str, list[int]]:
        """The renders of each test, by the name of its case.

        Helm may refuse a case because of templates that helm-unittest does not render. Such a render is left out.
        """
        found: dict[str, list[int]] = {}
        for index, job in enumerate(self.renders.jobs):
            if index not in self.renders.refused:
                found.setdefault(job.case.name, []).append(index)
        return found

    @cached_property
    def _costs(self) -> Costs:
        return Costs(self.seconds)

    def reaching(self, mutant: Mutant) -> list[Suite]:
        """The suites with a test that reaches the place of a mutant.

        A test that Helm's library cannot render counts as reaching the place.
        """
        reached = {*self.renders.reaching(mutant)}
        return [suite for suite in self.suites if not suite.is_read or any(self._jobs(suite, mutant, reached))]

    def _jobs(self, suite: Suite, mutant: Mutant, reached: set[int]) -> Iterator[UnittestJob]:
        for job in suite.jobs:
            indices = self._known.get(job.case.name, ()) if job.is_whole else ()
            if mutant.region is None or (job.renders(mutant.file) and (not indices or reached.intersection(indices))):
                yield job

    def turns(self, mutant: Mutant) -> Iterator[list[str]]:
        """The suites to run, in two turns: the most promising ones, and the others."""
        found = self.reaching(mutant)
        names = {suite.file: any(job.rendered and job.renders(mutant.file) for job in suite.jobs) for suite in found}
        files = sorted(
            names,
            key=lambda file: (
                not self.kills.has_noticed_in_file_of(mutant, file),
                not names[file],
                -self.kills.number(file),
                self.seconds[file],
            ),
        )
        first = self._costs.within(files, FIRST) or files[:1]
        yield first
        yield self._costs.within([file for file in files if file not in first], REST)

    def failed(self, mutant: Mutant, files: Sequence[str]) -> Outcome | None:
        """Killed by the first of these suites of which a test fails because of the mutant; None if there is none.

        A test that fails at random proves nothing: it has to fail again, in a run of its suite alone, and to pass on
        the unchanged chart. A suite that has proved itself need not. After a run without results, each suite runs
        alone with twice the time limit.
        """
        if not files:
            return None
        results = self._run(files, mutant)
        limit = 2 * self._costs.patience(files)
        outcomes = (
            self._failed_alone(mutant, file, limit) if results.ended else self._failed_in(mutant, file, results)
            for file in files
        )
        return next((outcome for outcome in outcomes if outcome), None)

    def _failed_alone(self, mutant: Mutant, file: str, seconds: float) -> Outcome | None:
        """Killed by a suite that has no results because of the mutant, or of which a test fails.

        On a busy machine, a suite may take too long without any fault.
        """
        results = self._run([file], mutant, seconds)
        if not results.ended:
            return self._failed_in(mutant, file, results)
        if self._run([file], seconds=seconds).ended:
            return None
        return self._killed(mutant, file, f"{file}: {results.ended}")

    def _failed_in(self, mutant: Mutant, file: str, results: SuiteResults) -> Outcome | None:
        """Killed by the first test of a suite that has failed in a run, and does so because of the mutant."""
        failing = self._failing(file, results)
        if failing and not self.kills.is_reliable(file, first=True):
            failing &= self._failing(file, self._run([file], mutant))
            if failing:
                unchanged = self._run([file])
                failing = set() if unchanged.ended else failing - self._failing(file, unchanged)
        if not failing:
            return None
        test = results.tests[file][min(failing)]
        return self._killed(mutant, file, f"{file}: {test.name}: {test.words}")

    def _killed(self, mutant: Mutant, file: str, what: str) -> Outcome:
        self.kills.add(mutant, file)
        return Outcome("killed", UNITTEST, what, file)

    def _failing(self, file: str, results: SuiteResults) -> set[int]:
        """The tests that fail and pass on the unchanged chart, by their place in the suite."""
        both = zip(results.tests.get(file, ()), self.passing[file], strict=False)
        return {index for index, (test, passes) in enumerate(both) if passes and test.failed}

    def nearest(self, mutant: Mutant, changed: ChartFiles, effects: set[Effect]) -> str:
        """A test that asserts something about a template whose objects differ; empty if there is none.

        Args:
            effects: gets what the mutant changes in what tests look at.
        """
        reached = {*self.renders.reaching(mutant)}
        jobs = {
            index: job
            for suite in self.reaching(mutant)
            for job in self._jobs(suite, mutant, reached)
            for index in reached.intersection(self._known.get(job.case.name, ()))
        }
        related = self.renders.related(mutant.about(self.chart), jobs)
        for index in islice(dict.fromkeys([*related, *jobs]), NEAREST):
            effect = self.renders.prints.effect(changed, index, jobs[index].asserts)
            effects.add(effect)
            if effect == "objects":
                return jobs[index].case.name
        return ""

    def _run(self, files: Sequence[str], mutant: Mutant | None = None, seconds: float = 0.0) -> SuiteResults:
        """What the suites say of a mutant, or of the unchanged chart.

        Args:
            seconds: the time limit; 0 for the usual one.
        """
        if self.program is None:
            return SuiteResults({}, "there is no program")
        if self.copy is None:
            self.copy = _Copy.of(self.chart, self.suites, self.scratch / f"suites-{os.getpid()}")
        return self.copy.run(self.program, files, seconds or self._costs.patience(files), mutant)


@dataclass(frozen=True)
class _Copy:
    """A copy of the chart's folder, in which helm-unittest may write snapshots.

    Args:
        folder: the copy.
        chart: the files of the unchanged chart.
        snapshots: the content of each file with snapshots, in the folders that have them.
        folders: these folders.
    """

    folder: Path
    chart: ChartFiles
    folders: tuple[Path, ...]
    snapshots: dict[Path, bytes]

    @classmethod
    def of(cls, chart: ChartFiles, suites: Sequence[Suite], scratch: Path) -> "_Copy":
        """A new copy within the folder `scratch`."""
        copy = copied_chart(chart.folder, scratch)
        folders = tuple({(copy / suite.file).parent / SNAPSHOTS for suite in suites})
        files = (path for folder in folders for path in folder.glob("*") if path.is_file())
        return cls(copy, chart, folders, {path: path.read_bytes() for path in files})

    def run(self, program: HelmUnittest, files: Sequence[str], seconds: float, mutant: Mutant | None) -> SuiteResults:
        """Run suites on a mutant, or on the unchanged chart. Snapshots that they write are removed."""
        changed = ChangedCopy(self.folder)
        contents = {mutant.file: mutant.content(self.chart)} if mutant else {}
        changed.put(contents)
        try:
            return program.run(self.folder, files, seconds)
        finally:
            changed.restore(contents, self.chart)
            self._restore_snapshots()

    def _restore_snapshots(self) -> None:
        for folder in self.folders:
            for path in folder.glob("*"):
                if path.is_file() and path not in self.snapshots:
                    path.unlink()
        for path, content in self.snapshots.items():
            if path.read_bytes() != content:
                path.write_bytes(content)


def suites_of(found: FoundSuites, chart: ProbedChart, settings: Settings, scratch: Path) -> ChartSuites:
    """Run all suites on the unchanged chart, and note which places their tests reach.

    Args:
        scratch: a folder for copies of the chart.

    Raises:
        GateError: helm-unittest cannot be started.
    """
    suites, program = found.suites, found.program
    if program is None:
        return ChartSuites(chart.plain, None, (), {}, {}, Renders(chart, (), (), ""), scratch)
    copy = copied_chart(chart.plain.folder, scratch / "suites")

    def run(suite: Suite) -> tuple[SuiteResults, float]:
        begun = time.monotonic()
        return program.run(copy, [suite.file], REST), time.monotonic() - begun

    with interruptible_threads(cpu_count() or 1) as pool:
        results = list(track(pool.map(run, suites), len(suites), "running the suites of helm-unittest"))
    shutil.rmtree(copy)
    ran = {suite: result for suite, (result, _) in zip(suites, results, strict=True) if not result.ended}
    passing = {suite.file: [not test.failed for test in result.tests[suite.file]] for suite, result in ran.items()}
    cases = [job.case for suite in ran for job in suite.jobs]
    return ChartSuites(
        chart.plain,
        program,
        tuple(suite for suite in ran if any(passing[suite.file])),
        passing,
        {suite.file: seconds for suite, (_, seconds) in zip(suites, results, strict=True)},
        Renders(chart, _planned(cases, settings), settings.api_versions, "rendering what the suites render"),
        scratch,
        tuple(_notices(program, suites, [result for result, _ in results])),
    )


def _planned(cases: Sequence[Case], settings: Settings) -> list[Job]:
    """A job a case: helm-unittest renders each test once, for a recent Kubernetes where the test names none."""
    newest = max(settings.kubernetes, key=lambda version: version_key(minor_version(version)))
    jobs = []
    for case in dict.fromkeys(cases):
        # A version that Helm's library cannot be told says nothing about the suite.
        with suppress(GateError):
            jobs += plan([case], settings.with_versions(kubernetes=(newest,)), Engines({EMBEDDED_SPEC: EMBEDDED}))
    return jobs


def _notices(program: HelmUnittest, suites: Sequence[Suite], results: Sequence[SuiteResults]) -> Iterator[str]:
    """What the reader must know: about the program, tests that fail, and suites that do not run."""
    yield f"the suites of helm-unittest are run by {program.what}"
    failing = [
        f"{suite.file}: {test.name}: {test.words}"
        for suite, result in zip(suites, results, strict=True)
        for test in result.tests.get(suite.file, ())
        if test.failed
    ]
    ended = [f"{one.file}: {result.ended}" for one, result in zip(suites, results, strict=True) if result.ended]
    if failing:
        yield f"fails on the unchanged chart, so that it notices nothing: {some_of(failing, NAMED, '; ')}"
    if ended:
        yield f"does not run on the unchanged chart, so that it notices nothing: {some_of(ended, NAMED, '; ')}"
