"""Which renders show a mutant, asked for many mutants at once."""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache, partial

from chartgate.releases.mutants.mutant import Mutant, with_mutants
from chartgate.releases.mutants.renders import Renders
from chartgate.tools.chart_files import ChartFiles


class Search:
    """Finds renders that show mutants which the first renders do not show.

    Most renders show none of them. So each is made of a chart with all of the mutants, which must not overlap. What
    differs is rendered with fewer of them, until it is known which one makes the difference.

    Args:
        renders: those of the unchanged chart.
        chart: its files.
    """

    def __init__(self, renders: Renders, chart: ChartFiles) -> None:
        self._renders = renders
        self._changed = lru_cache(maxsize=64)(partial(with_mutants, chart=chart))

    def found(self, wanted: Mapping[Mutant, Collection[int]]) -> dict[Mutant, int]:
        """The index of a render whose objects a mutant changes; mutants that no render shows are left out.

        Args:
            wanted: the indices of the renders to try with each mutant.
        """
        found: dict[Mutant, int] = {}
        aside: dict[Mutant, Collection[int]] = {}
        wanted = {mutant: {*indices} for mutant, indices in wanted.items()}
        left = tuple(wanted)
        for index in self._renders.one_a_case(set().union(*wanted.values())):
            if any(index in wanted[mutant] for mutant in left):
                while self._differs(left, index):
                    one = culprit(left, partial(self._differs, index=index))
                    left = tuple(mutant for mutant in left if mutant is not one)
                    if self._differs((one,), index):
                        found[one] = index
                    else:
                        # Only together with another one it shows something, in each render again.
                        aside[one] = wanted[one]
        return found | self.found(aside) if aside else found

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
