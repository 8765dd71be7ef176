"""Which renders show a mutant, asked for many mutants at once."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import accumulate
from operator import itemgetter
from typing import TypeVar

from chartgate.releases.mutants.mutant import Mutant, with_mutants
from chartgate.releases.mutants.renders import Renders
from chartgate.tools.chart_files import ChartFiles

T = TypeVar("T")
NEIGHBOURS = (1, 4)
"""How many mutants after one that was found are tried before all others."""


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

    def found(self, wanted: Mapping[Mutant, Collection[int]]) -> dict[Mutant, int | None]:
        """The index of a render whose objects a mutant changes; None if it changes some only together with another of
        the mutants, with which it would do so in each render again. Mutants that no render shows are left out.

        Args:
            wanted: the indices of the renders to try with each mutant.
        """
        found: dict[Mutant, int | None] = {}
        wanted = {mutant: {*indices} for mutant, indices in wanted.items()}
        left = tuple(wanted)
        for index in self._renders.of_each_case(wanted.values()):
            if any(index in wanted[mutant] for mutant in left):
                ranking = partial(self._ranks, index=index)
                for one, alone in culprits(left, partial(self._differs, index=index), ranking):
                    found[one] = index if alone else None
                left = tuple(mutant for mutant in left if mutant not in found)
        return found

    def _differs(self, mutants: tuple[Mutant, ...], index: int) -> bool:
        return self._renders.prints.effect(self._changed(mutants), index) == "objects"

    def _ranks(self, mutants: tuple[Mutant, ...], index: int) -> list[int]:
        return self._renders.ranks(mutants, self._changed(mutants), index)


def culprits(
    mutants: tuple[Mutant, ...],
    shows: Callable[[tuple[Mutant, ...]], T],
    ranking: Callable[[tuple[Mutant, ...]], Sequence[int]] = lambda mutants: [0] * len(mutants),
) -> Iterator[tuple[Mutant, T]]:
    """The mutants that cause what a chart with all of them shows. Each comes with what it shows alone, which is false
    if it shows something only together with another one.

    Args:
        shows: what a chart with some of the mutants shows; false if that is nothing.
        ranking: a number for each of some mutants that show something together. Those with the lowest number are tried
            first, because the difference points at them.
    """
    number = 0  # of the first mutants, which show nothing together
    while number < len(mutants) and shows(mutants):
        by_rank = sorted(zip(ranking(mutants)[number:], mutants[number:], strict=True), key=itemgetter(0))
        mutants = (*mutants[:number], *(mutant for _, mutant in by_rank))
        ends = [number + end for end in accumulate(Counter(rank for rank, _ in by_rank).values())]
        if number and len(ends) == 1:
            # Neighbours of a mutant often show the same.
            ends = [number + some for some in NEIGHBOURS if number + some < ends[0]] + ends
        number = _last_needed(mutants, shows, number, ends)
        one, mutants = mutants[number], (*mutants[:number], *mutants[number + 1 :])
        yield one, shows((one,))


def _last_needed(
    mutants: tuple[Mutant, ...], shows: Callable[[tuple[Mutant, ...]], object], number: int, ends: Sequence[int]
) -> int:
    """The index of the first mutant with which those before it show something.

    Halves are no way to find it: if two mutants show something only together, each half may show nothing.

    Args:
        number: how many of the first mutants show nothing together.
        ends: where to look first: numbers of mutants, in order, of which the last is that of all.
    """
    enough = ends[-1]
    for end in ends[:-1]:
        if shows(mutants[:end]):
            enough = end
            break
        number = end
    while enough - number > 1:
        middle = (number + enough) // 2
        if shows(mutants[:middle]):
            enough = middle
        else:
            number = middle
    return number
