"""What a matrix leaves out: booleans and enum values of values.schema.json that no axis varies."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from chartgate.values.matrix import Matrix
from chartgate.values.shape import Path_, Shape


def gaps(matrix: Matrix, shape: Shape) -> list[str]:
    """A sentence about each choice that no case makes and no entry of `unvaried` explains, and about each such entry
    that explains nothing.

    A default counts as made, since some case leaves it alone.
    """
    made: dict[str, list[Any]] = defaultdict(list)
    for values in (shape.defaults, *matrix.fragments()):
        for place, value in shape.places(values):
            made[_pattern(place.path)].append(value)
    missing = [
        (path, choice)
        for path, choices in _choices(shape, shape.root, ())
        for choice in choices
        # In Python 1 and true are equal; in values they are not.
        if not any(type(one) is type(choice) and one == choice for one in made[path])
    ]
    patterns = [entry.path for entry in matrix.unvaried]
    unexplained = [
        f"{path}={json.dumps(choice, ensure_ascii=False)}: no axis has it: add it to an axis, or to unvaried with the "
        "reason"
        for path, choice in missing
        if not any(fnmatchcase(path, _escaped(pattern)) for pattern in patterns)
    ]
    idle = [
        f"unvaried: {pattern}: explains nothing: remove it"
        for pattern in patterns
        if not any(fnmatchcase(path, _escaped(pattern)) for path, _ in missing)
    ]
    return [*unexplained, *idle]


def _choices(
    shape: Shape, schema: Any, path: Path_, above: tuple[int, ...] = ()
) -> Iterator[tuple[str, Sequence[Any]]]:
    schema = shape.resolved(schema)
    if isinstance(schema.get("enum"), list):
        yield _pattern(path), schema["enum"]
    elif schema.get("type") == "boolean":
        yield _pattern(path), [True, False]
    if id(schema) in above:  # a schema may refer to itself
        return
    for key, child in shape.properties(schema).items():
        yield from _choices(shape, child, (*path, key), (*above, id(schema)))
    if isinstance(schema.get("items"), Mapping):
        yield from _choices(shape, schema["items"], (*path, 0), (*above, id(schema)))


def _pattern(path: Path_) -> str:
    """The path without indices: `ingress.hosts[].host`."""
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _escaped(pattern: str) -> str:
    """A glob in which brackets, which mean list items here, stand for themselves."""
    return pattern.replace("[", "[[]")
