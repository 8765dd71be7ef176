"""How many mutants each test has noticed: those that notice many come first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from chartgate.releases.mutants.mutant import Mutant

RELIABLE = 2
"""A test that has noticed so many mutants need not fail a second time to be believed."""


@dataclass
class Kills:
    """The number of mutants that each test, or suite, was tried on in this process, and that it has noticed.

    The cases of a parametrized test count together: what one of them notices, another one notices elsewhere.
    """

    _kills: Counter[str] = field(default_factory=Counter)
    _tried: Counter[str] = field(default_factory=Counter)
    _by_file: Counter[tuple[str, str]] = field(default_factory=Counter)

    def tried(self, tests: Iterable[str]) -> None:
        """Count a mutant on which tests were tried."""
        self._tried.update(map(_function, tests))

    def add(self, mutant: Mutant, test: str) -> None:
        """Count a mutant that a test has noticed."""
        self._kills[_function(test)] += 1
        self._by_file[mutant.file, test] += 1

    def number(self, test: str) -> int:
        """The number of mutants that the test has noticed."""
        return self._kills[_function(test)]

    def share(self, test: str) -> float:
        """The share of the mutants that the test has noticed, from 0 to 1; of few mutants it counts less."""
        return self.number(test) / (self._tried[_function(test)] + 1)

    def in_file_of(self, mutant: Mutant, test: str) -> int:
        """The number of mutants in the same file of the chart that the test has noticed."""
        return self._by_file[mutant.file, test]

    def is_reliable(self, test: str) -> bool:
        """Whether one failure of the test is enough."""
        return self.number(test) >= RELIABLE


def _function(test: str) -> str:
    """The node ID of a test without its parameters."""
    return test.partition("[")[0]
