"""A record with its time, and how it is written as JSON."""

import json
import time
from dataclasses import dataclass
from typing import Any

from .configuration import Section
from .errors import NotDoneError

Record = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """`time` in seconds since the epoch."""

    time: float
    record: Record


def compact(value: Any) -> str:
    """JSON without blanks, as the real program writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class DatedJson:
    """Records with their time in a key of their own (`json_date_key`, by default `date`)."""

    key: str
    form: str

    @classmethod
    def of(cls, output: Section) -> "DatedJson":
        """Raises NotDoneError for a form of dates that is not known."""
        form = output.get("json_date_format", "double")
        if form not in {"double", "epoch", "epoch_ms", "iso8601"}:
            raise NotDoneError(f"json_date_format: '{form}' is not known to this stand-in")
        return cls(output.get("json_date_key", "date"), form)

    def one(self, event: Event) -> Record:
        """The record as it is sent."""
        return {self.key: self._date(event.time), **event.record}

    def lines(self, events: list[Event]) -> str:
        """A line a record, each ended."""
        return "".join(compact(self.one(event)) + "\n" for event in events)

    def _date(self, moment: float) -> float | str:
        if self.form == "iso8601":
            return iso8601(moment, digits=6)
        return {"double": moment, "epoch": int(moment), "epoch_ms": int(moment * 1000)}[self.form]


def iso8601(moment: float, *, digits: int) -> str:
    """A time in UTC, such as 2026-11-24T16:00:00.000Z."""
    fraction = f"{moment % 1:.{digits}f}"[1:]
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + fraction + "Z"
