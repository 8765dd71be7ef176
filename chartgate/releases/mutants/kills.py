"""How many mutants each test has noticed: those that are likely to notice the next one come first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from chartgate.releases.mutants.mutant import Mutant

RELIABLE, ALWAYS_RELIABLE = 2, 5
"""After so many noticed mutants, one failure is enough: RELIABLE for a test that runs first, ALWAYS_RELIABLE for any
other.
"""
WEIGHT = 4
"""The number of mutants for which an expectation counts, beside those on which a test was tried."""

_Key = tuple[str, ...]


@dataclass
class Kills:
    """The number of mutants that each test, or suite, was tried on in this process, and that it has noticed.

    The cases of a parametrized test also count together: what one of them notices, another one notices elsewhere.
    """

    _kills: Counter[_Key] = field(default_factory=Counter)
    _tried: Counter[_Key] = field(default_factory=Counter)
    _doubted: set[str] = field(default_factory=set)

    def tried(self, mutant: Mutant, tests: Iterable[str]) -> None:
        """Count a mutant on which tests were tried."""
        self._tried.update({key for test in tests for key in _keys(mutant, test)})

    def add(self, mutant: Mutant, test: str) -> None:
        """Count a mutant that a test has noticed."""
        self._kills.update(_keys(mutant, test))

    def doubt(self, test: str) -> None:
        """Note that a test has failed, and not again when it ran alone."""
        self._doubted.add(_function(test))

    def number(self, test: str) -> int:
        """The number of mutants that the test has noticed."""
        return self._kills["", _function(test)]

    def likelihood(self, mutant: Mutant, test: str, expected: float) -> float:
        """How likely the test is to notice a mutant, from 0 to 1, by what was noticed: above all by the test itself,
        then by other cases of it in the same file, then by others elsewhere.

        Args:
            expected: how likely it is as long as nothing was tried.
        """
        for key in _keys(mutant, test):
            expected = (self._kills[key] + WEIGHT * expected) / (self._tried[key] + WEIGHT)
        return expected

    def has_noticed_in_file_of(self, mutant: Mutant, test: str) -> bool:
        """Whether the test has noticed a mutant in the same file of the chart."""
        return self._kills[_in_file_of(mutant, test)] > 0

    def is_reliable(self, test: str, *, first: bool) -> bool:
        """Whether one failure of the test is enough.

        Args:
            first: no other test ran before it in its process.
        """
        return self.number(test) >= (RELIABLE if first else ALWAYS_RELIABLE) and _function(test) not in self._doubted


def _keys(mutant: Mutant, test: str) -> tuple[_Key, ...]:
    """That under which a test is counted, the most general one first."""
    function = _function(test)
    return ("", function), (mutant.file, function), _in_file_of(mutant, test), ("", test, "itself")


def _in_file_of(mutant: Mutant, test: str) -> _Key:
    """That under which a test itself is counted for one file of the chart."""
    return mutant.file, test, "itself"


def _function(test: str) -> str:
    """The node ID of a test without its parameters."""
    return test.partition("[")[0]
