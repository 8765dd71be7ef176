"""Interrupts that must not leave a process or a file behind."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt as Ctrl-C does; by default Python ends without any clean-up.

    In a thread other than the main one it changes nothing: Python does not allow it there.
    """
    if not _in_main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextmanager
def interrupts_at_the_end() -> Iterator[None]:
    """Delay Ctrl-C and SIGTERM to the end of the block, so that a process that starts is not lost.

    In a thread other than the main one it changes nothing: Python delivers no signal there.
    """
    if not _in_main_thread():
        yield
        return
    caught: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    previous = {number: signal.signal(number, lambda got, _: caught.append(got)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    for got in caught:
        signal.raise_signal(got)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
