"""The output stdout."""

import sys

from ..configuration import Section
from ..errors import ConfigurationError
from ..events import DatedJson, Event


class Stdout:
    """A line of JSON a record (`format json_lines`)."""

    def __init__(self, section: Section) -> None:
        if section.get("format") != "json_lines":
            raise ConfigurationError(f"stdout: format: this stand-in knows json_lines, not '{section.get('format')}'")
        self._json = DatedJson.of(section)

    def send(self, _tag: str, events: list[Event]) -> None:
        sys.stdout.write(self._json.lines(events))
        sys.stdout.flush()
