"""The processes that try mutants: forks of the one that made the trial, so that each has all renders at once."""

import os
import signal
import time
from collections.abc import Sequence
from threading import Thread
from typing import Protocol

from chartgate.mutation.survivors import Shown, Survivors
from chartgate.mutation.trial import Trial
from chartgate.releases.mutants.mutant import Mutant
from chartgate.releases.mutants.outcome import Outcome

PARENT_SECONDS = 1.0
"""The seconds between two looks of a process at whether its parent is still there."""

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
    # The parent decides what an interrupt on a terminal ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when its parent has ended, even if nothing told it to."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


def outcome_of(mutant: Mutant) -> Outcome:
    """What `Trial.outcome` says."""
    return _current[0].outcome(mutant)


def shown(mutants: Sequence[Mutant]) -> Shown:
    """What `Survivors.shown` says."""
    return Survivors(_current[0]).shown(mutants)


def killed_together(mutants: Sequence[Mutant], untried: Sequence[Sequence[str]]) -> dict[Mutant, Outcome]:
    """What `Survivors.killed_together` says."""
    return Survivors(_current[0]).killed_together(mutants, untried)
