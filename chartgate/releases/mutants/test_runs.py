"""Runs of the chart's tests on a changed copy of the chart: whether they notice a mutant."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chartgate.releases.mutants.kills import Kills
from chartgate.releases.mutants.mutant import Mutant, together
from chartgate.releases.mutants.outcome import Outcome
from chartgate.releases.mutants.tests import ChangedCopy, ChartTests
from chartgate.tools.chart_copy import copied_chart
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.test_server.messages import Answer, Request
from chartgate.tools.testers import PYTEST

NOTHING: Mapping[str, bytes] = {}
"""The changed files of the unchanged chart."""


@dataclass
class TestRuns:
    """Runs tests in one of the pytest processes.

    Args:
        chart: the files of the unchanged chart.
        scratch: a folder for copies of the chart.
        number: the number of the pytest process.
    """

    __test__ = False  # it is no test, whatever pytest makes of its name

    chart: ChartFiles
    tests: ChartTests
    scratch: Path
    number: int = 0
    kills: Kills = field(default_factory=Kills, init=False)
    copy: ChangedCopy | None = field(default=None, init=False)
    passing: dict[str, bool] = field(default_factory=dict, init=False)
    """Whether tests pass on the unchanged chart when they run alone."""

    def failed(self, mutant: Mutant, tests: Sequence[str], seconds: float) -> Outcome | None:
        """Killed by the first of the tests that fails because of the mutant; None if there is none.

        A test that fails at random, or without the tests before it, proves nothing: it has to fail again, alone, and to
        pass alone on the unchanged chart. A time-out proves nothing if the unchanged chart also times out.
        """
        changed = {mutant.file: mutant.content(self.chart)}
        while tests:
            answer = self._answer(tests, seconds, changed)
            self.kills.tried(mutant, answer.seconds)
            if answer.ended:
                left = [test for test in tests if test not in answer.seconds]
                if left and self._hangs(left[0], seconds, changed):
                    return Outcome("killed", PYTEST, f"{left[0]}: {answer.ended}")
                tests = left if answer.seconds else left[1:]
                continue
            if not answer.failed:
                return None
            first = answer.failed[0]
            proved = self.kills.is_reliable(first, first=first == tests[0])
            if proved or (self._answer([first], seconds, changed).failed and self._passes(first, seconds)):
                self.kills.add(mutant, first)
                return Outcome("killed", PYTEST, f"{first}: {answer.words}", first)
            self.kills.doubt(first)
            tests = tests[tests.index(first) + 1 :]
        return None

    def failing(self, tests: Sequence[str], mutants: Sequence[Mutant], seconds: float) -> Sequence[str]:
        """Those of the tests that fail on a chart with all of the mutants; all if they do not end in time."""
        answer = self._answer(tests, seconds, together(mutants, self.chart), first=False)
        return tests if answer.ended else answer.failed

    def _hangs(self, test: str, seconds: float, changed: Mapping[str, bytes]) -> bool:
        """Whether a test does not end because of a mutant. On a busy machine, it may take longer without any fault."""
        return self._answer([test], 2 * seconds, changed).ended != "" and not self._answer([test], seconds).ended

    def _passes(self, test: str, seconds: float) -> bool:
        if test not in self.passing:
            answer = self._answer([test], seconds)
            self.passing[test] = not answer.failed and not answer.ended
        return self.passing[test]

    def _answer(
        self, tests: Sequence[str], seconds: float, changed: Mapping[str, bytes] = NOTHING, *, first: bool = True
    ) -> Answer:
        """What the tests say of the chart with changed files.

        Args:
            first: stop at the first test that fails.
        """
        if not tests:
            return Answer({}, ())
        place = self.scratch / str(self.number)
        if self.copy is None:
            self.copy = ChangedCopy(copied_chart(self.chart.folder, place))
        self.copy.put(changed)
        before = self.copy.states()
        answer = self.tests.servers[self.number].run(Request(str(self.copy.folder), tuple(tests), seconds, first=first))
        if tests[0] in answer.seconds and tests[0] not in answer.failed:
            self.tests.costs.learn(tests[0], answer.seconds[tests[0]], answer.fixtures)
        if self.copy.states() != before:
            # A test has written into the copy, perhaps one that was ended before it could clean up.
            shutil.rmtree(place)
            self.copy = None
        else:
            self.copy.restore(changed, self.chart)
        return answer
