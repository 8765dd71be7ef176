"""Runs programs in threads. An interrupt of the thread that waits for them ends these programs at once."""

import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path


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
                child.kill()


# Each group of threads has children of its own: a group that was stopped stops no later one.
_children: ContextVar[_Children] = ContextVar("children")


def run_to_end(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], text: str, seconds: float
) -> "subprocess.CompletedProcess[str]":
    """Run a program with `text` as its standard input, for at most so many seconds.

    Raises:
        KeyboardInterrupt: the block `interruptible_threads` of this thread has ended before the program could start.
        subprocess.TimeoutExpired: it takes longer.
        OSError: it cannot be started.
    """
    children = _children.get(None) or _Children()
    with children.lock:
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
            start_new_session=True,
        )
        children.running.add(child)
    try:
        out, error = child.communicate(text, timeout=seconds)
    except BaseException:
        child.kill()
        child.communicate()
        raise
    finally:
        with children.lock:
            children.running.discard(child)
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
