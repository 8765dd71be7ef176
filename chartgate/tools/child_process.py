"""Runs programs in threads. An interrupt in another thread ends these programs at once."""

import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class _Children:
    """The programs that run now, and whether no other may start."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    running: set["subprocess.Popen[str]"] = field(default_factory=set)
    stopped: bool = False


_children = _Children()


def run_to_end(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], text: str, seconds: float
) -> "subprocess.CompletedProcess[str]":
    """Run a program with `text` as its standard input, for at most so many seconds.

    Raises:
        KeyboardInterrupt: an interrupt has ended the block `ended_by_interrupt` before the program could start.
        subprocess.TimeoutExpired: it takes longer.
        OSError: it cannot be started.
    """
    with _children.lock:
        if _children.stopped:
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
        _children.running.add(child)
    try:
        out, error = child.communicate(text, timeout=seconds)
    except BaseException:
        child.kill()
        child.communicate()
        raise
    finally:
        with _children.lock:
            _children.running.discard(child)
    return subprocess.CompletedProcess(command, child.returncode, out, error)


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """If an exception such as an interrupt ends the block, end the programs of other threads, and let none start."""
    with _children.lock:
        _children.stopped = False
    try:
        yield
    except BaseException:
        with _children.lock:
            _children.stopped = True
            for child in _children.running:
                child.kill()
        raise
