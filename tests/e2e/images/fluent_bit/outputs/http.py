"""The output http."""

import gzip

from ..configuration import Section
from ..errors import NotDoneError
from ..events import DatedJson, Event, compact
from .post import HttpReceiver

_CONTENT_TYPES = {"json": "application/json", "json_lines": "application/x-ndjson"}


class Http:
    """Posts a chunk as one list (`json`) or a record a line (`json_lines`)."""

    def __init__(self, section: Section) -> None:
        self._receiver = HttpReceiver(section, 80)
        self._uri = section.get("uri", "/")
        self._format = section.get("format", "json")
        self._json = DatedJson.of(section)
        self._gzip = section.get("compress") == "gzip"
        if self._format not in _CONTENT_TYPES:
            raise NotDoneError(f"http: format: this stand-in knows json and json_lines, not '{self._format}'")

    def send(self, _tag: str, events: list[Event]) -> None:
        if self._format == "json":
            body = compact([self._json.one(event) for event in events]).encode()
        else:
            body = self._json.lines(events).encode()
        headers = []
        if self._gzip:
            body = gzip.compress(body)
            headers.append(("Content-Encoding", "gzip"))
        self._receiver.post(self._uri, body, _CONTENT_TYPES[self._format], *headers)
