"""Values that are one step away from accepted ones, and the path that Helm has to name when it refuses them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartgate.values.random_values import HOSTILE, MOST_CHARACTERS
from chartgate.values.shape import Path_, Place, Shape, dotted

UNKNOWN_KEY = "unknownToChartgate"


@dataclass(frozen=True)
class Mutation:
    """`value` at `path` breaks the rule `rule`; `names` is what the refusal has to name."""

    path: Path_
    value: Any
    rule: str
    names: str


def mutations(shape: Shape, full: Mapping[str, Any]) -> Iterator[Mutation]:
    """Every single step away from the values `full`, which fit the schema: also a wrong value of a property that they
    do not have.
    """
    present = [*shape.places(full)]
    paths = {place.path for place, _ in present}
    absent = [(place, None) for place in shape.leaves if place.path not in paths]
    for place, value in (*present, *absent):
        for mutation in _at(place, value):
            if not place.path or shape.refuses_at(mutation.value, place.schema) or mutation.path != place.path:
                yield mutation


def _at(place: Place, value: Any) -> Iterator[Mutation]:
    path, schema = place.path, place.schema
    here = dotted(path)
    if schema.get("additionalProperties") is False and isinstance(value, Mapping):
        yield Mutation((*path, UNKNOWN_KEY), 1, "unknown key", UNKNOWN_KEY)
    if not path:
        return
    types = schema.get("type", [])
    for kind in [types] if isinstance(types, str) else types[:1]:
        if kind in _WRONG:
            yield Mutation(path, _WRONG[kind], "wrong type", here)
    if schema.get("enum"):
        yield Mutation(path, "none-of-them", "broken enum", here)
    for rule, beyond in _beyond_bounds(schema):
        yield Mutation(path, beyond, rule, here)
    if "pattern" in schema:
        for text in ("\n", "a b", "ü", "!", *HOSTILE):
            yield Mutation(path, text, "broken pattern", here)
    if isinstance(value, Mapping):
        for key in schema.get("required", ()):
            if key in value and value[key] is not None:
                rest = {name: child for name, child in value.items() if name != key}
                yield Mutation(path, rest, "missing key", here)


_WRONG: dict[str, Any] = {
    "string": 7,
    "integer": "text",
    "number": [1],
    "boolean": "text",
    "array": "text",
    "object": "text",
}


def _beyond_bounds(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "minimum" in schema:
        yield "below minimum", schema["minimum"] - 1
    if "maximum" in schema:
        yield "above maximum", schema["maximum"] + 1
    if schema.get("type") == "string":
        shortest, longest = int(schema.get("minLength", 0)), int(schema.get("maxLength", MOST_CHARACTERS))
        if 0 < shortest <= MOST_CHARACTERS:
            yield "too short", "x" * (shortest - 1)
        if longest < MOST_CHARACTERS:
            yield "too long", "x" * (longest + 1)
