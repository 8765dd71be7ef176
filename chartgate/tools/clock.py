"""How long the phases of a run take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Measures time from its creation on. `seconds` has what each phase took, by its name."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.seconds: dict[str, float] = {}

    @property
    def total(self) -> float:
        """The seconds since the creation."""
        return time.monotonic() - self._started

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure the block of a `with` statement; blocks of the same name add up, such as `render`."""
        begun = time.monotonic()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.monotonic() - begun
