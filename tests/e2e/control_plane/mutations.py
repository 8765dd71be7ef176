"""Sound objects of many kinds, each with one change at every place: for the real server and the gate alike."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SOUND = Path(__file__).parent / "corpus" / "sound.yaml"
WRONG_TEXT = "not valid!"
WRONG_NUMBER = -1
_REMOVED = object()


@dataclass(frozen=True)
class Mutation:
    """An object with one change. `place` has [] for any index, so that it names a kind of change."""

    kind: str
    place: str
    change: str
    manifest: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.kind} {self.manifest.get('metadata', {}).get('name')}: {self.place}: {self.change}"


def sound_objects() -> list[dict[str, Any]]:
    """The objects that an API server takes."""
    return list(yaml.safe_load_all(SOUND.read_text(encoding="utf-8")))


def mutations() -> Iterator[Mutation]:
    """Every object with one change: a part removed or emptied, a wrong text or number, or a list's first item twice."""
    for manifest in sound_objects():
        for path, change, value in _changes(manifest, ()):
            place = "".join("[]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
            yield Mutation(manifest["kind"], place, change, _changed(manifest, path, value))


def _changes(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    if isinstance(node, dict):
        if path and node:
            yield path, "{}", {}
        for key, child in node.items():
            if (*path, key) not in {("apiVersion",), ("kind",)}:
                yield (*path, key), "removed", _REMOVED
                yield from _changes(child, (*path, key))
    elif isinstance(node, list):
        yield path, "[]", []
        yield path, "first item twice", [node[0], *copy.deepcopy(node)]
        for index, child in enumerate(node):
            yield from _changes(child, (*path, index))
    elif isinstance(node, str):
        yield path, WRONG_TEXT, WRONG_TEXT
        yield path, "empty", ""
    elif isinstance(node, int) and not isinstance(node, bool):
        yield path, str(WRONG_NUMBER), WRONG_NUMBER


def _changed(manifest: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    whole = copy.deepcopy(manifest)
    node: Any = whole
    for step in path[:-1]:
        node = node[step]
    if value is _REMOVED:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return whole
