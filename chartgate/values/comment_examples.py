"""Examples in the comments of values.yaml, as `helm create` writes them.

tls: []
#  - secretName: chart-example-tls
#    hosts: [chart-example.local]
# targetMemoryUtilizationPercentage: 80
"""

import re
from collections.abc import Callable, Mapping, Sequence
from textwrap import dedent
from typing import Any

import yaml

from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.template_walk import Names

_KEY = re.compile(r"""( *)(["']?)([\w./-]+)\2:(?:[ \t]+(.*))?$""")
_COMMENT = re.compile(r"( *)#+ ?(.*)$")
_EMPTY = re.compile(r"""(\{\}|\[\]|""|''|null|~)?\s*(#.*)?$""")
_SENTENCE = re.compile(r"([A-Za-z'`,]{2,}\s+){3}[^:#]*")
"""The text of a plain scalar that is a sentence about a value, and no value: four words one after another."""
_PLAIN_KEY = re.compile(r"(?!(?:ref|e\.?g|examples?|note|default|see|ps|warning|todo)$)[\w./-]+", re.IGNORECASE)
"""The key of a map, and not the first word of a sentence."""
PLACEHOLDER = re.compile(r"<[\w .-]+>|\.\.\.|…")
"""Placeholders that a user replaces."""
LONGEST = 40
"""Lines of a comment in which an example is looked for."""


def comment_examples(text: str, wanted: Callable[[Names], bool]) -> dict[Names, Any]:
    """The examples of a values file by the path of the value.

    The example of an empty value is in the comment below it. The example of a key that is commented out is its value.

    Args:
        wanted: whether the example of a path is needed.
    """
    found: dict[Names, Any] = {}
    above: list[tuple[int, str]] = []
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        comment, key = _COMMENT.match(line), _KEY.match(line)
        if comment:
            _close(above, len(comment[1]))
            first = _KEY.match(comment[2])
            path = (*(name for _, name in above), first[3] if first else "")
            if first and path not in found and not _SENTENCE.match(first[4] or "") and wanted(path):
                example = _commented_out(lines[number - 1 :])
                if example is not None:
                    found[path] = example
        elif key:
            indent = len(key[1])
            _close(above, indent)
            above.append((indent, key[3]))
            value = key[4] or ""
            if value.startswith(("|", ">")):
                number = _after(lines, number, indent)
            elif _EMPTY.match(value):
                path = tuple(name for _, name in above)
                example = _below(lines[number:], is_list=value.startswith("[")) if wanted(path) else None
                if isinstance(example, Mapping):
                    example = example.get(path[-1], example)
                if example:
                    found[path] = example
        elif line.lstrip().startswith("-"):
            indent = len(line) - len(line.lstrip())
            _close(above, indent + 1)
            number = _after(lines, number, indent)
    return found


def _close(above: list[tuple[int, str]], indent: int) -> None:
    """Leave the maps that end before a line with this indent."""
    while above and above[-1][0] >= indent:
        above.pop()


def _after(lines: Sequence[str], number: int, indent: int) -> int:
    """The number of the first line that is indented no more than this."""
    while number < len(lines) and (not lines[number].strip() or lines[number].startswith(" " * (indent + 1))):
        number += 1
    return number


def _block(lines: Sequence[str]) -> list[str]:
    """What the comment says with which the lines begin."""
    block = []
    for line in lines[:LONGEST]:
        comment = _COMMENT.match(line)
        if not comment:
            break
        block.append(comment[2])
    return block


def _below(lines: Sequence[str], *, is_list: bool) -> Any:
    """The first list or map in the comment below a value."""
    block = _block(lines)
    for start in range(len(block)):
        for end in range(len(block), start, -1):
            example = _parsed(block[start:end])
            if isinstance(example, list) if is_list else _is_map(example):
                return example
    return None


def _commented_out(lines: Sequence[str]) -> Any:
    """The value of the key in the first line, which may go on in further lines; None where it is empty."""
    block = _block(lines)
    indent = len(block[0]) - len(block[0].lstrip())
    end = 1
    while end < len(block) and re.match(rf" {{{indent + 1}}}| {{{indent}}}-", block[end]):
        end += 1
    example = _parsed(block[:end])
    value = next(iter(example.values()), None) if _is_map(example) else None
    return None if value in ("", {}, []) else value


def _parsed(lines: Sequence[str]) -> Any:
    text = dedent("\n".join(lines))
    if PLACEHOLDER.search(text):
        return None
    try:
        return read_one(text)
    except yaml.YAMLError:
        return None


def _is_map(example: Any) -> bool:
    return isinstance(example, Mapping) and all(_PLAIN_KEY.fullmatch(str(key)) for key in example)
