"""Mutation testing in one place: a chart → mutants → renders, findings and tests that notice them → outcomes."""

import multiprocessing
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import islice
from os import cpu_count
from pathlib import Path

from chartgate.errors import GateError
from chartgate.findings.foreign_subcharts import own_templates
from chartgate.findings.noticed import Noticed, not_asked
from chartgate.mutation.memory import KIND, Memory
from chartgate.mutation.trial import Trial
from chartgate.mutation.workers import begin, killed_together, outcome_of, shown
from chartgate.releases import store
from chartgate.releases.jobs import plan
from chartgate.releases.mutants.chart import mutants_of
from chartgate.releases.mutants.mutant import Mutant, apart
from chartgate.releases.mutants.outcome import ELSEWHERE, Outcome
from chartgate.releases.mutants.renders import Renders
from chartgate.releases.mutants.suite_runs import suites_of
from chartgate.releases.mutants.suites import FoundSuites, find_suites
from chartgate.releases.mutants.test_runs import TestRuns
from chartgate.releases.mutants.tests import LONGEST, tests_of
from chartgate.releases.probes.chart import with_probes
from chartgate.releases.probes.trial import printed
from chartgate.releases.rendered import refuses_every_case
from chartgate.reports.mutation.result import MutationResult
from chartgate.tools.cache import scratch_folder
from chartgate.tools.embedded.process import EMBEDDED, available, stop_workers
from chartgate.tools.engines import EMBEDDED_SPEC, Engines
from chartgate.tools.fingerprint import fingerprint
from chartgate.tools.helm_unittest import PATTERN
from chartgate.tools.progress import track
from chartgate.tools.test_server.client import TestServer
from chartgate.values.case import Case
from chartgate.values.chart import Chart
from chartgate.values.installable import require_application
from chartgate.values.schema_cases import refused_cases
from chartgate.values.selection import GENERATED, Choice, select
from chartgate.values.settings import FILE_NAME as SETTINGS_FILE
from chartgate.values.settings_file import Survivor

PROCESSES = cpu_count() or 1
"""The number of processes that try mutants."""
EARLY = 100
"""The number of mutants that are tried first, and whose survivors are tried again."""
SEARCH_GROUP = 512
"""The number of survivors that share a chart while renders are searched that show them."""
COMPARE_GROUP = 256
"""The number of survivors that share a chart while slow tests and comparisons are tried on them."""


@dataclass(frozen=True)
class Wanted:
    """Which mutants to try, and with what.

    Args:
        files: a pattern for the paths in the chart of the files to change.
        kinds: the kinds of mutants; none for all.
        sample: the number of mutants to try, chosen at random; 0 for all.
        seed: of the choice.
        shard: the K-th of N parts.
        tests: what pytest gets: files, folders or node IDs; none for no such tests.
        suites: patterns of the suites of helm-unittest in the chart's folder; none for no suites.
        seconds: the time limit of the tests that are tried on a mutant at a time.
        fresh: try mutants again that an earlier run has tried.
    """

    files: str = "*"
    kinds: frozenset[str] = frozenset()
    sample: int = 0
    seed: int = 1
    shard: tuple[int, int] = (1, 1)
    tests: tuple[str, ...] = ()
    suites: tuple[str, ...] = (PATTERN,)
    seconds: float = LONGEST
    fresh: bool = False


