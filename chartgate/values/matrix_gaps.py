"""What a matrix leaves out: booleans and enum values of values.schema.json that no axis varies."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from chartgate.values.matrix import Matrix
from chartgate.values.shape import Path_, Shape


def gaps(matrix: Matrix, shape: Shape) -> list[str]:
    """`path=value` of each choice that no case makes and no `unvaried` entry explains; entries that explain nothing.

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
    idle = [pattern for pattern in patterns if not any(fnmatchcase(path, _escaped(pattern)) for path, _ in missing)]
    unexplained = [
        f"{path}={choice}" for path, choice in missing if not any(fnmatchcase(path, _escaped(one)) for one in patterns)
    ]
    return [*unexplained, *(f"unvaried: {pattern}: explains nothing: remove it" for pattern in idle)]


def _choices(shape: Shape, schema: Any, path: Path_) -> Iterator[tuple[str, list[Any]]]:
    schema = shape.resolved(schema)
    if schema.get("enum"):
        yield _pattern(path), schema["enum"]
    elif schema.get("type") == "boolean":
        yield _pattern(path), [True, False]
    if len(path) < 12:  # a schema may refer to itself
        for key, child in (schema.get("properties") or {}).items():
            yield from _choices(shape, child, (*path, key))
        if isinstance(schema.get("items"), Mapping):
            yield from _choices(shape, schema["items"], (*path, 0))


def _pattern(path: Path_) -> str:
    """The path without indices: `ingress.hosts[].host`."""
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _escaped(pattern: str) -> str:
    """A glob in which brackets, which mean list items here, stand for themselves."""
    return pattern.replace("[", "[[]")
