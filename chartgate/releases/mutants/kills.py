"""How many mutants each test has noticed: those that noticed many come first."""

from collections import Counter
from dataclasses import dataclass, field

from chartgate.releases.mutants.mutant import Mutant

RELIABLE = 2
"""A test that has noticed so many mutants need not fail a second time to be believed."""


@dataclass
class Kills:
    """The number of mutants that each test, or suite, has noticed in this process."""

    by_test: Counter[str] = field(default_factory=Counter)
    _by_file: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, mutant: Mutant, test: str) -> None:
        """Count a mutant that a test has noticed."""
        self.by_test[test] += 1
        self._by_file[mutant.file, test] += 1

    def in_file_of(self, mutant: Mutant, test: str) -> int:
        """The number of mutants in the same file of the chart that the test has noticed."""
        return self._by_file[mutant.file, test]

    def is_reliable(self, test: str) -> bool:
        """Whether one failure of the test is enough."""
        return self.by_test[test] >= RELIABLE
