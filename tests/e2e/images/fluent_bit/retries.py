"""When a chunk that was not taken is sent again. Source: Fluent Bit manual, Scheduling and retries."""

import time

from .configuration import Section

_UNLIMITED = {"no_limits", "false", "off"}


class Retries:
    """`Retry_Limit` of the output, by default 1; the pause doubles from `scheduler.base` up to `scheduler.cap`."""

    def __init__(self, service: Section, output: Section) -> None:
        text = output.get("retry_limit", "1").lower()
        if text not in _UNLIMITED | {"no_retries"} and not (text.isdecimal() and int(text)):
            text = "1"  # the real program warns and takes its default
        self.limit = None if text in _UNLIMITED else 0 if text == "no_retries" else int(text)
        self.pause = 0.0
        self._base = service.number("scheduler.base", 5)
        self._cap = service.number("scheduler.cap", 2000)
        self._tried = 0
        self._due = 0.0

    def due(self) -> bool:
        """Whether the pause is over."""
        return time.monotonic() >= self._due

    def another(self) -> bool:
        """Whether the chunk may be tried again, after `pause` seconds."""
        self._tried += 1
        if self.limit is not None and self._tried > self.limit:
            return False
        self.pause = min(self._cap, self._base * 2 ** min(self._tried - 1, 20))
        self._due = time.monotonic() + self.pause
        return True

    def reset(self) -> None:
        self._tried, self._due = 0, 0.0
