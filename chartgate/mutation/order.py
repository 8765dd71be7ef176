"""What is tried first with a mutant: the renders that may show it, and the tests that are likely to notice it."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import zip_longest

from chartgate.releases.mutants.kills import Kills
from chartgate.releases.mutants.mutant import Mutant
from chartgate.releases.mutants.renders import Renders
from chartgate.releases.mutants.tests import ChartTests, Likelihood
from chartgate.tools.chart_files import ChartFiles
from chartgate.values.case import Case
from chartgate.values.mutations import UNKNOWN_KEY

UNLIKELY, NAMES = 0.01, 0.2
"""How likely a test is to notice a mutant, as long as nothing is known, and how much likelier if it names what was
changed.
"""

_INDEX = re.compile(r"\[\d+\]|\.\d+(?=\.|$)")


class Order:
    """The order of renders and tests.

    Args:
        chart: the files of the unchanged chart.
        rendered: the renders of the tests.
        kills: what the tests have noticed so far.
    """

    def __init__(self, chart: ChartFiles, rendered: Renders, tests: ChartTests, kills: Kills) -> None:
        self._chart, self._rendered, self._tests, self._kills = chart, rendered, tests, kills
        self._words = lru_cache(maxsize=1)(self._words_of)

    def _words_of(self, mutant: Mutant) -> dict[str, float]:
        """How many rare words each test shares with what was changed; tests that share none are left out."""
        return self._tests.words.scores(mutant.about(self._chart))

    def of(self, renders: Renders, mutant: Mutant) -> list[int]:
        """The renders to try, different ones first: evenly from all that reach the mutant.

        Those that differ in what they reach around the mutant come first, in turn with those whose values share rare
        words with what was changed, those that Helm refuses, which show faults in guards, and the others. For a change
        of the schema, those that the schema refuses at this value come first.
        """
        found = [*renders.reaching(mutant)]
        named = []
        if mutant.region is None and mutant.value:
            named = [one for one in found if _is_about(renders.jobs[one].case, mutant.value)]
        related = renders.related(mutant.about(self._chart), found) if mutant.region is not None else []
        refused = [one for one in found if one in renders.refused]
        turns = zip_longest(renders.near(mutant), related, _spread(refused), _spread(found))
        return [*dict.fromkeys([*_spread(named), *(one for turn in turns for one in turn if one is not None)])]

    def likelihood(self, mutant: Mutant) -> Likelihood:
        """How likely each test notices a mutant, from 0 to 1: more if it noticed others, or names what was changed."""

        @cache
        def likelihood(test: str) -> float:
            expected = UNLIKELY + NAMES * min(self._words(mutant).get(test, 0.0), 1)
            return self._kills.likelihood(mutant, test, expected)

        return likelihood

    def by_tests(self, mutant: Mutant, likelihood: Likelihood, first: Iterable[int] = ()) -> Iterator[int]:
        """The renders of tests to try: in turn those of the tests that name most of what was changed, of the likeliest
        tests, and others.

        Args:
            likelihood: that of this mutant.
            first: renders that come before these.
        """
        reaching = self._rendered.reaching(mutant)
        words = self._words(mutant)
        turns = zip_longest(
            self._of_best(reaching, lambda test: words.get(test, 0.0)),
            self._of_best(reaching, likelihood),
            self.of(self._rendered, mutant),
        )
        yield from dict.fromkeys([*first, *(one for turn in turns for one in turn if one is not None)])

    def _of_best(self, indices: Sequence[int], score: Callable[[str], float]) -> list[int]:
        """Renders of tests with a score, those of the highest score first."""
        best = {index: max(map(score, self._tests.by_case[self._rendered.jobs[index].case])) for index in indices}
        return sorted((index for index, score in best.items() if score), key=lambda index: -best[index])


def _is_about(case: Case, path: Sequence[str]) -> bool:
    """Whether a case sets the value, or breaks a rule of the schema there."""
    if case.origin == "schema" and case.refusal is not None:
        broken = _INDEX.sub("", case.proves.rpartition(" at ")[2]).removesuffix(f".{UNKNOWN_KEY}")
        return broken == ".".join(path)
    return any(f'"{path[-1]}"' in text or f"{path[-1]}:" in text for text in case.values)


def _spread(found: Sequence[int]) -> Iterator[int]:
    """All of them, so that the first few are from everywhere: by halves, quarters, eighths …"""
    step = 1
    while step < len(found):
        step *= 2
    while step:
        yield from (found[index] for index in range(0, len(found), step))
        step //= 2
