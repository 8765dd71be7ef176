"""What tests that start processes on this machine share."""

import socket
import time
from collections.abc import Callable

SECONDS = 30


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], bool], told: Callable[[], object]) -> None:
    """Wait until it holds.

    Raises:
        AssertionError: it does not within 30 s; the text is `told`.
    """
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, str(told())
        time.sleep(0.05)
