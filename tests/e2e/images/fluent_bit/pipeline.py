"""The way of a record: input, filters, output; and what happens when the output does not take it."""

import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from .errors import DeliveryError
from .events import Event
from .filters import Filter
from .log import Log
from .outputs import Output
from .retries import Retries
from .tail import Chunk, Tail

MOST_WAITING = 32  # chunks in memory; the rest waits in the files


@dataclass
class Totals:
    """What the HTTP server tells: records that each input read, and counters of the output under their real names.

    As there, a receiver that is away is not an error: only retries are counted, until one is the last.
    """

    output_name: str
    read: Counter[str] = field(default_factory=Counter)
    output: Counter[str] = field(
        default_factory=lambda: Counter(
            {
                "proc_records": 0,
                "errors": 0,
                "retries": 0,
                "retries_failed": 0,
                "dropped_records": 0,
                "retried_records": 0,
            }
        )
    )


class Pipeline:
    """Inputs, filters and one output, which is all that the chart configures."""

    def __init__(
        self,
        tails: Sequence[Tail],
        filters: Sequence[Filter],
        output: Output,
        retries: Retries,
        log: Log,
        output_name: str = "stdout.0",
    ) -> None:
        self.totals = Totals(output_name)
        self._tails = tails
        self._filters = filters
        self._output = output
        self._retries = retries
        self._log = log
        self._waiting: deque[Chunk] = deque()

    def turn(self, *, rescan: bool = False) -> None:
        """Read what is new, and send what waits."""
        if len(self._waiting) < MOST_WAITING:
            for number, tail in enumerate(self._tails):
                for chunk in tail.collect(rescan=rescan):
                    self.totals.read[f"tail.{number}"] += len(chunk.events)
                    self._waiting.append(chunk)
        while self._waiting and self._retries.due():
            self._send_first()

    def finish(self, grace: float) -> None:
        """The last look at all files, then up to `grace` seconds to send what waits."""
        deadline = time.monotonic() + grace
        self.turn(rescan=True)
        while self._waiting and time.monotonic() < deadline:
            time.sleep(0.05)
            self.turn()
        if self._waiting:
            self._log.warn(f"{len(self._waiting)} chunks are left for the next start")
        for tail in self._tails:
            tail.close()

    def _send_first(self) -> None:
        chunk = self._waiting[0]
        events = [event for event in (self._filtered(chunk.tag, one) for one in chunk.events) if event]
        try:
            if events:
                self._output.send(chunk.tag, events)
        except DeliveryError as error:
            if self._retries.another():
                self.totals.output["retries"] += 1
                self.totals.output["retried_records"] += len(events)
                self._log.warn(f"[engine] failed to flush chunk, retry in {self._retries.pause:.0f} seconds: {error}")
                return
            self.totals.output["retries_failed"] += 1
            self.totals.output["dropped_records"] += len(events)
            self._log.error(f"[engine] chunk cannot be retried, {self._retries.limit} retries were too few: {error}")
        else:
            self.totals.output["proc_records"] += len(events)
        self._retries.reset()
        self._waiting.popleft()
        chunk.delivered()

    def _filtered(self, tag: str, event: Event) -> Event | None:
        filtered: Event | None = event
        for one in self._filters:
            filtered = one(tag, filtered) if filtered else None
        return filtered
