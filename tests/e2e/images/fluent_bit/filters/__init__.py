"""The filters, by the name of their plugin, each for the tags that its `Match` takes."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from ..configuration import Section
from ..errors import NotDoneError
from ..events import Event
from ..parser import JsonParser
from .lua import Lua
from .parser import Parser
from .record_modifier import RecordModifier

Filter = Callable[[str, Event], Event | None]
"""What becomes of a tag's event; None drops it."""


def filter_of(section: Section, parsers: Mapping[str, JsonParser]) -> Filter:
    """The filter of a section.

    Raises:
        ConfigurationError: its settings are refused.
    """
    match section.get("name").lower():
        case "lua":
            one: Filter = Lua(section)
        case "parser":
            one = Parser(section, parsers)
        case "record_modifier":
            one = RecordModifier(section)
        case other:
            raise NotDoneError(f"[FILTER {other}]: this stand-in does not do it")
    pattern = section.get("match")
    return lambda tag, event: one(tag, event) if fnmatchcase(tag, pattern) else event
