"""The chart's own tests: which of them render what, and whether they notice a mutant."""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue

from chartgate.errors import GateError
from chartgate.releases.mutants.costs import Costs
from chartgate.releases.mutants.words import WordIndex
from chartgate.tools.chart_copy import copied_chart
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.progress import track
from chartgate.tools.test_server.client import TestServer
from chartgate.tools.test_server.messages import Answer, Request, fixture_of
from chartgate.values.case import Case
from chartgate.values.recorded_cases import tests_by_case

FORK_SECONDS = 0.1
"""How long it takes to start a test, whatever it does."""
READERS = 20
"""The number of tests that are tried on a chart that Helm refuses."""
LONGEST = 10.0
"""The time limit of the tests that are tried on a mutant at a time, in seconds, unless the user gives more."""
FILE_SECONDS = 1200.0
"""The time limit of a file of tests on the unchanged chart."""

Likelihood = Callable[[str], float]
"""How likely a test is to notice a mutant, from 0 to 1."""


@dataclass(frozen=True)
class ChartTests:
    """Tests that pass on the unchanged chart.

    Args:
        servers: a pytest a processor.
        costs: how long each test takes.
        by_case: the tests that make each render.
        longest: the time limit of the tests that are tried on a mutant at a time, in seconds; a slower one is left out.
        notices: what the reader of a report must know about the tests.
    """

    servers: Sequence[TestServer]
    costs: Costs
    by_case: dict[Case, list[str]]
    longest: float = LONGEST
    notices: tuple[str, ...] = ()

    @cached_property
    def without_renders(self) -> list[str]:
        """The tests of the chart of which no render is known: they read files, or render by other means. The shortest
        first.
        """
        names = self.servers[0].fixtures if self.servers else {}
        # Without this fixture, or one that needs it, a test sees no copy of the chart.
        found = {test for test in self.costs.own if "chart" in names.get(test, ())}
        rendering = {test for tests in self.by_case.values() for test in tests}
        return sorted(found - rendering, key=self.costs.alone)

    @cached_property
    def words(self) -> WordIndex[str]:
        """The words in the code of the tests."""
        return WordIndex(self.servers[0].words if self.servers else {})

    def of(
        self,
        cases: Iterable[Case],
        limit: float,
        likelihood: Likelihood = lambda _: 1.0,
        without: Collection[str] = (),
    ) -> list[str]:
        """The tests that make these renders, up to a limit in seconds: those first that are most likely to notice a
        mutant for the time that they take.
        """
        wanted = {test for case in cases for test in self.by_case[case] if test not in without}
        worth = {test: likelihood(test) / (self.costs.alone(test) + FORK_SECONDS) for test in wanted}
        return self.costs.within(sorted(wanted, key=lambda test: (-worth[test], test)), limit)


def tests_of(servers: Sequence[TestServer], chart: Path, scratch: Path, longest: float) -> ChartTests:
    """Run all tests on the unchanged chart, and note what they render.

    Args:
        chart: the chart's folder.
        scratch: an empty folder.
        longest: as in `ChartTests`.

    Raises:
        GateError: a test fails, or pytest ends.
    """
    if not servers:
        return ChartTests(servers, Costs({}), {})
    copy = copied_chart(chart, scratch / "chart")
    record = scratch / "record"
    record.touch()
    free: SimpleQueue[TestServer] = SimpleQueue()
    for server in servers:
        free.put(server)

    def run(tests: Sequence[str]) -> Answer:
        server = free.get()
        try:
            return server.run(Request(str(copy), tuple(tests), FILE_SECONDS, str(record), first=False))
        finally:
            free.put(server)

    files = [list(tests) for _, tests in groupby(servers[0].tests, lambda test: test.partition("::")[0])]
    with ThreadPoolExecutor(len(servers)) as pool:
        try:
            answers = list(track(pool.map(run, files), len(files), "running the tests"))
        except BaseException:
            # The pool waits for its threads, and these for pytest.
            pool.shutdown(wait=False, cancel_futures=True)
            for server in servers:
                server.close()
            raise
    seconds: dict[str, float] = {}
    fixtures: dict[str, Mapping[str, float]] = {}
    users: dict[str, list[str]] = defaultdict(list)
    for tests, answer in zip(files, answers, strict=True):
        if answer.failed or answer.ended:
            raise GateError(
                f"{answer.failed[0] if answer.failed else tests[0]}: fails on the unchanged chart in a copy of its "
                f"folder: {answer.words or answer.ended}: correct the test, or leave it out with --tests"
            )
        seconds |= answer.seconds
        for test in tests:
            made = [name for name in servers[0].fixtures[test] if name in answer.fixtures]
            for name in made:
                users[fixture_of(test.partition("::")[0], name)].append(test)
            fixtures[test] = {name: answer.fixtures[name] for name in made}
    by_case = {
        case: [*dict.fromkeys(test for name in names for test in users.get(name, [name]))]
        for case, names in tests_by_case(record).items()
    }
    found = ChartTests(servers, Costs(seconds, fixtures), by_case, longest)
    notices = [*_slow(found), *_blind(found, copy)]
    shutil.rmtree(copy)
    return replace(found, notices=tuple(notices))


def _slow(tests: ChartTests) -> Iterator[str]:
    slow = [test for test in tests.costs.own if tests.costs.alone(test) > tests.longest]
    if slow:
        yield f"left out, because it takes more than the {tests.longest:.0f} s of --seconds: {', '.join(slow)}"


def _blind(tests: ChartTests, copy: Path) -> Iterator[str]:
    """A sentence if no test fails on a chart that Helm refuses: the tests may read another chart than the copy."""
    (copy / "templates").mkdir(exist_ok=True)
    (copy / "templates" / "refused.yaml").write_text('{{ fail "no test may pass" }}', encoding="utf-8")
    some = tests.of(tests.by_case, tests.longest)[:READERS] or tests.costs.within(tests.without_renders, tests.longest)
    answer = tests.servers[0].run(Request(str(copy), tuple(some), tests.longest))
    if not answer.failed and not answer.ended:
        yield (
            "the tests pass on a chart that Helm refuses, so that they notice few mutants or none: take the chart from "
            "chartgate's fixtures `chart` and `render`"
        )


@dataclass(frozen=True)
class ChangedCopy:
    """A copy of the chart's folder for tests. Some of its files are changed at a time."""

    folder: Path

    def states(self) -> dict[str, tuple[int, int]]:
        """When each file and folder was changed, in nanoseconds, and its size in bytes."""
        return {path: (state.st_mtime_ns, state.st_size) for path, state in _states(str(self.folder))}

    def put(self, changed: Mapping[str, bytes]) -> None:
        """Put changed files into the copy, by their paths in the chart."""
        for file, content in changed.items():
            (self.folder / file).write_bytes(content)

    def restore(self, changed: Iterable[str], chart: ChartFiles) -> None:
        """Put the chart's own files back."""
        self.put({file: chart.contents[file] for file in changed})


def _states(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """The paths of a folder and of all that is in it, with their states."""
    yield folder, os.lstat(folder)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _states(entry.path)
            else:
                yield entry.path, entry.stat(follow_symlinks=False)
