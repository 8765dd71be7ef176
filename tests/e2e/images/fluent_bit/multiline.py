"""Multiline parsers: lines that belong together become one text.

Source: Fluent Bit manual, Multiline Parsing. A rule has a state, a regular expression and the state of the next line.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from .configuration import Section
from .errors import ConfigurationError, NotDoneError

_START = "start_state"


@dataclass(frozen=True)
class MultilineParser:
    """The rules of one parser: (state, pattern, next state). The last group waits `flush_seconds` for more lines."""

    rules: tuple[tuple[str, re.Pattern[str], str], ...]
    flush_seconds: float

    @classmethod
    def of(cls, section: Section) -> "MultilineParser":
        """Raises ConfigurationError for a type that is not regex, or a rule that cannot be read."""
        if section.get("type").lower() != "regex":
            raise NotDoneError(f"[MULTILINE_PARSER] type: this stand-in knows regex, not '{section.get('type')}'")
        rules = []
        for text in section.all("rule"):
            words = shlex.split(text.replace("\\", "\\\\"))
            if len(words) != 3 or not re.fullmatch(r"/.*/", words[1]):
                raise ConfigurationError(f"[MULTILINE_PARSER] rule: '{text}' is not a state, a pattern and a state")
            rules.append((words[0], re.compile(words[1][1:-1]), words[2]))
        return cls(tuple(rules), section.number("flush_timeout", 4000) / 1000)

    def join(self, lines: list[str]) -> Iterator[list[str]]:
        """The groups of lines that belong together; a line that no rule takes is a group of its own."""
        group: list[str] = []
        state = ""
        for line in lines:
            following = self._next(state, line) if group else None
            if following is None:
                if group:
                    yield group
                state, group = self._next(_START, line) or "", [line]
                if not state:
                    yield group
                    group = []
            else:
                state = following
                group.append(line)
        if group:
            yield group

    def _next(self, state: str, line: str) -> str | None:
        return next((then for name, pattern, then in self.rules if name == state and pattern.search(line)), None)
