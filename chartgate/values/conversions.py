"""Converts values of a version of a chart to a later version, as the chart's `conversions.yaml` describes."""

import re
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import UNSET

from chartgate.errors import GateError
from chartgate.tools.models import parsed
from chartgate.tools.reading import Reading, shown
from chartgate.tools.version_ranges import read_version
from chartgate.values.conversions_file import ACTIONS, Change, ConversionsFile, Prefix, Split

FILE_NAME = "conversions.yaml"
_ONE_ACTION = f"a change has one action: write exactly one of {', '.join(ACTIONS)}"

Values = MutableMapping[str, Any]


@dataclass(frozen=True)
class Note:
    """A note about a changed value, without the value itself. `by_hand`: the user has to do something."""

    path: str
    text: str
    by_hand: bool = False


def read_conversions(folder: Path, reading: Reading) -> ConversionsFile:
    """The conversions of the chart in a folder.

    Raises:
        GateError: the chart has none, or the file is not valid.
    """
    path = folder / FILE_NAME
    content = reading.content(path)
    if content is None:
        raise GateError(f"{shown(path)}: there is no such file: the chart does not describe how to convert its values")
    return parsed(content, path, ConversionsFile, one_of=_ONE_ACTION)


def changes_between(file: ConversionsFile, before: str, after: str) -> list[Change]:
    """The changes from one version to another, those of the older versions first.

    Raises:
        GateError: `before` is older than the oldest version that the file knows, or newer than `after`.
    """
    start, end = read_version(before), read_version(after)
    if start > end:
        raise GateError(f"{before} is newer than {after}: values can only be converted to the same or a later version")
    if start < read_version(file.oldest):
        raise GateError(f"{before} is too old: {file.oldest} is the oldest version whose values can be converted")
    steps = sorted(((read_version(one.version), one.changes) for one in file.conversions), key=lambda step: step[0])
    return [change for version, changes in steps if start < version <= end for change in changes]


def convert(values: Values, changes: Sequence[Change]) -> list[Note]:
    """Make the changes in `values`, in place. The result are notes about them, without values, which may be secrets."""
    return [note for change in changes for note in _made(change, values)]


def _made(change: Change, values: Values) -> Iterator[Note]:
    keys = _keys(change.value)
    parent = _mapping(values, keys[:-1])
    if parent is None or keys[-1] not in parent:
        return
    value, path, extra = parent[keys[-1]], change.value, f" ({change.note})" if change.note is not UNSET else ""
    if change.only is not UNSET and not any(_is_like(value, one) for one in change.only):
        return
    if change.remove is not UNSET or change.by_hand is not UNSET:
        _take(values, keys)
        text = change.remove if change.remove is not UNSET else change.by_hand
        yield Note(path, f"left out: {text}{extra}", by_hand=change.remove is UNSET)
    elif change.move_to is not UNSET:
        _take(values, keys)
        if _put(values, _keys(change.move_to), value):
            yield Note(path, f"is now {change.move_to}{extra}")
        else:
            yield Note(
                path, f"left out: {change.move_to} is set, too: write the value that you want there", by_hand=True
            )
    elif change.prefix_of is not UNSET:
        yield _prefixed(values, path, value, change.prefix_of, extra)
    elif change.split is not UNSET:
        yield from _cut(values, path, value, change.split, extra)
    else:
        parent[keys[-1]] = change.replace_with
        yield Note(path, f"has another value now{extra}")


def _prefixed(values: Values, path: str, value: Any, prefix: Prefix, extra: str) -> Note:
    keys = _keys(prefix.value)
    parent = _mapping(values, keys[:-1])
    other = parent.get(keys[-1]) if parent is not None else None
    other = prefix.default if other is None else other
    _take(values, _keys(path))
    if not (isinstance(value, str | None) and isinstance(other, str)):
        return Note(path, f"left out: it or {prefix.value} is no text: write both into {prefix.value}", by_hand=True)
    if value:
        _put(values, keys, f"{value}{prefix.separator}{other}", replace=True)
    return Note(path, f"is now the beginning of {prefix.value}{extra}")


def _cut(values: Values, path: str, value: Any, split: Split, extra: str) -> Iterator[Note]:
    if not isinstance(value, str) or split.at not in value:
        return
    first, _, rest = value.partition(split.at)
    _put(values, _keys(path), first, replace=True)
    if _put(values, _keys(split.rest), rest):
        yield Note(path, f"what follows the first {split.at} is now {split.rest}{extra}")
    else:
        text = f"what follows the first {split.at} is left out: {split.rest} is set, too: write the right one there"
        yield Note(path, text, by_hand=True)


def _keys(path: str) -> list[str]:
    r"""The keys of a path.

    >>> _keys(r"podAnnotations.example\.com/team")
    ['podAnnotations', 'example.com/team']
    """
    return [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", path)]


def _mapping(values: Values, keys: Sequence[str]) -> Values | None:
    """The mapping at a path; None where there is none."""
    node: Any = values
    for key in keys:
        node = node.get(key) if isinstance(node, MutableMapping) else None
    return node if isinstance(node, MutableMapping) else None


def _take(values: Values, keys: Sequence[str]) -> None:
    """Remove a value, and the mappings around it that are empty then."""
    parent = _mapping(values, keys[:-1])
    if parent is not None:
        del parent[keys[-1]]
        if not parent and len(keys) > 1:
            _take(values, keys[:-1])


def _put(values: Values, keys: Sequence[str], value: Any, *, replace: bool = False) -> bool:
    """Set a value, and make the mappings around it; False where something else is there already."""
    node = values
    for key in keys[:-1]:
        if node.get(key) is None:
            node[key] = {}
        node = node[key]
        if not isinstance(node, MutableMapping):
            return False
    if not replace and node.get(keys[-1]) is not None:
        return False
    node[keys[-1]] = value
    return True


def _is_like(value: Any, pattern: Any) -> bool:
    if isinstance(pattern, MutableMapping):
        return isinstance(value, MutableMapping) and all(
            key in value and _is_like(value[key], wanted) for key, wanted in pattern.items()
        )
    # Python takes true for 1.
    return bool(value == pattern) and isinstance(value, bool) == isinstance(pattern, bool)
