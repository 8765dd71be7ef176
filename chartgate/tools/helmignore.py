"""The rules of a `.helmignore` file, as Helm reads them (pkg/ignore/rules.go in helm/helm).

They resemble those of .gitignore but are not the same: `**` is refused, a pattern with a slash has to match the whole
path inside the chart, and a path that a negated pattern does not match is ignored.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from chartgate.errors import GateError

FILE_NAME = ".helmignore"
ALWAYS = "templates/.?*"
"""Helm's own rule after those of the file."""


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    whole_path: bool
    negated: bool
    folders_only: bool

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        if self.folders_only and not is_folder:
            return self.negated
        matches = bool(self.pattern.fullmatch(path if self.whole_path else path.rpartition("/")[2]))
        return matches is not self.negated


class HelmIgnore:
    """The rules of one file, Helm's own among them.

    >>> rules = HelmIgnore("ci/\\n*.tmp\\n")
    >>> rules.ignores("ci", is_folder=True), rules.ignores("a/b.tmp", is_folder=False)
    (True, True)
    """

    def __init__(self, text: str = "") -> None:
        """Read the rules.

        Raises:
            GateError: Helm refuses one of them; the message names the line and the pattern.
        """
        lines = [*enumerate(text.removeprefix("\ufeff").split("\n"), 1), (0, ALWAYS)]
        stripped = ((number, line.strip()) for number, line in lines)
        self._rules = [_rule(line, number) for number, line in stripped if line and not line.startswith("#")]
        self._known: dict[tuple[str, bool], bool] = {}

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether Helm leaves out the file or the folder at `path`, which is relative to the chart's folder."""
        if (path, is_folder) not in self._known:
            self._known[path, is_folder] = any(rule.ignores(path, is_folder=is_folder) for rule in self._rules)
        return self._known[path, is_folder]


@lru_cache(maxsize=8)
def rules_of(text: str) -> HelmIgnore:
    """The rules in a text, with what is known of them: most changed copies of a chart have its rules.

    Raises:
        GateError: as `HelmIgnore`.
    """
    return HelmIgnore(text)


def _rule(text: str, line: int) -> _Rule:
    where = f'{FILE_NAME}: line {line}: "{text}"'
    if "**" in text:
        raise GateError(f"{where}: Helm does not support **: name each level, such as */*.tmp")
    negated = text.startswith("!")
    pattern = text.removeprefix("!").removesuffix("/")
    try:
        compiled = re.compile(_expression(pattern.removeprefix("/")), re.DOTALL)
    except ValueError as error:
        raise GateError(f"{where}: is not a pattern that Helm can read: {error}") from error
    return _Rule(compiled, "/" in pattern, negated, text.endswith("/"))


def _expression(pattern: str) -> str:
    """The pattern, in the syntax of Go's path/filepath.Match, as a regular expression.

    Raises:
        ValueError: the pattern is invalid.
    """
    parts = []
    rest = pattern
    while rest:
        char, rest = rest[0], rest[1:]
        match char:
            case "*":
                parts.append("[^/]*")
            case "?":
                parts.append("[^/]")
            case "[":
                part, rest = _character_class(rest)
                parts.append(part)
            case "\\":
                char, rest = _character(f"\\{rest}")
                parts.append(re.escape(char))
            case _:
                parts.append(re.escape(char))
    return "".join(parts)


def _character_class(rest: str) -> tuple[str, str]:
    """The class that begins behind "[", and what comes after it."""
    negated = rest.startswith("^")
    rest = rest.removeprefix("^")
    ranges: list[str] = []
    while not (ranges and rest.startswith("]")):
        low, rest = _character(rest, in_class=True)
        high = low
        if rest.startswith("-"):
            high, rest = _character(rest[1:], in_class=True)
        # A range that ends before it begins has no character.
        ranges.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")
    characters = "".join(ranges)
    if not characters:
        return ("." if negated else "(?!)"), rest[1:]
    return f"[{'^' if negated else ''}{characters}]", rest[1:]


def _character(text: str, *, in_class: bool = False) -> tuple[str, str]:
    """The first character of `text`, which a backslash may escape, and the rest."""
    if not text or (in_class and text[0] in "-]"):
        raise ValueError("a class in brackets is not complete" if in_class else "it ends with a backslash")
    if text[0] != "\\":
        return text[0], text[1:]
    if len(text) == 1:
        raise ValueError("it ends with a backslash")
    return text[1], text[2:]
