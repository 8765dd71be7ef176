"""The parsers of a configuration, from its `Parsers_File`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .configuration import Section, read
from .errors import ConfigurationError
from .multiline import MultilineParser
from .parser import JsonParser


@dataclass(frozen=True)
class Parsers:
    """Parsers of a line and of several lines, by name."""

    lines: Mapping[str, JsonParser]
    multiline: Mapping[str, MultilineParser]

    def of(self, source: Section) -> tuple[JsonParser | None, MultilineParser | None]:
        """What an input names. Like the real program, an input starts without a parser of lines that is not defined.

        Raises:
            ConfigurationError: there is no multiline parser of that name.
        """
        line, several = source.get("parser"), source.get("multiline.parser")
        if several and several not in self.multiline:
            raise ConfigurationError(f"[multiline] parser '{several}' not registered")
        return self.lines.get(line), self.multiline.get(several)


def read_parsers(service: Section, environment: Mapping[str, str]) -> list[Section]:
    """The sections of all files of parsers that [SERVICE] names.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    return [section for path in service.all("parsers_file") for section in read(Path(path), environment)]


def parsers_of(sections: list[Section]) -> Parsers:
    """The parsers that sections define.

    Raises:
        ConfigurationError: a parser is refused.
    """
    return Parsers(
        {section.get("name"): JsonParser.of(section) for section in sections if section.name == "PARSER"},
        {
            section.get("name"): MultilineParser.of(section)
            for section in sections
            if section.name == "MULTILINE_PARSER"
        },
    )
