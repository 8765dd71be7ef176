"""The filter parser: a text in a record is read by a parser, and its keys take the place of the record's."""

from collections.abc import Mapping

from ..configuration import Section
from ..errors import ConfigurationError
from ..events import Event
from ..parser import JsonParser


class Parser:
    """`Key_Name`, `Parser` and `Reserve_Data`. A text that the parser cannot read leaves the record as it is."""

    def __init__(self, section: Section, parsers: Mapping[str, JsonParser]) -> None:
        self._key = section.get("key_name")
        self._reserve = section.switch("reserve_data", False)
        name = section.get("parser")
        if name not in parsers:
            raise ConfigurationError(f"parser '{name}' is not registered")
        self._parser = parsers[name]

    def __call__(self, _: str, event: Event) -> Event:
        parsed = self._parser.parse(str(event.record.get(self._key, "")))
        if parsed is None:
            return event
        kept = {key: value for key, value in event.record.items() if key != self._key} if self._reserve else {}
        return Event(parsed.time, {**parsed.record, **kept})