def mutate(chart: Chart, choice: Choice, wanted: Wanted) -> MutationResult:
    """Try mutants of a chart.

    Raises:
        GateError: the chart or its settings cannot be used, Helm's library or helm-unittest cannot be had, no mutant
            matches, a pytest test fails on the unchanged chart, or Helm refuses every case.
    """
    require_application(chart.files)
    if not available():
        raise GateError("mutants need Helm's library: install helm-python-sdk for this machine")
    every = mutants_of(chart.files, own_templates(chart.files))
    mutants = _chosen(every, wanted)
    if not mutants:
        raise GateError(f"{chart.folder}: no mutant matches: choose other files or kinds, if any are named")
    suites = find_suites(chart.folder, wanted.suites)
    with ExitStack() as stack:
        # A pytest for each processor. They collect the tests at the same time.
        servers = [stack.enter_context(TestServer(wanted.tests)) for _ in range(PROCESSES if wanted.tests else 0)]
        apart = [*suites.files, *_with_code(chart, servers[0].code if servers else ())]
        memory = Memory(_key(chart, choice, wanted, apart), chart.files, servers[0] if servers else None, suites)
        settings = replace(chart.settings, survivors=_holding(chart, wanted.tests))
        known = {mutant: ELSEWHERE for mutant in mutants if _is_for_others(mutant, settings.survivors)}
        known |= {} if wanted.fresh else memory.known(mutant for mutant in mutants if mutant not in known)
        left = [mutant for mutant in mutants if mutant not in known]
        notices = [f"left out: the check {key}, because each start of it takes too long" for key in not_asked(chart)]
        if left:
            trial = _trial(chart, choice, servers, suites, stack.enter_context(scratch_folder()), wanted.seconds)
            memory.keep_notices(trial.notices)
            known |= _tried(trial, left, memory)
        notices += memory.notices()
        store.forget_old(KIND)
    outcomes = {mutant: known[mutant] for mutant in mutants}
    result = MutationResult(chart.files, outcomes, every, settings, notices)
    if all(outcome == ELSEWHERE for outcome in outcomes.values()):
        notices.append("no mutant was tried: chartgate.yaml leaves all of these to other tests: name them with --tests")
    elif not result.counted[1]:
        notices.append("no mutant counts, so that this run says nothing about the tests")
    return result


def _holding(chart: Chart, tests: Sequence[str]) -> tuple[Survivor, ...]:
    """The entries that apply: none of their `noticedBy` tests is in this run."""
    run = [Path(test.partition("::")[0]).resolve() for test in tests]
    return tuple(
        entry
        for entry in chart.settings.survivors
        if not any(Path(test).resolve().is_relative_to(one) for test in entry.noticed_by for one in run)
    )


def _is_for_others(mutant: Mutant, entries: Sequence[Survivor]) -> bool:
    """Whether chartgate.yaml leaves a mutant to tests that this run does not have."""
    return any(entry.noticed_by and entry.means(mutant.file, mutant.change) for entry in entries)


def _key(chart: Chart, choice: Choice, wanted: Wanted, apart: Sequence[Path]) -> str:
    """A hash of all that outcomes depend on beside the code of tests and suites. What chartgate.yaml says about
    survivors does not count: whoever lists one need not wait for all mutants again.

    Args:
        apart: the files of the tests and suites, which do not count either.
    """
    _ = chart.digest  # all files are read now
    files = chart.reading.digest_without(chart.settings_file or chart.folder / SETTINGS_FILE, *apart)
    settings = replace(chart.settings, survivors=(), unreachable=())
    return store.key_of(files, repr(settings), fingerprint(), wanted.tests, repr(wanted.seconds), repr(choice))


def _with_code(chart: Chart, code: Sequence[Path]) -> list[Path]:
    """The files in the chart's folder that are code of tests, or that Python has compiled of it."""
    wanted = {path.resolve() for path in code}
    paths = [chart.folder / name for name in chart.files.contents]
    return [path for path in paths if path.resolve() in wanted or path.parent.name == "__pycache__"]


def _chosen(every: Sequence[Mutant], wanted: Wanted) -> list[Mutant]:
    some = [
        one for one in every if fnmatchcase(one.file, wanted.files) and (not wanted.kinds or one.kind in wanted.kinds)
    ]
    if 0 < wanted.sample < len(some):
        chosen = set(random.Random(wanted.seed).sample(range(len(some)), wanted.sample))
        some = [one for number, one in enumerate(some) if number in chosen]
    part, parts = wanted.shard
    return list(islice(some, part - 1, None, parts))


def _trial(
    chart: Chart, choice: Choice, servers: Sequence[TestServer], found: FoundSuites, scratch: Path, seconds: float
) -> Trial:
    """Render all cases once, run all tests and suites once, and get ready to try mutants."""
    settings = chart.settings.with_versions(kubernetes=choice.kubernetes)
    probed = with_probes(chart.files, own_templates(chart.files))
    library = Engines({EMBEDDED_SPEC: EMBEDDED})
    jobs = plan(_cases(chart, choice), settings, library)
    cases = Renders(probed, jobs, settings.api_versions, "rendering the cases")
    tests = tests_of(servers, chart.folder, scratch, seconds)
    rendered = Renders(probed, plan([*tests.by_case], settings, library), (), "rendering what the tests render")
    suites = suites_of(found, probed, settings, scratch)
    refused = cases.refused_unexpectedly
    if refused and cases.are_all_refused and rendered.are_all_refused and not suites.suites:
        words = printed(chart.files, refused[0], settings.api_versions).why_refused
        raise GateError(refuses_every_case(chart.folder, words))
    return Trial(chart, cases, rendered, TestRuns(chart.files, tests, scratch), suites, Noticed(chart, settings))


