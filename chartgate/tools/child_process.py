"""Runs programs with a time limit, also in threads. The limit, or an interrupt of the thread that waits for them, ends
these programs at once, with all that they have started in their process groups.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from chartgate.tools.interrupts import interrupts_at_the_end


@dataclass
class _Children:
    """The programs that run now in a group of threads, and whether no other may start."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    running: set["subprocess.Popen[str]"] = field(default_factory=set)
    stopped: bool = False

    def stop(self) -> None:
        """End the programs, and let none start."""
        with self.lock:
            self.stopped = True
            for child in self.running:
                _kill(child)

    def end(self, child: "subprocess.Popen[str]") -> None:
        """End a program, unless it has ended."""
        with child:  # closes its pipes, and waits for it
            _kill(child)
        with self.lock:
            self.running.discard(child)


def _kill(child: "subprocess.Popen[str]") -> None:
    """Kill a program that leads a group, and its group: Helm, for instance, starts a plugin, and does not end it."""
    # The number of a process that was waited for may belong to another one.
    if child.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


# Each group of threads has children of its own: a group that was stopped stops no later one.
_children: ContextVar[_Children] = ContextVar("children")


def run_to_end(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], text: str, seconds: float
) -> "subprocess.CompletedProcess[str]":
    """Run a program with `text` as its standard input, for at most so many seconds.

    If an exception ends the wait, such as the time limit or an interrupt, the program ends with its process group.

    Raises:
        KeyboardInterrupt: the block `interruptible_threads` of this thread has ended before the program could start.
        subprocess.TimeoutExpired: it takes longer.
        OSError: it cannot be started.
    """
    children = _children.get(None) or _Children()
    with ExitStack() as stack:
        with interrupts_at_the_end(), children.lock:
            if children.stopped:
                raise KeyboardInterrupt
            # In a session of its own: Ctrl-C on a terminal reaches the gate alone, which decides what comes next.
            child = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="backslashreplace",
                start_new_session=True,
            )
            children.running.add(child)
            stack.callback(children.end, child)
        out, error = child.communicate(text, timeout=seconds)
    return subprocess.CompletedProcess(command, child.returncode, out, error)


@contextmanager
def interruptible_threads(number: int) -> Iterator[Executor]:
    """Threads for the block. If an exception such as an interrupt ends it, their programs end, and no other starts."""
    children = _Children()
    with ThreadPoolExecutor(number, initializer=_children.set, initargs=(children,)) as threads:
        try:
            yield threads
        except BaseException:
            children.stop()
            raise
