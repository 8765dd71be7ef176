"""Other values for a place of a chart's values, the most likely ones first."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from random import Random
from typing import Any

from chartgate.tools.walk import walk
from chartgate.values.random_values import RandomValues
from chartgate.values.shape import Path_, Place, Shape, dotted

MOST = 6
"""Other values of one place, but for the choices of an enum, all of which are tried."""
KNOWN = 3
"""Of these, those that some case has."""
INVENTED = 10
"""Attempts to invent one: a random map or list is often empty, as the default is."""
# What Kubernetes defines is often left open by a schema: a key and an item that most templates take.
OPEN_MAP = {"example.com/key": "value"}
OPEN_VARIABLES = {"EXAMPLE": "value"}
OPEN_ITEM = {"name": "example", "image": "example", "mountPath": "/example", "alert": "Example", "kind": "Gateway"}


class OtherValues:
    """Values to try at the places of a chart.

    Args:
        known: values of cases. A value that one of them has at a place is tried there first.
    """

    def __init__(self, shape: Shape, known: Iterable[Mapping[str, Any]]) -> None:
        self._shape = shape
        self._known: defaultdict[Path_, list[Any]] = defaultdict(list)
        for values in (shape.defaults, *known):
            for path, value in walk(values):
                self._known[_first_items(path)].append(value)

    def of(self, place: Place) -> list[Any]:
        """Distinct values that the schema accepts at a place. The default may be among them."""
        found: dict[str, Any] = {}
        choices = self._choices(place)
        most = max(MOST, len(choices) + 1)
        known = islice(_distinct(self._fitting(place, self._known[place.path])), None if choices else KNOWN + 1)
        values = [*known, *choices, *self._fitting(place, self._invented(place))]
        # A text may be read only by a condition. The first of the values is mostly the default.
        values[2:2] = self._fitting(place, [""] if isinstance(self._shape.default_at(place.path), str) else [])
        for value in _distinct(values):
            found[_text(value)] = value
            if len(found) == most:
                break
        return list(found.values())

    def _fitting(self, place: Place, values: Iterable[Any]) -> Iterator[Any]:
        return (value for value in values if value is not None and self._shape.fits_at(value, place.schema))

    def _choices(self, place: Place) -> list[Any]:
        default = self._shape.default_at(place.path)
        boolean = place.schema.get("type") == "boolean" or isinstance(default, bool)
        return [one for one in place.schema.get("enum") or () if one is not None] or ([True, False] if boolean else [])

    def _invented(self, place: Place) -> Iterator[Any]:
        inventor = RandomValues(self._shape, Random(dotted(place.path)))
        for make in (inventor.value_at, lambda place: inventor.value(place.schema)):
            for _ in range(INVENTED):
                try:
                    yield make(place)
                except LookupError:
                    break
        yield from _open(place, self._shape.default_at(place.path))


def _open(place: Place, default: Any) -> Iterator[Any]:
    """Values for a place without a type in the schema: of the type of the default, else of every type."""
    if isinstance(default, bool):
        yield not default
    elif isinstance(default, int | float):
        yield from (default + 1, 1, 0)
    elif isinstance(default, str) and default:
        yield f"{default}-other"
    if not isinstance(default, bool | int | float):
        yield from (OPEN_VARIABLES if "propertyNames" in place.schema else OPEN_MAP, [OPEN_ITEM], "example")
        yield from (["example"], 1, True, {}, [])


def _first_items(path: Path_) -> Path_:
    """The path with the first item in place of any item."""
    return tuple(0 if isinstance(part, int) else part for part in path)


def _distinct(values: Iterable[Any]) -> Iterator[Any]:
    seen = set()
    for value in values:
        if (text := _text(value)) not in seen:
            seen.add(text)
            yield value


def _text(value: Any) -> str:
    """A key for comparisons: 1 and true are equal in Python, but not in values."""
    return json.dumps(value, sort_keys=True, default=str)
