"""The trial of one mutant: cases and tests that reach it, a few at first, until one of them notices it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from math import inf

from msgspec.structs import replace

from chartgate.errors import HelmEndedError
from chartgate.findings.finding import Finding
from chartgate.findings.noticed import Noticed
from chartgate.mutation.order import Order
from chartgate.releases.jobs import Job
from chartgate.releases.mutants.mutant import Mutant
from chartgate.releases.mutants.outcome import CASE, Outcome
from chartgate.releases.mutants.prints import Effect
from chartgate.releases.mutants.renders import Renders
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
first two tiers do not show it, `Survivors.shown` looks for more.
"""
SECONDS = (1.0, 2.0, 3.0, 3.0)
"""The time limits of the tests that run for a mutant alone, a tier each."""
EXAMINED = 6
"""The number of renders with other objects that the checks of the gate look at."""
CHOICE = 2
"""The likeliest tests are chosen from tests that take this multiple of the time limit."""

NAMED = 5
"""The number of cases or tests that a notice names."""


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
        told = [f"not tried: {some_of(names, NAMED)}: only a Helm program can render these cases"] if names else []
        cases = dict.fromkeys(job.case for job in self.cases.refused_unexpectedly)
        if refused := [case.name for case in cases if case.is_of_author]:
            told.append(f"Helm refuses {some_of(refused, NAMED)} (run chartgate {self.chart.folder} to see why)")
        if slow := sorted({*self.tests.without_renders} - {*self.without_renders}):
            told.append(
                f"left out, because tests that do not render with the fixture `render` get {self.other_limit:g} s, "
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
    def order(self) -> Order:
        """The order of renders and tests."""
        return Order(self.chart.files, self.rendered, self.tests, self.runs.kills)

    @cached_property
    def without_renders(self) -> list[str]:
        """The tests that are not known to render anything, as many as there is time for."""
        return self.tests.costs.within(self.tests.without_renders, self.other_limit)

    def outcome(self, mutant: Mutant) -> Outcome:
        """What comes of a mutant, before it shares a chart with others (`survivors.py`).

        One that Helm does not finish, or that ends Helm, is noticed by whoever renders it.

        Raises:
            GateError: Helm or pytest cannot be used.
        """
        try:
            about_file = self.runs.failed(mutant, self._about_file(mutant), 3 * self.other_limit)
            return about_file or self.by_tiers(mutant, suites=self.suites.turns(mutant))
        except HelmEndedError as error:
            return Outcome("killed", GATE, str(error))

    def by_tiers(
        self,
        mutant: Mutant,
        own: Sequence[int] = (),
        others: Sequence[int] = (),
        suites: Iterable[Sequence[str]] = (),
    ) -> Outcome:
        """What comes of a mutant, by one tier of renders after another.

        Args:
            own: renders of the gate that show it.
            others: renders of the tests that show it. With these or those, it is not the first trial of the mutant: the
                first renders of the gate were tried with it.
            suites: the suites of helm-unittest to run after each tier.

        Raises:
            HelmEndedError: Helm does not finish, or ends.
            GateError: as `outcome`.
        """
        changed = mutant.applied(self.chart.files)
        likelihood = self.order.likelihood(mutant)
        tried = TIERS[1] if own or others else 0
        own_left = iter(dict.fromkeys([*own, *self.order.of(self.cases, mutant)[tried:]]))
        others_left = self.order.by_tests(mutant, likelihood, others)
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
                        return killed_by(finding)
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
            # If tests are slow, a few renders were enough. The tests of the others may also notice the mutant.
            unrendered = [self.rendered.jobs[index].case for index in others_left]
            left += self.tests.of(unrendered, inf, likelihood, without={*done, *left})
            nearest = replace(nearest, untried=tuple(self.tests.costs.within(left, self.tests.longest)))
        # A test whose objects differ is nearer than a case: an assertion is missing there.
        if not rendering and (test := self.suites.nearest(mutant, changed, effects)):
            nearest = Outcome("survived", what=test)
        return Outcome("equal") if effects - {"none"} == {"spaces"} else nearest

    def _about_file(self, mutant: Mutant) -> list[str]:
        """Tests without renders that notice each mutant of a file, such as one that compares a generated file: those
        that have noticed one, and those that name the file. All of them for the first mutant of a file that is not a
        template.
        """
        if mutant.region is None and mutant.file not in self._begun:
            self._begun.add(mutant.file)
            return self.without_renders
        return [
            test
            for test in self.without_renders
            if self.runs.kills.has_noticed_in_file_of(mutant, test) or f"[{mutant.file}]" in test
        ]

    def _differing(
        self, renders: Renders, changed: ChartFiles, some: Iterable[int], effects: set[Effect]
    ) -> Iterator[Job]:
        """Those of the renders whose objects differ; `effects` gets what the mutant changes."""
        for index in some:
            effect = renders.prints.effect(changed, index)
            effects.add(effect)
            if effect == "objects":
                yield renders.jobs[index]

    def _are_enough(self, cases: Sequence[Case], seconds: float, without: Collection[str]) -> bool:
        """Whether more tests make these renders than there is time for, so that the likeliest can be chosen."""
        tests = self.tests.of(cases, inf, without=without)
        return len(self.tests.costs.within(tests, CHOICE * seconds)) < len(tests)


def killed_by(finding: Finding) -> Outcome:
    """Killed by the gate, which has found this."""
    return Outcome("killed", GATE, f"{finding.sentence} [{finding.check}/{finding.rule}]")
