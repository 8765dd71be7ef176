"""What tests that start processes on this machine share."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

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


def programs_of_group(group: int) -> list[str]:
    """The names of the programs of a process group, as Linux tells them; also of those that nobody has waited for."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            name, _, rest = path.read_text().partition("(")[2].rpartition(")")
            if int(rest.split()[2]) == group:
                found.append(name)
    return found
