"""Fluent Bit's classic format: sections in brackets, a key and a value a line, `#` for comments, `@` for commands.

Source: Fluent Bit manual, Configuration, classic mode.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

_SECTION = re.compile(r"\[(.+)\]")
_LOOKS_LIKE_ONE = re.compile(r"^\[(?:SERVICE|INPUT|FILTER|OUTPUT|PARSER|MULTILINE_PARSER)\]\s*$", re.MULTILINE)
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True)
class Section:
    """A section: its name in lower case, the line it begins at, and its (key, value, line) in order."""

    name: str
    line: int
    entries: list[tuple[str, str, int]] = field(default_factory=list)

    def get(self, key: str) -> str:
        """The value of a key, which is case-insensitive; empty when the section has none."""
        return next((value for name, value, _ in self.entries if name.lower() == key), "")

    def all(self, key: str) -> list[str]:
        """The value of every line with this key."""
        return [value for name, value, _ in self.entries if name.lower() == key]


@dataclass(frozen=True, eq=False)
class Configuration:
    """A file: its sections, the variables it sets itself, and (line, what is wrong) for what is not the format."""

    sections: list[Section]
    variables: frozenset[str]
    odd: list[tuple[int, str]]


def is_configuration(text: str) -> bool:
    """Whether a text is Fluent Bit's classic format, by a section that only Fluent Bit has."""
    return bool(_LOOKS_LIKE_ONE.search(text))


@lru_cache(maxsize=1024)
def parse(text: str) -> Configuration:
    """Read a file, equal ones once; what cannot be read is listed, not raised."""
    sections: list[Section] = []
    variables, odd = set(), []
    indent = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            command, _, rest = line.partition(" ")
            if command.upper() == "@SET":
                variables.add(rest.partition("=")[0].strip())
            continue
        section = _SECTION.fullmatch(line)
        if section:
            sections.append(Section(section[1].strip().lower(), number))
            continue
        key, _, value = line.partition(" ") if " " in line else line.partition("\t")
        before = raw[: len(raw) - len(raw.lstrip())]
        indent = indent or before
        if not sections or not value.strip():
            odd.append((number, f"{key} is not a key with a value in a section"))
        elif not before or before != indent:
            odd.append((number, f"{key} is not indented as the first key of the file is"))
        else:
            sections[-1].entries.append((key, value.strip(), number))
    return Configuration(sections, frozenset(variables), odd)


def variables_of(value: str) -> list[str]:
    """The names in `${NAME}` of a value."""
    return _VARIABLE.findall(value)
