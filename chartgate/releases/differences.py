"""Two values compared, path by path."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chartgate.tools.walk import Path

ABSENT = object()
"""Stands for a value on the side that has none."""


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """The deepest places that differ. Lists of named entries are compared by name, so that one more is one change.

    A path has "[name]" for an entry of such a list.
    """
    if before is after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield from differences(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
    elif _named(before) and _named(after):
        old, new = ({entry["name"]: entry for entry in entries} for entries in (before, after))
        for name in dict.fromkeys([*old, *new]):
            yield from differences(old.get(name, ABSENT), new.get(name, ABSENT), (*path, f"[{name}]"))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, (*path, index))
    elif type(before) is not type(after) or before != after:
        yield path, before, after


def written(path: Sequence[str | int]) -> str:
    """A path as reports write it: "spec.containers[http].env[0]"."""
    parts = (f"[{part}]" if isinstance(part, int) else part if part.startswith("[") else f".{part}" for part in path)
    return "".join(parts).lstrip(".")


def _named(value: Any) -> bool:
    names = [entry.get("name") for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []
    return bool(names) and len(set(names)) == len(value) and all(isinstance(name, str) for name in names)
