"""The classic format: sections in brackets, an indented key and its value a line.

Source: Fluent Bit manual, Configuration, classic mode; `${NAME}` is replaced from the environment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import ConfigurationError

_SECTION = re.compile(r"\[([A-Z_]+)\]")
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass
class Section:
    """A section by its name; `entries` are (key in lower case, value), a key as often as it is written."""

    name: str
    entries: list[tuple[str, str]] = field(default_factory=list)

    def get(self, key: str, default: str = "") -> str:
        """The last value of a key."""
        return ([value for name, value in self.entries if name == key] or [default])[-1]

    def all(self, key: str) -> list[str]:
        """Every value of a key that may be repeated."""
        return [value for name, value in self.entries if name == key]

    def switch(self, key: str, default: bool) -> bool:
        """A value that is On or Off (or true, false, yes, no).

        Raises:
            ConfigurationError: it is neither.
        """
        text = self.get(key).lower()
        if text in {"on", "true", "yes"}:
            return True
        if text in {"off", "false", "no"}:
            return False
        if text:
            raise ConfigurationError(f"[{self.name}] {key}: '{text}' is neither On nor Off")
        return default

    def number(self, key: str, default: float) -> float:
        """A number.

        Raises:
            ConfigurationError: it is none.
        """
        try:
            return float(self.get(key) or default)
        except ValueError as error:
            raise ConfigurationError(f"[{self.name}] {key}: '{self.get(key)}' is no number") from error


def read(path: Path, environment: Mapping[str, str]) -> list[Section]:
    """The sections of a file, in order.

    Raises:
        ConfigurationError: the file cannot be read, or a line is none of the format.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    sections: list[Section] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        heading = _SECTION.fullmatch(line.rstrip())
        if heading:
            sections.append(Section(heading[1]))
            continue
        key, _, value = line.strip().partition(" ")
        if not sections or line[0] not in " \t" or not value.strip():
            raise ConfigurationError(f"{path}:{number}: neither a section nor an indented key with a value")
        sections[-1].entries.append((key.lower(), _with_variables(value.strip(), environment)))
    return sections


def size(text: str) -> int:
    """A size such as 1M, in bytes; the units are powers of two.

    Raises:
        ConfigurationError: it is none.
    """
    found = re.fullmatch(r"(\d+)([KMG]?)B?", text.upper())
    if not found:
        raise ConfigurationError(f"'{text}' is no size")
    unit: int = 1024 ** " KMG".index(found[2] or " ")
    return int(found[1]) * unit


def _with_variables(value: str, environment: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: environment.get(found[1], ""), value)
