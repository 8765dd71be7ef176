"""Outcomes of earlier runs, each kept as long as what it depends on is the same."""

from collections.abc import Iterable, Sequence

import msgspec

from chartgate.releases import store
from chartgate.releases.mutants.mutant import Mutant
from chartgate.releases.mutants.outcome import Outcome
from chartgate.releases.mutants.suites import FoundSuites
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.test_server.client import TestServer
from chartgate.tools.testers import GATE, UNITTEST

KIND = "mutants"
"""The kind under which the store keeps outcomes."""


class _Kept(msgspec.Struct, frozen=True):
    """An outcome, and a hash of the code of tests on which it depends."""

    outcome: Outcome
    basis: str


class Memory:
    """The outcomes of the mutants of a chart.

    What one test or suite notices depends on its code: a new test elsewhere is no reason to try the mutant again. What
    the gate notices depends on no test, and a survivor on all of them.

    Args:
        key: a hash of all that outcomes depend on beside the code of tests.
        chart: the files of the chart.
        server: pytest with the tests; None without such tests.
        suites: the suites of helm-unittest.
    """

    def __init__(self, key: str, chart: ChartFiles, server: TestServer | None, suites: FoundSuites) -> None:
        self._key, self._chart, self._server, self._suites = key, chart, server, suites

    def known(self, mutants: Iterable[Mutant]) -> dict[Mutant, Outcome]:
        """The outcomes of those of the mutants whose outcome is known and still holds."""
        found = {mutant: store.load(KIND, self._place(mutant), _Kept) for mutant in mutants}
        return {
            mutant: kept.outcome for mutant, kept in found.items() if kept and kept.basis == self._basis(kept.outcome)
        }

    def keep(self, mutant: Mutant, outcome: Outcome) -> None:
        """Keep what came of a mutant."""
        store.save(KIND, self._place(mutant), msgspec.to_builtins(_Kept(outcome, self._basis(outcome))))

    def keep_notices(self, notices: Sequence[str]) -> None:
        """Keep what the reader of a report must know about the tests."""
        store.save(KIND, self._place_of_notices, list(notices))

    def notices(self) -> list[str]:
        """The notices of an earlier run with the same tests."""
        return store.load(KIND, self._place_of_notices, list[str]) or []

    @property
    def _place_of_notices(self) -> str:
        return store.key_of(self._key, "notices", self._basis_of_all)

    def _place(self, mutant: Mutant) -> str:
        return store.key_of(self._key, mutant.digest(self._chart))

    def _basis(self, outcome: Outcome) -> str:
        if outcome.by == GATE:
            return ""
        if outcome.by == UNITTEST:
            return self._suites.basis(outcome.test)
        if outcome.is_killed and self._server:
            return self._server.basis(outcome.test)
        return self._basis_of_all

    @property
    def _basis_of_all(self) -> str:
        return f"{self._server.basis() if self._server else ''} {self._suites.basis()}"
