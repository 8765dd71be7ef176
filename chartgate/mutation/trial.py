"""The trial of one mutant: cases and tests that reach it, a few at first, until one of them notices it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from itertools import islice
from math import inf
from typing import Protocol

from msgspec.structs import replace

from chartgate.errors import HelmEndedError
from chartgate.findings.finding import Finding
from chartgate.findings.noticed import Noticed
from chartgate.mutation.order import Order
from chartgate.releases.jobs import Job, newest_of_authors
from chartgate.releases.mutants.mutant import Mutant, with_mutants
from chartgate.releases.mutants.outcome import CASE, Outcome
from chartgate.releases.mutants.renders import Effect, Renders
from chartgate.releases.mutants.search import Search, culprit
from chartgate.releases.mutants.suite_runs import ChartSuites
from chartgate.releases.mutants.test_runs import TestRuns
from chartgate.releases.mutants.tests import ChartTests
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.some_of import some_of
from chartgate.tools.testers import GATE
from chartgate.values.case import Case
from chartgate.values.chart import Chart

TIERS = (1, 4, 16, 80)
"""The number of renders that are tried with a mutant until it is killed: of the gate's cases, and of the tests. If the
first two tiers do not show it, `shown` looks for more.
"""
SECONDS = (1.0, 2.0, 3.0, 3.0)
"""The time limits of the tests that run for a mutant alone, a tier each."""
LIKELIEST = 16
"""The number of renders that are most likely to show a mutant: of the gate's cases, and of the tests."""
EXAMINED = 6
"""The number of renders with other objects that the checks of the gate look at."""
COMPARED = 3
"""The number of cases of the chart's author that are rendered otherwise, such as with another name of the release."""

CHOICE = 2
"""How many times the time limit the tests take among which the likeliest are chosen."""

NAMED = 5
"""The number of cases or tests that a notice names."""

Chosen = Mapping[Mutant, Collection[int]]
"""The renders to try with each mutant, by their indices."""
Look = Callable[[ChartFiles], Finding | None]
"""The first new finding in a changed chart."""


class Turns(Protocol):
    """Gives each worker process a number of its own."""

    def get(self) -> int:
        """The next number, from 0."""


