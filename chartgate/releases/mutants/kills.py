"""How many mutants each test has noticed: those that notice many come first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from chartgate.releases.mutants.mutant import Mutant

RELIABLE = 2
"""A test that has noticed so many mutants need not fail a second time to be believed."""


@dataclass
class Kills:
    """The number of mutants that each test, or suite, was tried on in this process, and that it has noticed."""

    by_test: Counter[str] = field(default_factory=Counter)
    _tried: Counter[str] = field(default_factory=Counter)
    _by_file: Counter[tuple[str, str]] = field(default_factory=Counter)

    def tried(self, tests: Iterable[str]) -> None:
        """Count a mutant on which tests were tried."""
        self._tried.update(tests)

    def add(self, mutant: Mutant, test: str) -> None:
        """Count a mutant that a test has noticed."""
        self.by_test[test] += 1
        self._by_file[mutant.file, test] += 1

    def shares(self) -> dict[str, float]:
        """The share of the mutants that each test has noticed, from 0 to 1; of few mutants it counts less."""
        return {test: kills / (self._tried[test] + 1) for test, kills in self.by_test.items()}

    def in_file_of(self, mutant: Mutant, test: str) -> int:
        """The number of mutants in the same file of the chart that the test has noticed."""
        return self._by_file[mutant.file, test]

    def is_reliable(self, test: str) -> bool:
        """Whether one failure of the test is enough."""
        return self.by_test[test] >= RELIABLE