def _cases(chart: Chart, choice: Choice) -> list[Case]:
    cases = select(chart, choice).every
    if choice.generated and choice.may_name("schema/refused-"):
        # A case for each rule of the schema: they cost little, because Helm looks at no template.
        cases += choice.of(refused_cases(chart, GENERATED, choice.seed))
    return [*{case.name: case for case in cases}.values()]


def _tried(trial: Trial, mutants: Sequence[Mutant], memory: Memory) -> dict[Mutant, Outcome]:
    """The outcomes of mutants. Those that are killed at once are kept at once, so that an interrupted run can be
    resumed.
    """
    with _processes(trial) as pool:
        # The first ones are from everywhere, so that it is soon known which tests notice most.
        early = mutants[:: max(1, len(mutants) // EARLY)][:EARLY]
        mutants = [*dict.fromkeys([*early, *mutants])]
        # Neighbours are alike: a worker that gets some of them in turn has rendered what they need.
        answers = pool.map(outcome_of, mutants, chunksize=4)
        found = {}
        for mutant, outcome in zip(mutants, track(answers, len(mutants), "trying mutants"), strict=True):
            found[mutant] = outcome
            if outcome.is_killed:
                memory.keep(mutant, outcome)
        left = [mutant for mutant in mutants if not found[mutant].is_killed]
        early = [mutant for mutant in early if found[mutant].state == "survived"]
        again = track(pool.map(outcome_of, early), len(early), "trying the first survivors again")
        found |= dict(zip(early, again, strict=True))
        unseen = [mutant for mutant in left if found[mutant].may_be_shown_to_tests]
        searched = track(_shown(pool, unseen), len(unseen), "searching renders that show survivors")
        found |= {mutant: outcome for mutant, outcome in searched if outcome}
        others = [mutant for mutant in left if not found[mutant].is_killed]
        groups = apart(others, COMPARE_GROUP, PROCESSES)
        compared = pool.map(killed_together, groups, [[found[one].untried for one in group] for group in groups])
        for outcomes in track(compared, len(groups), "trying survivors otherwise"):
            found |= outcomes
    for mutant in left:
        memory.keep(mutant, found[mutant])
    return found


@contextmanager
def _processes(trial: Trial) -> Iterator[Executor]:
    """Processes that try mutants. They end at once if an exception ends the block.

    Raises:
        GateError: one of them has ended.
    """
    # A fork has all renders of the unchanged chart at once. It starts workers of its own.
    stop_workers()
    others = multiprocessing.active_children()
    context = multiprocessing.get_context("fork")
    turns = context.SimpleQueue()
    for number in range(PROCESSES):
        turns.put(number)
    with ProcessPoolExecutor(PROCESSES, context, begin, (trial, turns)) as pool:
        try:
            yield pool
        except BaseException as error:
            for process in {*multiprocessing.active_children()} - {*others}:
                process.kill()
            if isinstance(error, BrokenProcessPool):
                raise GateError(
                    "a process that tries mutants has ended, perhaps for lack of memory: run again, which goes on from "
                    "here, or try a part of the mutants with --shard"
                ) from error
            raise


def _shown(pool: Executor, mutants: Sequence[Mutant]) -> Iterator[tuple[Mutant, Outcome | None]]:
    """What comes of each mutant by more renders; None if no render shows it.

    Each process gets a group. Mutants that overlap with one in each of these groups, and those that another one of
    their group hides, are in the next groups.
    """
    left = [*mutants]
    while left:
        groups = apart(left, SEARCH_GROUP, PROCESSES)[:PROCESSES]
        taken = {mutant for group in groups for mutant in group}
        left = [mutant for mutant in left if mutant not in taken]
        for group, (outcomes, hidden) in zip(groups, pool.map(shown, groups), strict=True):
            # A chart that prints something else each time could hide all of them, again and again.
            again = hidden if len(hidden) < len(group) else []
            left += again
            yield from ((mutant, outcomes.get(mutant)) for mutant in group if mutant not in again)
