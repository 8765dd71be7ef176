"""Ends that a test run must survive tidily."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM end the tests as Ctrl-C does; by default Python would die and leave behind what they started."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextmanager
def interrupts_at_the_end() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait for the end of the block: in the middle of a start they would lose what starts."""
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
