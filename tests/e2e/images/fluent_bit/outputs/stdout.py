"""The output stdout."""

import sys
from typing import Any

from ..configuration import Section
from ..errors import NotDoneError
from ..events import DatedJson, Event, compact


class Stdout:
    """A line a record: JSON (`format json_lines`), or by default a text for people."""

    def __init__(self, section: Section) -> None:
        self._format = section.get("format", "msgpack")
        if self._format not in {"json_lines", "msgpack"}:
            raise NotDoneError(f"stdout: format: this stand-in knows json_lines and msgpack, not '{self._format}'")
        self._json = DatedJson.of(section)

    def send(self, tag: str, events: list[Event]) -> None:
        if self._format == "json_lines":
            sys.stdout.write(self._json.lines(events))
        else:
            for number, event in enumerate(events):
                sys.stdout.write(f"[{number}] {tag}: [[{event.time:.9f}, {{}}], {_text(event.record)}]\n")
        sys.stdout.flush()


def _text(value: Any) -> str:
    """A value as the real program prints it, such as `{"lvl"=>"info", "size"=>1.500000}`."""
    match value:
        case dict():
            return "{" + ", ".join(f"{_text(key)}=>{_text(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_text, value)) + "]"
        case None:
            return "nil"
        case float():
            return f"{value:.6f}"
    return compact(value)
