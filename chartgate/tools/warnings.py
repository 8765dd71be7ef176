"""The warnings among what Helm writes to standard error, in the same words whichever Helm writes them."""

import re

# Helm 3 logs with a time, and often the line of its source; its library with a time and a level; Helm 4 in pairs.
_PAIRS = re.compile(r'^level=(\w+) msg=(?:"((?:[^"\\]|\\.)*)"|(\S+))(.*)$')
_LEVEL = re.compile(r"^(DEBUG|INFO|WARN|ERROR) ")
_OPENING = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ")
_DEPRECATED = re.compile(r"(WARNING: )?this chart is deprecated.*", re.IGNORECASE)
_SOURCE = re.compile(r"^\S+\.go:\d+: ")


def warnings_in(text: str) -> list[str]:
    """Each warning, in the order in which Helm wrote them. That a chart is deprecated, its author knows: it says so."""
    lines = [line for level, line in map(_read, text.splitlines()) if level == "WARN" or "warning" in line.lower()]
    return [line for line in lines if not _DEPRECATED.fullmatch(line)]


def _read(line: str) -> tuple[str, str]:
    pairs = _PAIRS.match(line)
    if pairs:
        level, quoted, bare, rest = pairs.groups()
        return level, (bare or re.sub(r"\\(.)", r"\1", quoted)) + rest
    line = _OPENING.sub("", line)
    level = _LEVEL.match(line)
    return (level[1], line[level.end() :]) if level else ("", _SOURCE.sub("", line))
