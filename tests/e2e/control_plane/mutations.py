"""Sound objects of many kinds, each with one change at every place: for the real server and the gate alike."""

import copy
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from chartgate.tools.walk import Path, walk

SOUND = pathlib.Path(__file__).parent / "corpus" / "sound.yaml"
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
        for path, change, value in _changes(manifest):
            place = "".join("[]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
            yield Mutation(manifest["kind"], place, change, _changed(manifest, path, value))


def _changes(manifest: dict[str, Any]) -> Iterator[tuple[Path, str, Any]]:
    for path, node in walk(manifest):
        if path in {(), ("apiVersion",), ("kind",)}:
            continue
        if isinstance(path[-1], str):
            yield path, "removed", _REMOVED
        if isinstance(node, dict) and node:
            yield path, "{}", {}
        elif isinstance(node, list):
            yield path, "[]", []
            yield path, "first item twice", [node[0], *copy.deepcopy(node)]
        elif isinstance(node, str):
            yield path, WRONG_TEXT, WRONG_TEXT
            yield path, "empty", ""
        elif isinstance(node, int) and not isinstance(node, bool):
            yield path, str(WRONG_NUMBER), WRONG_NUMBER


def _changed(manifest: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    whole = copy.deepcopy(manifest)
    node: Any = whole
    for step in path[:-1]:
        node = node[step]
    if value is _REMOVED:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return whole
