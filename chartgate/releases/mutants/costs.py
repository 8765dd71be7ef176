"""How long tests and suites take, and how many of them can run within a time limit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

PATIENCE = 10.0
"""The minimum of the time limit of a run of tests or suites, in seconds."""


@dataclass
class Costs:
    """The costs of tests or suites, in seconds.

    Args:
        own: how long each of them takes, without the fixtures that it shares with others; one that is not there takes
            no time.
        fixtures: of each test, how long each fixture takes that it shares with others, by the name of the fixture.
    """

    own: dict[str, float]
    fixtures: dict[str, Mapping[str, float]] = field(default_factory=dict)

    def alone(self, test: str) -> float:
        """How long one of them takes alone."""
        return self.own[test] + sum(self.fixtures.get(test, {}).values())

    def patience(self, tests: Iterable[str]) -> float:
        """The time limit of a run of tests or suites, in seconds: three times as long as they take alone, and at least
        PATIENCE.
        """
        return max(PATIENCE, 3 * sum(map(self.alone, tests)))

    def learn(self, test: str, own: float, fixtures: Mapping[str, float]) -> None:
        """Note how long a test takes that nothing ran before in its process. After other tests, it may find what they
        have rendered, and take less.

        Args:
            fixtures: of this test, and perhaps of others.
        """
        self.own[test] = own
        known = self.fixtures.get(test, {})
        self.fixtures[test] = {name: fixtures.get(name, seconds) for name, seconds in known.items()}

    def within(self, tests: Iterable[str], limit: float) -> list[str]:
        """Those of the tests or suites, in turn, that take at most this many seconds together; one that is too slow is
        left out. A fixture counts once.
        """
        found, sum_, made = [], 0.0, set[str]()
        for test in tests:
            fixtures = self.fixtures.get(test, {})
            cost = self.own.get(test, 0.0) + sum(one for name, one in fixtures.items() if name not in made)
            if sum_ + cost <= limit:
                sum_ += cost
                made.update(fixtures)
                found.append(test)
        return found
