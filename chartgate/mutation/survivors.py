"""Mutants that their own trial does not notice: many of them share a chart, because few of them will be noticed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice

from chartgate.errors import HelmEndedError
from chartgate.findings.finding import Finding
from chartgate.mutation.trial import Trial, killed_by
from chartgate.releases.jobs import Job, newest_of_authors
from chartgate.releases.mutants.mutant import Mutant, with_mutants
from chartgate.releases.mutants.outcome import Outcome
from chartgate.releases.mutants.search import Search, culprits
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.testers import GATE

LIKELIEST = 16
"""The number of renders that are most likely to show a mutant: of the gate's cases, and of the tests."""
COMPARED = 3
"""The number of cases of the chart's author that are rendered otherwise, such as with another name of the release."""

Chosen = Mapping[Mutant, Collection[int]]
"""The renders to try with each mutant, by their indices."""
Shown = tuple[dict[Mutant, Outcome], list[Mutant]]
"""The outcomes of the mutants that more renders show; and the mutants that another one hides here, to try in another
group.
"""
Look = Callable[[ChartFiles], Finding | None]
"""The first new finding in a changed chart."""


class Survivors:
    """Tries many mutants at once.

    Args:
        trial: the trial of one of them.
    """

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._cases = Search(trial.cases, trial.chart.files)
        self._tests = Search(trial.rendered, trial.chart.files)
        # The same object for the same mutants: renders of it are known.
        self._with = lru_cache(maxsize=8)(partial(with_mutants, chart=trial.chart.files))

    def shown(self, mutants: Sequence[Mutant]) -> Shown:
        """What comes of mutants that the first renders do not show, by more of them. The mutants must not overlap.

        The renders that are most likely to show them come first: a mutant that is shown late may hide another one.
        """
        outcomes: dict[Mutant, Outcome] = {}
        hidden: set[Mutant] = set()
        try:
            for tests, cases in (
                (self._likeliest_of_tests, self._likeliest_of_cases),
                (self._all_of_tests, self._trial.cases.different),
            ):
                left = [one for one in mutants if one not in outcomes or outcomes[one].may_be_shown_to_tests]
                for mutant, index in self._searched(self._tests, tests, left, hidden):
                    outcomes[mutant] = self._trial.by_tiers(mutant, others=[index])
                left = [one for one in mutants if one not in outcomes]
                for mutant, index in self._searched(self._cases, cases, left, hidden):
                    outcomes[mutant] = self._trial.by_tiers(mutant, own=[index])
            return outcomes, [one for one in mutants if one in hidden and one not in outcomes]
        except HelmEndedError as error:
            if len(mutants) == 1:
                return {mutants[0]: Outcome("killed", GATE, str(error))}, []
            middle = len(mutants) // 2
            (some, these), (others, those) = self.shown(mutants[:middle]), self.shown(mutants[middle:])
            return some | others, these + those

    def _searched(
        self, search: Search, chosen: Callable[[Sequence[Mutant]], Chosen], left: Sequence[Mutant], hidden: set[Mutant]
    ) -> list[tuple[Mutant, int]]:
        """The mutants that a search finds, each with a render.

        Args:
            chosen: the renders to try with mutants.
            hidden: those that are out of the group, without which it goes on; it gets those that another one hides.
        """
        found = search.found(chosen([mutant for mutant in left if mutant not in hidden]))
        hidden.update(mutant for mutant, index in found.items() if index is None)
        return [(mutant, index) for mutant, index in found.items() if index is not None]

    def _likeliest_of_tests(self, mutants: Sequence[Mutant]) -> Chosen:
        order = self._trial.order
        orders = {one: order.by_tests(one, order.likelihood(one)) for one in mutants}
        return {one: [*islice(order, LIKELIEST)] for one, order in orders.items()}

    def _likeliest_of_cases(self, mutants: Sequence[Mutant]) -> Chosen:
        return {one: self._trial.order.of(self._trial.cases, one)[:LIKELIEST] for one in mutants}

    def _all_of_tests(self, mutants: Sequence[Mutant]) -> Chosen:
        # Also those that take the same way around a mutant: what two tests expect of two such renders differs.
        return {one: self._trial.rendered.reaching(one) for one in mutants}

    def killed_together(self, mutants: Sequence[Mutant], untried: Sequence[Sequence[str]]) -> dict[Mutant, Outcome]:
        """What comes of those of the mutants that comparisons of renders, the files of the chart, or the tests that
        need more time notice. The mutants must not overlap.

        All of this takes long and seldom notices one. So it is tried on a chart with all of the mutants first.

        Args:
            untried: the tests of each mutant, as in its outcome.
        """
        killed = self._noticed_otherwise(mutants)
        tests = {one: [*self._trial.without_renders, *some] for one, some in zip(mutants, untried, strict=True)}
        return killed | self._noticed_by_tests([mutant for mutant in mutants if mutant not in killed], tests)

    def _noticed_by_tests(
        self, mutants: Sequence[Mutant], tests: Mapping[Mutant, Sequence[str]]
    ) -> dict[Mutant, Outcome]:
        """What comes of those of the mutants that tests notice: the tests run on a chart with all of the mutants, those
        that fail on one with half of the mutants for which they count, and so on.

        Args:
            tests: those to try with each mutant.
        """
        every = [*dict.fromkeys(test for mutant in mutants for test in tests[mutant])]
        if not every:
            return {}
        limit = self._trial.tests.costs.patience(every)
        if len(mutants) == 1:
            outcome = self._trial.runs.failed(mutants[0], every, limit)
            return {mutants[0]: outcome} if outcome else {}
        failing = {*self._trial.runs.failing(every, mutants, limit)}
        left = {mutant: [test for test in tests[mutant] if test in failing] for mutant in mutants}
        mutants = [mutant for mutant in mutants if left[mutant]]
        middle = len(mutants) // 2
        return self._noticed_by_tests(mutants[:middle], left) | self._noticed_by_tests(mutants[middle:], left)

    def _noticed_otherwise(self, mutants: Sequence[Mutant]) -> dict[Mutant, Outcome]:
        """What comes of those of the mutants that comparisons or files show.

        Most show none of them. So each is made of a chart with all of the mutants, and with fewer only if it shows
        something.
        """
        noticed = self._trial.noticed
        jobs = self._to_compare(mutants)
        looks: list[Look] = [
            partial(noticed.by_comparison, job=job, comparison=one) for job in jobs for one in noticed.comparisons
        ]
        found: dict[Mutant, Outcome] = {}
        for look in [*looks, noticed.by_files]:
            left = tuple(mutant for mutant in mutants if mutant not in found)
            shown = culprits(left, lru_cache(partial(self._found, look=look)))
            found |= {mutant: outcome for mutant, outcome in shown if outcome}
        return found

    def _found(self, mutants: tuple[Mutant, ...], look: Look) -> Outcome | None:
        """What comes of a chart with all of the mutants, by one look at it; None if nothing is noticed."""
        try:
            finding = look(self._with(mutants))
        except HelmEndedError as error:
            return Outcome("killed", GATE, str(error))
        return killed_by(finding) if finding else None

    def _to_compare(self, mutants: Sequence[Mutant]) -> list[Job]:
        """Some jobs for each of the mutants: above all those that others have and those that are known already, since a
        comparison takes long.
        """
        cases = self._trial.cases
        found: dict[Job, None] = {}
        for mutant in mutants:
            own = self._trial.order.of(cases, mutant)
            # What no render reaches may show in an upgrade, where `lookup` finds objects.
            reaching = newest_of_authors([cases.jobs[one] for one in own] if own else cases.jobs)
            reaching.sort(key=lambda job: (job not in found, not self._trial.noticed.has_compared(job)))
            found.update(dict.fromkeys(reaching[:COMPARED]))
        return [*found]
