"""Which renders show a mutant, asked for many mutants at once."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache, partial

from chartgate.releases.mutants.mutant import Mutant, with_mutants
from chartgate.releases.mutants.renders import Renders
from chartgate.tools.chart_files import ChartFiles

ENOUGH = 4
"""The number of renders that are found of a mutant."""


class Search:
    """Finds renders that show mutants which the first renders do not show.

    Most renders show none of them. So each is made of a chart with all of the mutants, which must not overlap. What
    differs is rendered with halves of them, until one is left that makes the difference.

    Args:
        renders: those of the unchanged chart.
        chart: its files.
    """

    def __init__(self, renders: Renders, chart: ChartFiles) -> None:
        self._renders = renders
        self._changed = lru_cache(maxsize=64)(partial(with_mutants, chart=chart))

    def found(self, mutants: Sequence[Mutant]) -> dict[Mutant, list[int]]:
        """The indices of renders whose objects a mutant changes; those of no render are left out."""
        found: dict[Mutant, list[int]] = defaultdict(list)
        reaching = self._renders.different(mutants)
        left = [*mutants]
        for index in self._renders.one_a_case(set().union(*reaching.values())):
            some = left if any(index in reaching[mutant] for mutant in left) else []
            while self._differs(some, index):
                culprit = self._culprit(some, index)
                found[culprit].append(index)
                some = [mutant for mutant in some if mutant is not culprit]
            left = [mutant for mutant in left if len(found.get(mutant, ())) < ENOUGH]
        return dict(found)

    def _culprit(self, mutants: Sequence[Mutant], index: int) -> Mutant:
        """A mutant without which the others change less; the mutants together change something."""
        while len(mutants) > 1:
            middle = len(mutants) // 2
            first = mutants[:middle]
            mutants = first if self._differs(first, index) else mutants[middle:]
        return mutants[0]

    def _differs(self, mutants: Sequence[Mutant], index: int) -> bool:
        return bool(mutants) and self._renders.effect(self._changed(tuple(mutants)), index) == "objects"
