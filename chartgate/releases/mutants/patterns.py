"""Regular expressions that differ in one place from a given one."""

import re
from collections.abc import Iterator

_CLASS = re.compile(r"\[\^?((?:\\.|[^\]\\])+)\]")
_MEMBER = re.compile(r"\\.|.-[^\]]|.")
MOST = 2
"""The number of places at which a pattern is changed."""


def weaker_patterns(pattern: str) -> list[str]:
    """The pattern without one of its alternatives, without one member of a class; without an anchor if it has neither.

    Example:
        >>> weaker_patterns("[.:]|^localhost$")
        ['^localhost$', '[.:]', '[:]|^localhost$', '[.]|^localhost$']
    """
    found = [*_without_an_alternative(pattern)][:MOST]
    for one in [*_CLASS.finditer(pattern)][:MOST]:
        found += [*_without_a_member(pattern, one)][:MOST]
    if not found:
        found = [text for text in (pattern.removeprefix("^"), pattern.removesuffix("$")) if text not in {pattern, ""}]
    return [text for text in found if _is_valid(text)]


def _without_an_alternative(pattern: str) -> Iterator[str]:
    parts = _alternatives(pattern)
    if len(parts) > 1:
        for number in range(len(parts)):
            yield "|".join(parts[:number] + parts[number + 1 :])


def _alternatives(pattern: str) -> list[str]:
    """The pattern split at each | that stands in no group and no class."""
    parts, depth, in_class, begin = [], 0, False, 0
    index = 0
    while index < len(pattern):
        sign = pattern[index]
        if sign == "\\":
            index += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and not depth:
            parts.append(pattern[begin:index])
            begin = index + 1
        index += 1
    return [*parts, pattern[begin:]]


def _without_a_member(pattern: str, found: re.Match[str]) -> Iterator[str]:
    members = [*_MEMBER.finditer(found[1])]
    if len(members) > 1:
        for member in members:
            start, end = (found.start(1) + position for position in member.span())
            yield pattern[:start] + pattern[end:]


def _is_valid(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return bool(pattern)
