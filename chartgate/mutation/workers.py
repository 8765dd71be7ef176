"""The processes that try mutants: forks of the one that made the trial, so that each has all renders at once."""

from collections.abc import Sequence
from typing import Protocol

from chartgate.mutation.survivors import Shown, Survivors
from chartgate.mutation.trial import Trial
from chartgate.releases.mutants.mutant import Mutant
from chartgate.releases.mutants.outcome import Outcome

_current: list[Trial] = []
"""The trial of this process."""


class Turns(Protocol):
    """Gives each process a number of its own."""

    def get(self) -> int:
        """The next number, from 0."""


def begin(trial: Trial, turns: Turns) -> None:
    """Start a process, which is a fork of the one that made the trial."""
    trial.runs.number = turns.get()
    _current[:] = [trial]


def outcome_of(mutant: Mutant) -> Outcome:
    """What `Trial.outcome` says."""
    return _current[0].outcome(mutant)


def shown(mutants: Sequence[Mutant]) -> Shown:
    """What `Survivors.shown` says."""
    return Survivors(_current[0]).shown(mutants)


def killed_together(mutants: Sequence[Mutant], untried: Sequence[Sequence[str]]) -> dict[Mutant, Outcome]:
    """What `Survivors.killed_together` says."""
    return Survivors(_current[0]).killed_together(mutants, untried)