@dataclass
class Trial:
    """What the trial of a mutant needs.

    Args:
        cases: the renders of the gate.
        rendered: the renders of the tests.
        runs: runs the chart's tests.
    """

    chart: Chart
    cases: Renders
    rendered: Renders
    runs: TestRuns
    suites: ChartSuites
    noticed: Noticed
    _begun: set[str] = field(default_factory=set, init=False)
    """The files of the chart of which a mutant was tried."""

    @property
    def tests(self) -> ChartTests:
        """The chart's tests."""
        return self.runs.tests

    @property
    def notices(self) -> list[str]:
        """What the reader of a report must know: about the tests, and renders that only a Helm program can make."""
        names = [*self.cases.left_out, *self.rendered.left_out]
        told = [f"not tried, because only a Helm program can render it: {some_of(names, NAMED)}"] if names else []
        if slow := sorted({*self.tests.without_renders} - {*self._without_renders}):
            told.append(
                f"left out, because tests that do not render with the fixture `render` get {self.other_limit:.0f} s, "
                f"half of --seconds: {some_of(slow, NAMED)}"
            )
        return [*self.tests.notices, *self.suites.notices, *told]

    @property
    def limits(self) -> tuple[float, ...]:
        """The time limits of the tests that run for a mutant alone, a tier each."""
        return tuple(min(one, self.tests.longest) for one in SECONDS)

    @property
    def other_limit(self) -> float:
        """The time limit of the tests that are not known to render anything."""
        return self.tests.longest / 2

    @cached_property
    def _order(self) -> Order:
        return Order(self.chart.files, self.rendered, self.tests, self.runs.kills)

    @cached_property
    def _with(self) -> Callable[[tuple[Mutant, ...]], ChartFiles]:
        """The chart with mutants: the same object for the same ones, of which renders are known."""
        return lru_cache(maxsize=8)(partial(with_mutants, chart=self.chart.files))

    @cached_property
    def _without_renders(self) -> list[str]:
        return self.tests.costs.within(self.tests.without_renders, self.other_limit)

    def outcome(self, mutant: Mutant) -> Outcome:
        """What comes of a mutant, before `killed_together`.

        One that Helm does not finish, or that ends Helm, is noticed by whoever renders it.

        Raises:
            GateError: Helm or pytest cannot be used.
        """
        try:
            about_file = self.runs.failed(mutant, self._about_file(mutant), 3 * self.other_limit)
            return about_file or self._outcome(mutant, suites=self.suites.turns(mutant))
        except HelmEndedError as error:
            return Outcome("killed", GATE, str(error))

    def _outcome(
        self,
        mutant: Mutant,
        own: Sequence[int] = (),
        others: Sequence[int] = (),
        suites: Iterable[Sequence[str]] = (),
    ) -> Outcome:
        """What comes of a mutant, by one tier of renders after another.

        Args:
            own: renders of the gate that show it.
            others: renders of the tests that show it.
            suites: the suites of helm-unittest to run after each tier.
        """
        changed = mutant.applied(self.chart.files)
        likelihood = self._order.likelihood(mutant)
        own_left = iter(dict.fromkeys([*own, *self._order.of(self.cases, mutant)]))
        others_left = self._order.by_tests(mutant, likelihood, others)
        suites_left = iter(suites)
        is_reached = self.cases.reaching(mutant) or self.rendered.reaching(mutant) or self.suites.reaching(mutant)
        nearest = Outcome("unseen" if is_reached else "unreached")
        done: set[str] = set()
        differing: list[Job] = []
        rendering: list[Case] = []
        effects: set[Effect] = set()
        begin = 0
        limits = (self.tests.longest, *self.limits[1:]) if own or others else self.limits
        for end, seconds in zip(TIERS, limits, strict=True):
            is_seen = nearest.state == "survived"
            if end > TIERS[1] and not is_seen:
                break
            if len(differing) < EXAMINED:
                for job in self._differing(self.cases, changed, islice(own_left, end - begin), effects):
                    differing.append(job)
                    if finding := self.noticed.by_renders(changed, [job]):
                        return _killed_by(finding)
                    if len(differing) == EXAMINED:
                        break
            if killed := self.suites.failed(mutant, next(suites_left, ())):
                return killed
            for job in self._differing(self.rendered, changed, islice(others_left, end - begin), effects):
                rendering.append(job.case)
                if self._are_enough(rendering, seconds, done):
                    break
            # What a shorter time limit has left out of an earlier tier comes again.
            tests = self.tests.of(rendering, seconds, likelihood, without=done)
            if killed := self.runs.failed(mutant, tests, 3 * seconds):
                return killed
            done.update(tests)
            if not is_seen and "objects" in effects:
                # Without a limit: the test that comes nearest may be a slow one.
                near = tests or self.tests.of(rendering, inf, likelihood)
                nearest = Outcome("survived", what=near[0] if near else f"{CASE}{differing[0].case.name}")
            begin = end
        if nearest.state == "survived":
            left = self.tests.of(rendering, inf, likelihood, without=done)
            nearest = replace(nearest, untried=tuple(self.tests.costs.within(left, self.tests.longest)))
        # A test whose objects differ is nearer than a case: an assertion is missing there.
        if not rendering and (test := self.suites.nearest(mutant, changed, effects)):
            nearest = Outcome("survived", what=test)
        return Outcome("equal") if effects - {"none"} == {"spaces"} else nearest

    def shown(self, mutants: Sequence[Mutant]) -> list[Outcome | None]:
        """What comes of mutants that the first renders do not show, by more of them. The mutants must not overlap.

        The renders that are most likely to show them come first: a mutant that is shown late may hide another one.

        Returns:
            None for a mutant that no render shows.
        """
        try:
            outcomes: dict[Mutant, Outcome] = {}
            for tests, cases in (
                (self._likeliest_of_tests, self._likeliest_of_cases),
                (self._all_of_tests, self.cases.different),
            ):
                left = [one for one in mutants if one not in outcomes or outcomes[one].may_be_shown_to_tests]
                for mutant, index in Search(self.rendered, self.chart.files).found(tests(left)).items():
                    outcomes[mutant] = self._outcome(mutant, others=[index])
                left = [one for one in mutants if one not in outcomes]
                for mutant, index in Search(self.cases, self.chart.files).found(cases(left)).items():
                    outcomes[mutant] = self._outcome(mutant, own=[index])
            return [outcomes.get(mutant) for mutant in mutants]
        except HelmEndedError as error:
            if len(mutants) == 1:
                return [Outcome("killed", GATE, str(error))]
            middle = len(mutants) // 2
            return [*self.shown(mutants[:middle]), *self.shown(mutants[middle:])]

    def _likeliest_of_tests(self, mutants: Sequence[Mutant]) -> Chosen:
        orders = {one: self._order.by_tests(one, self._order.likelihood(one)) for one in mutants}
        return {one: [*islice(order, LIKELIEST)] for one, order in orders.items()}

    def _likeliest_of_cases(self, mutants: Sequence[Mutant]) -> Chosen:
        return {one: self._order.of(self.cases, one)[:LIKELIEST] for one in mutants}

    def _all_of_tests(self, mutants: Sequence[Mutant]) -> Chosen:
        # Also those that take the same way around a mutant: what two tests expect of two such renders differs.
        return {one: self.rendered.reaching(one) for one in mutants}

    def killed_together(self, mutants: Sequence[Mutant], untried: Sequence[Sequence[str]]) -> list[Outcome | None]:
        """What comes of mutants that no render tells: by comparisons of renders, by the files of the chart, and by the
        tests that need more time. The mutants must not overlap.

        All of this takes long and seldom notices one. So it is tried on a chart with all of the mutants first.

        Args:
            untried: the tests of each mutant, as in its outcome.

        Returns:
            None for a mutant that these do not notice either.
        """
        killed = self._noticed_otherwise(mutants)
        tests = {one: [*self._without_renders, *some] for one, some in zip(mutants, untried, strict=True)}
        killed |= self._noticed_by_tests([mutant for mutant in mutants if mutant not in killed], tests)
        return [killed.get(mutant) for mutant in mutants]

    def _noticed_by_tests(
        self, mutants: Sequence[Mutant], tests: Mapping[Mutant, Sequence[str]]
    ) -> dict[Mutant, Outcome]:
        """What comes of those of the mutants that tests notice: the tests run on a chart with all of the mutants, those
        that fail on one with half of them, and so on.

        Args:
            tests: those to try with each mutant.
        """
        every = [*dict.fromkeys(test for mutant in mutants for test in tests[mutant])]
        limit = self.tests.costs.patience(every)
        if not every:
            return {}
        if len(mutants) == 1:
            outcome = self.runs.failed(mutants[0], every, limit)
            return {mutants[0]: outcome} if outcome else {}
        failing = {*self.runs.failing(every, mutants, limit)}
        left = {mutant: [test for test in tests[mutant] if test in failing] for mutant in mutants}
        middle = len(mutants) // 2
        return self._noticed_by_tests(mutants[:middle], left) | self._noticed_by_tests(mutants[middle:], left)

    def _noticed_otherwise(self, mutants: Sequence[Mutant]) -> dict[Mutant, Outcome]:
        """What comes of those of the mutants that comparisons or files show.

        Most show none of them. So each is made of a chart with all of the mutants. If one shows something, it is made
        with half of them, and so on, until the mutant is found that it shows.
        """
        jobs = self._to_compare(mutants)
        looks: list[Look] = [
            partial(self.noticed.by_comparison, job=job, comparison=one)
            for job in jobs
            for one in self.noticed.comparisons
        ]
        found: dict[Mutant, Outcome] = {}
        for look in [*looks, self.noticed.by_files]:
            left = tuple(mutant for mutant in mutants if mutant not in found)
            shows = lru_cache(partial(self._found, look=look))
            while left and shows(left):
                one = culprit(left, shows)
                left = tuple(mutant for mutant in left if mutant is not one)
                # Alone, it may show nothing.
                if outcome := shows((one,)):
                    found[one] = outcome
        return found

    def _found(self, mutants: tuple[Mutant, ...], look: Look) -> Outcome | None:
        """What comes of a chart with all of the mutants, by one look at it; None if nothing is noticed."""
        try:
            finding = look(self._with(mutants))
        except HelmEndedError as error:
            return Outcome("killed", GATE, str(error))
        return _killed_by(finding) if finding else None

    def _to_compare(self, mutants: Sequence[Mutant]) -> list[Job]:
        """Some jobs for each of the mutants: above all those that others have and those that are known already, since a
        comparison takes long.
        """
        found: dict[Job, None] = {}
        for mutant in mutants:
            own = self._order.of(self.cases, mutant)
            # What no render reaches may show in an upgrade, where `lookup` finds objects.
            reaching = newest_of_authors([self.cases.jobs[one] for one in own] if own else self.cases.jobs)
            reaching.sort(key=lambda job: (job not in found, not self.noticed.has_compared(job)))
            found.update(dict.fromkeys(reaching[:COMPARED]))
        return [*found]

    def _about_file(self, mutant: Mutant) -> list[str]:
        """Tests without renders that notice each mutant of a file, such as one that compares a generated file: those
        that have noticed one, and those that name the file. All of them for the first mutant of a file that is not a
        template.
        """
        if mutant.region is None and mutant.file not in self._begun:
            self._begun.add(mutant.file)
            return self._without_renders
        return [
            test
            for test in self._without_renders
            if self.runs.kills.has_noticed_in_file_of(mutant, test) or f"[{mutant.file}]" in test
        ]

    def _differing(
        self, renders: Renders, changed: ChartFiles, some: Iterable[int], effects: set[Effect]
    ) -> Iterator[Job]:
        """Those of the renders whose objects differ; `effects` gets what the mutant changes."""
        for index in some:
            effect = renders.effect(changed, index)
            effects.add(effect)
            if effect == "objects":
                yield renders.jobs[index]

    def _are_enough(self, cases: Sequence[Case], seconds: float, without: Collection[str]) -> bool:
        """Whether more tests make these renders than there is time for, so that the likeliest can be chosen."""
        tests = self.tests.of(cases, inf, without=without)
        return len(self.tests.costs.within(tests, CHOICE * seconds)) < len(tests)


def _killed_by(finding: Finding) -> Outcome:
    return Outcome("killed", GATE, f"{finding.sentence} [{finding.check}/{finding.rule}]")


_current: list[Trial] = []
"""The trial of this worker process."""


def begin(trial: Trial, turns: Turns) -> None:
    """Start a worker process, which is a fork of the one that made the trial."""
    trial.runs.number = turns.get()
    _current[:] = [trial]


def outcome_of(mutant: Mutant) -> Outcome:
    """What `Trial.outcome` says, in a worker process."""
    return _current[0].outcome(mutant)


def shown(mutants: Sequence[Mutant]) -> list[Outcome | None]:
    """What `Trial.shown` says, in a worker process."""
    return _current[0].shown(mutants)


def killed_together(mutants: Sequence[Mutant], untried: Sequence[Sequence[str]]) -> list[Outcome | None]:
    """What `Trial.killed_together` says, in a worker process."""
    return _current[0].killed_together(mutants, untried)
