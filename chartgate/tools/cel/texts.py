"""The functions of texts: cel-go's string extension (ext/strings.go) and Kubernetes' regular expressions (regex.go)."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from chartgate.tools.cel.declarations import INT, LIST, STRING, Functions
from chartgate.tools.cel.lists import plain

_VERB = re.compile(r"%(?:%|(\.\d+)?([sdfebxXo]))")
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_ASCII_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def add_texts(functions: Functions) -> None:
    """Declare the functions of texts."""
    add = functions.add
    add("charAt", STRING, STRING, INT, run=_char_at)
    add("indexOf", INT, STRING, STRING, run=lambda text, part: text.find(part))
    add("indexOf", INT, STRING, STRING, INT, run=lambda text, part, start: text.find(part, _inside(start, text)))
    add("lastIndexOf", INT, STRING, STRING, run=lambda text, part: text.rfind(part))
    add("lastIndexOf", INT, STRING, STRING, INT, run=_last_index)
    add("lowerAscii", STRING, STRING, run=lambda text: text.translate(_ASCII_LOWER))
    add("upperAscii", STRING, STRING, run=lambda text: text.translate(_ASCII_UPPER))
    add("replace", STRING, STRING, STRING, STRING, run=lambda text, old, new: text.replace(old, new))
    add("replace", STRING, STRING, STRING, STRING, INT, run=lambda text, old, new, most: text.replace(old, new, most))
    add("split", LIST, STRING, STRING, run=lambda text, by: _split(text, by, -1))
    add("split", LIST, STRING, STRING, INT, run=_split)
    add("substring", STRING, STRING, INT, run=lambda text, start: text[_inside(start, text) :])
    add("substring", STRING, STRING, INT, INT, run=_substring)
    add("trim", STRING, STRING, run=str.strip)
    add("join", STRING, LIST, run=lambda parts: "".join(parts))
    add("join", STRING, LIST, STRING, run=lambda parts, by: by.join(parts))
    add("strings.quote", STRING, STRING, run=lambda text: json.dumps(text, ensure_ascii=False), member=False)
    add("format", STRING, STRING, LIST, run=_format)
    add("find", STRING, STRING, STRING, run=_find)
    add("findAll", LIST, STRING, STRING, run=lambda text, pattern: _find_all(text, pattern, -1))
    add("findAll", LIST, STRING, STRING, INT, run=_find_all)


def _inside(index: int, text: Sequence[Any]) -> int:
    if not 0 <= index <= len(text):
        raise ValueError(f"index out of range: {index}")
    return index


def _char_at(text: str, index: int) -> str:
    return text[_inside(index, text) :][:1]


def _last_index(text: str, part: str, start: int) -> int:
    return text.rfind(part, 0, _inside(start, text) + len(part))


def _substring(text: str, start: int, end: int) -> str:
    if start > end:
        raise ValueError(f"invalid substring range. start: {start}, end: {end}")
    return text[_inside(start, text) : _inside(end, text)]


def _split(text: str, by: str, most: int) -> list[str]:
    if most == 0:
        return []
    if not by:
        cut = len(text) if most < 0 else most - 1
        return [*text[:cut], *([text[cut:]] if text[cut:] else [])]
    return text.split(by, -1 if most < 0 else most - 1)


def _pattern(pattern: str) -> re.Pattern[str]:
    r"""Convert a pattern of RE2 to one of Python, which writes the end of a text as \Z and not as \z."""
    return re.compile(re.sub(r"(?<!\\)((?:\\\\)*)\\z", r"\1\\Z", pattern))


def _find(text: str, pattern: str) -> str:
    found = _pattern(pattern).search(text)
    return found[0] if found else ""


def _find_all(text: str, pattern: str, most: int) -> list[str]:
    found, end = [], -1
    for match in _pattern(pattern).finditer(text):
        if match[0] or match.start() != end:  # Go leaves out an empty match that follows another one at once
            found.append(match[0])
        end = match.end()
    return found if most < 0 else found[:most]


def _format(template: str, arguments: Sequence[Any]) -> str:
    rest = iter(arguments)

    def filled(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        try:
            value = plain(next(rest))
        except StopIteration:
            raise ValueError("index out of range: too few arguments for the format") from None
        digits = int((match[1] or ".6")[1:])
        return _VERBS[match[2]](value, digits)

    if "%" in _VERB.sub("", template):
        raise ValueError("unrecognized formatting clause")
    return _VERB.sub(filled, template)


def shown(value: Any, _: int = 0) -> str:
    """The text of a value for %s in `format`, and for `string`."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}s"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        entries = sorted(f"{_quoted(key)}:{_quoted(child)}" for key, child in value.items())
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_quoted, value))}]"
    return bytes(value).decode() if isinstance(value, bytes | bytearray) else str(value)


def _quoted(value: Any) -> str:
    """The text of a value inside a list or map, where texts have quotation marks."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else shown(value)


def _scientific(value: Any, digits: int) -> str:
    number, _, exponent = f"{float(value):.{digits}e}".partition("e")
    return f"{number}×10{exponent.lstrip('+').translate(_RAISED)}"


def _hexadecimal(value: Any, _: int) -> str:
    if isinstance(value, str | bytes | bytearray):
        return (value.encode() if isinstance(value, str) else bytes(value)).hex()
    return f"{value:x}"


_VERBS: dict[str, Callable[[Any, int], str]] = {
    "s": shown,
    "d": lambda value, _: str(int(value)),
    "f": lambda value, digits: f"{float(value):.{digits}f}",
    "e": _scientific,
    "b": lambda value, _: f"{int(value):b}",
    "o": lambda value, _: f"{int(value):o}",
    "x": _hexadecimal,
    "X": lambda value, digits: _hexadecimal(value, digits).upper(),
}
