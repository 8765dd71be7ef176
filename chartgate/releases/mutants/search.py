"""Which renders show a mutant, asked for many mutants at once."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from chartgate.releases.mutants.mutant import Mutant, with_mutants
from chartgate.releases.mutants.renders import Renders
from chartgate.tools.chart_files import ChartFiles

ENOUGH = 4
"""The number of renders that are found of a mutant."""


class Search:
    """Finds renders that show mutants which the first renders do not show.

    Most renders show none of them. So each is made of a chart with all of the mutants, which must not overlap. What
    differs is rendered with fewer of them, until it is known which one makes the difference.

    Args:
        renders: those of the unchanged chart.
        chart: its files.
        every: try every render that reaches a mutant, also if another one takes the same way around it: what two tests
            expect of two such renders differs.
    """

    def __init__(self, renders: Renders, chart: ChartFiles, *, every: bool = False) -> None:
        self._renders, self._every = renders, every
        self._changed = lru_cache(maxsize=64)(partial(with_mutants, chart=chart))

    def found(self, mutants: Sequence[Mutant]) -> dict[Mutant, list[int]]:
        """The indices of renders whose objects a mutant changes; those of no render are left out."""
        found: dict[Mutant, list[int]] = defaultdict(list)
        aside: list[Mutant] = []
        reaching = self._reaching(mutants)
        left = tuple(mutants)
        for index in self._renders.one_a_case(set().union(*reaching.values())):
            some = left if any(index in reaching[mutant] for mutant in left) else ()
            while self._differs(some, index):
                one = culprit(some, partial(self._differs, index=index))
                some = tuple(mutant for mutant in some if mutant is not one)
                if self._differs((one,), index):
                    found[one].append(index)
                else:
                    # Only together with another one it shows something, in each render again.
                    aside.append(one)
            left = tuple(mutant for mutant in left if len(found.get(mutant, ())) < ENOUGH and mutant not in aside)
        return {**found, **self.found(aside)} if aside else dict(found)

    def _reaching(self, mutants: Sequence[Mutant]) -> dict[Mutant, set[int]]:
        """The indices of the renders to try."""
        if self._every:
            return {mutant: {*self._renders.reaching(mutant)} for mutant in mutants}
        return self._renders.different(mutants)

    def _differs(self, mutants: tuple[Mutant, ...], index: int) -> bool:
        return bool(mutants) and self._renders.effect(self._changed(mutants), index) == "objects"


def culprit(mutants: tuple[Mutant, ...], shows: Callable[[tuple[Mutant, ...]], object]) -> Mutant:
    """The first mutant with which those before it show something. Alone, it may show nothing.

    Args:
        shows: whether a chart with some of the mutants shows something; with all of them, it does.
    """
    number, enough = 0, len(mutants)
    while enough - number > 1:
        middle = (number + enough) // 2
        if shows(mutants[:middle]):
            enough = middle
        else:
            number = middle
    return mutants[enough - 1]
