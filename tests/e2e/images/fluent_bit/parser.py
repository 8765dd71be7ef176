"""The parser of a line: JSON, with the record's own time."""

import calendar
import json
import re
import time
from dataclasses import dataclass

from .configuration import Section
from .errors import NotDoneError
from .events import Event


@dataclass(frozen=True)
class JsonParser:
    """`Format json` of the real program. `offset` is what the text's clock is ahead of UTC, in seconds."""

    time_key: str
    time_format: str
    offset: int
    keep: bool

    @classmethod
    def of(cls, section: Section) -> "JsonParser":
        """Raises NotDoneError for another format, or another form of offset."""
        if section.get("format").lower() != "json":
            raise NotDoneError(f"[PARSER] format: this stand-in knows json, not '{section.get('format')}'")
        found = re.fullmatch(r"([+-])(\d{2}):?(\d{2})", section.get("time_offset", "+0000"))
        if not found:
            raise NotDoneError(f"[PARSER] time_offset: this stand-in does not read '{section.get('time_offset')}'")
        seconds = int(found[2]) * 3600 + int(found[3]) * 60
        return cls(
            time_key=section.get("time_key", "time"),
            time_format=section.get("time_format"),
            offset=-seconds if found[1] == "-" else seconds,
            keep=section.switch("time_keep", False),
        )

    def parse(self, line: str) -> Event | None:
        """The line as an event; None when it is no JSON object. A time that cannot be read is now."""
        try:
            record = json.loads(line)
        except ValueError:
            return None
        if not isinstance(record, dict):
            return None
        text = str(record.get(self.time_key, ""))
        if not self.keep:
            record.pop(self.time_key, None)
        return Event(self._moment(text), record)

    def _moment(self, text: str) -> float:
        form, fraction = self.time_format, 0.0
        if form.endswith(".%L"):
            text, _, digits = text.rpartition(".")
            form, fraction = form.removesuffix(".%L"), float(f"0.{digits}") if digits.isdecimal() else 0.0
        try:
            return calendar.timegm(time.strptime(text, form)) - self.offset + fraction
        except ValueError:
            return time.time()
