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
        """Whether a value is On (or true, yes). Where the real program starts with another value, it counts as Off."""
        text = self.get(key).lower()
        return text in {"on", "true", "yes"} if text else default

    def number(self, key: str, default: float) -> float:
        """A number.

        Raises:
            ConfigurationError: it is not one.
        """
        try:
            return float(self.get(key) or default)
        except ValueError as error:
            raise ConfigurationError(f"[{self.name}] {key}: '{self.get(key)}' is not a number") from error


def read(path: Path, environment: Mapping[str, str]) -> list[Section]:
    """The sections of a file, in order.

    Raises:
        ConfigurationError: the file cannot be read, or a line is not in the format. The first key of a file sets the
            indentation of all its keys.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    sections: list[Section] = []
    indent = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        heading = _SECTION.fullmatch(line.rstrip())
        if heading:
            sections.append(Section(heading[1]))
            continue
        key, _, value = line.strip().partition(" ")
        before = line[: len(line) - len(line.lstrip())]
        indent = indent or before
        if not sections or not before or not value.strip():
            raise ConfigurationError(f"{path}:{number}: neither a section nor an indented key with a value")
        if before != indent:
            raise ConfigurationError(f"error in {path}:{number}: invalid indentation level")
        sections[-1].entries.append((key.lower(), _with_variables(value.strip(), environment)))
    return sections


def size(text: str, default: str) -> int:
    """A size such as 1M, in bytes; the units are powers of two. Text that is not a size counts as the default."""
    found = re.fullmatch(r"(\d+)([KMG]?)B?", text.upper())
    if not found:
        return size(default, default)
    unit: int = 1024 ** " KMG".index(found[2] or " ")
    return int(found[1]) * unit


def _with_variables(value: str, environment: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: environment.get(found[1], ""), value)
