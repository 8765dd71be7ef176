"""Processes measured from outside, all their descendants included, and contestants that take turns."""

import os
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chartgate.errors import GateError

LOOKS_A_SECOND = 20


@dataclass(frozen=True)
class Cost:
    """What a command cost: seconds by the clock, seconds of processors, and the most memory at one time (bytes).

    Memory is the sum over all its processes of what each has to itself (Pss), where `measure` was asked for it; else 0.
    """

    wall: float
    cpu: float
    memory: int = 0


def measure(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    accept: Sequence[int] = (0,),
    memory: bool = False,
) -> Cost:
    """Run a command and say what it cost. Processor time counts every descendant that its parent waited for.

    Raises:
        GateError: it ends with an exit code that is not in `accept`.
    """
    before, begun = _children_seconds(), time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watch = _MemoryWatch(process.pid) if memory else None
    output, _ = process.communicate()
    most = watch.stop() if watch else 0
    cost = Cost(time.monotonic() - begun, _children_seconds() - before, most)
    if process.returncode not in accept:
        raise GateError(f"{Path(command[0]).name} ended with exit code {process.returncode}: {output.strip()[-2000:]}")
    return cost


def take_turns(contestants: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """The median cost of each, all measured once a round so that a busy machine is busy for all of them."""
    costs: dict[str, list[Cost]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            costs[name].append(run())
    return {
        name: Cost(
            statistics.median(cost.wall for cost in found),
            statistics.median(cost.cpu for cost in found),
            max(cost.memory for cost in found),
        )
        for name, found in costs.items()
    }


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class _MemoryWatch:
    """Looks at a process and its descendants again and again until told to stop."""

    def __init__(self, pid: int) -> None:
        self._pid, self._most, self._over = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        self._over.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        while not self._over.wait(1 / LOOKS_A_SECOND):
            self._most = max(self._most, sum(_pss(pid) for pid in _family(self._pid)))


def _family(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []  # it has ended meanwhile
    return [pid, *(member for child in children for member in _family(child))]


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
