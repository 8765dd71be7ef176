"""What stops Fluent Bit at its start, or `fluent-bit --dry-run`, although it knows every plugin and key.

Source: Fluent Bit 5.1.1, run with each of these configurations. `schema/fluent_bit/values.yaml` lists the values.
"""

import re
from collections import Counter
from collections.abc import Iterator
from math import ceil

from chartgate.findings.fluent_bit import known
from chartgate.findings.fluent_bit.classic import Configuration, Section

Fault = tuple[str, int, str]
"""Rule, line, what is wrong."""

# Errors in a regular expression that every dialect has; Fluent Bit's own is Onigmo, which Python cannot parse.
_BROKEN = ("unterminated character set", "unterminated subpattern", "unbalanced parenthesis", "nothing to repeat")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_BUFFER = "32k"
"""The default of `Buffer_Chunk_Size` and `Buffer_Max_Size` of the input tail."""


def section_faults(section: Section, plugin: str) -> Iterator[Fault]:
    """What is wrong with one section. A value with a variable is not judged."""
    for key in known.required(section.name, plugin):
        if not section.get(key):
            yield "missing-key", section.line, f"{section.name} {plugin} has no {key}"
    both = [key for key in known.exclusive(section.name, plugin) if section.get(key)]
    if len(both) > 1:
        yield "wrong-value", section.line, f"{section.name} {plugin} has {' and '.join(both)}: it takes one of them"
    yield from _twice(section, plugin)
    for key, value, line in section.entries:
        if "${" in value:
            continue
        form = known.form(section.name, plugin, key)
        if form and not form.pattern.fullmatch(value):
            yield "wrong-value", line, f"{key} is {value}, which is not {form.words}"
        elif (section.name, plugin) == ("filter", "grep") and key.lower() in {"regex", "exclude"}:
            yield from _expression(key, value.split(maxsplit=1)[1], line)
    if (section.name, plugin) == ("input", "tail"):
        yield from _buffers(section)


def file_faults(configuration: Configuration) -> Iterator[Fault]:
    """What is wrong between the sections of a file."""
    services = [section for section in configuration.sections if section.name == "service"]
    if not services or any(section.get("storage.path") for section in services):
        return
    for section in configuration.sections:
        if section.name == "input" and section.get("storage.type").lower() == "filesystem":
            yield "missing-key", section.line, "storage.type is filesystem, but SERVICE has no storage.path"


def _twice(section: Section, plugin: str) -> Iterator[Fault]:
    once = known.once(section.name, plugin) if plugin else frozenset()
    seen: Counter[str] = Counter()
    for key, _, line in section.entries:
        seen[key.lower()] += 1
        if key.lower() in once and seen[key.lower()] == 2:
            yield "twice", line, f"{key} appears twice in {section.name} {plugin}"


def _expression(key: str, expression: str, line: int) -> Iterator[Fault]:
    try:
        re.compile(expression)
    except re.error as error:
        if any(text in error.msg for text in _BROKEN):
            yield "wrong-value", line, f"{key}: {expression} is not a regular expression: {error.msg}"


def _buffers(section: Section) -> Iterator[Fault]:
    chunk, most = (section.get(key) or _BUFFER for key in ("buffer_chunk_size", "buffer_max_size"))
    first, limit = _bytes(chunk), _bytes(most)
    if first is not None and limit is not None and first > limit:
        yield "wrong-value", section.line, f"Buffer_Max_Size is {most}, which is less than Buffer_Chunk_Size, {chunk}"


def _bytes(size: str) -> int | None:
    """A size in bytes; None for a size of another form, or one with a variable."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([KMG]?)B?", size.upper())
    return ceil(float(found[1]) * _UNITS[found[2]]) if found else None
