"""The result of `chartgate mutate`: all that its reports show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from chartgate.releases.mutants.mutant import Mutant
from chartgate.releases.mutants.outcome import Outcome
from chartgate.tools.chart_files import ChartFiles
from chartgate.values.settings import Settings
from chartgate.values.settings_file import Survivor

LEFT = frozenset({"survived", "unseen", "elsewhere"})
"""The states of mutants that nothing in this run notices."""


@dataclass(frozen=True, eq=False)
class MutationResult:
    """What came of the mutants of a chart.

    Args:
        outcomes: by mutant, in the order of the files.
        every: all mutants of the chart.
        settings: of the chart; they list mutants that nothing has to notice.
        notices: what was not tried.
    """

    chart: ChartFiles
    outcomes: Mapping[Mutant, Outcome]
    every: Sequence[Mutant]
    settings: Settings
    notices: Sequence[str] = ()

    @cached_property
    def declared(self) -> Mapping[Mutant, Survivor]:
        """The mutants that survive and are listed in chartgate.yaml, with the entries."""
        return {
            mutant: entry
            for mutant, outcome in self.outcomes.items()
            if outcome.state in LEFT
            for entry in self.settings.survivors
            if entry.means(mutant.file, mutant.change)
        }

    @cached_property
    def survivors(self) -> Mapping[Mutant, Outcome]:
        """The mutants that nothing notices and that are not listed."""
        return {
            mutant: outcome
            for mutant, outcome in self.outcomes.items()
            if outcome.state in LEFT and mutant not in self.declared
        }

    @property
    def counted(self) -> tuple[int, int]:
        """How many mutants are killed, and how many there are; those that are listed or change only white space do not
        count.
        """
        killed = sum(outcome.is_killed for outcome in self.outcomes.values())
        return killed, killed + len(self.survivors)

    @property
    def percent(self) -> float:
        """The share of the mutants that are killed, from 0 to 100; 100 if there is none."""
        killed, counted = self.counted
        return 100 * killed / counted if counted else 100.0

    @property
    def faults(self) -> Iterator[str]:
        """A sentence for each entry of chartgate.yaml that means no mutant of the chart, or only killed ones, and for
        tests that are not there.
        """
        for test in dict.fromkeys(test for entry in self.settings.survivors for test in entry.noticed_by):
            if not Path(test).exists():
                yield f"{self.settings.source}: mutation: survivors: {test}: there are no such tests: correct the path"
        for entry, text in ((one, text) for one in self.settings.survivors for text in one.mutants):
            where = f"{self.settings.source}: mutation: survivors: {entry.file}: {text}"
            one = msgspec.structs.replace(entry, mutants=[text])
            meant = [mutant for mutant in self.every if one.means(mutant.file, mutant.change)]
            tried = [self.outcomes[mutant] for mutant in meant if mutant in self.outcomes]
            if not meant:
                yield f"{where}: there is no such mutant: correct the text, or remove it"
            elif len(tried) == len(meant) and all(outcome.is_killed for outcome in tried):
                yield f"{where}: {meant[0].place} is noticed by {tried[0].what}: remove the entry"
