"""Helm's --set arguments as values: `--set a.b[0]=1,c={x,y}`, `--set-string` and `--set-json`.

Source: helm/pkg/strvals/parser.go. What cannot be read is left out: Helm itself refuses it.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

_PART = re.compile(r"((?:\\.|[^.\[\\])*)((?:\[\d+\])*)(?:\.|$)")


def assigned(sets: Sequence[str]) -> dict[str, Any]:
    """The values that flags and arguments in turn, such as ("--set", "a.b=1"), set.

    >>> assigned(("--set", "a.b[0]=1,c={x,y}", "--set-string", "d=1", "--set-json", 'e={"f": null}'))
    {'a': {'b': [1]}, 'c': ['x', 'y'], 'd': '1', 'e': {'f': None}}
    """
    values: dict[str, Any] = {}
    for flag, argument in zip(sets[::2], sets[1::2], strict=False):
        if flag == "--set-json" and not argument.partition("=")[1]:
            data = _json(argument)
            values.update(data if isinstance(data, dict) else {})
            continue
        whole = flag in {"--set-json", "--set-literal"}
        for assignment in [argument] if whole else re.split(r"(?<!\\),(?![^{]*(?<!\\)\})", argument):
            path, equals, text = assignment.partition("=")
            if equals:
                _put(values, _steps(path), _value(flag, text))
    return values


def _steps(path: str) -> list[str | int]:
    """The keys and indices of a path: "a.b[0]" becomes a, b and 0."""
    steps: list[str | int] = []
    for key, indices in _PART.findall(path):
        if key or indices:
            steps += [re.sub(r"\\(.)", r"\1", key), *(int(index) for index in re.findall(r"\d+", indices))]
    return steps


def _value(flag: str, text: str) -> Any:
    if flag == "--set-json":
        return _json(text)
    if flag == "--set-literal":
        return text
    if text.startswith("{") and text.endswith("}"):
        return [_scalar(flag, part) for part in re.split(r"(?<!\\),", text[1:-1]) if part]
    return _scalar(flag, text)


def _scalar(flag: str, text: str) -> Any:
    plain = re.sub(r"\\(.)", r"\1", text)
    if flag == "--set-string":
        return plain
    if plain in _WORDS:
        return _WORDS[plain]
    return int(plain) if re.fullmatch(r"0|-?[1-9]\d*", plain) else plain


_WORDS = {"true": True, "false": False, "null": None}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _put(node: Any, steps: Sequence[str | int], value: Any) -> None:
    """Set a value at a path, and make the mappings and lists on the way."""
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        child: Any = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(step, int) and isinstance(node, list) and step < _MOST_ENTRIES:
            node += [None] * (step + 1 - len(node))
        elif not (isinstance(step, str) and isinstance(node, dict)):
            return  # a path through something that is neither
        kept = node[step] if isinstance(step, int) else node.get(step)
        if following is None or not isinstance(kept, type(child)):
            node[step] = child
        node = node[step]


_MOST_ENTRIES = 65536
"""Helm refuses a greater index (strvals.MaxIndex)."""
