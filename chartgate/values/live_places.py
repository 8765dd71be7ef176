"""The places of a chart's values that need an effect: leaves of values.yaml, and properties of its schema."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.values.chart import Chart
from chartgate.values.shape import Path_, Place, Schema, Shape


def live_places(chart: Chart) -> list[Place]:
    """The places in the order of the schema, then those that only values.yaml has.

    The first item stands for all items of a list: `ingress.hosts.0.host`. A map whose keys the user chooses is one
    place, and so is a list of plain values. Left out are places for which the schema allows one value only, and the
    values of subcharts that are missing.

    Raises:
        GateError: a file of the chart cannot be read.
    """
    shape = shape_of(chart)
    found = {place.path: place for place in properties(shape) if not _has_names(shape, place)}
    parents = {path[:length] for path in found for length in range(len(path) + 1)}
    for path in _leaves(chart.defaults, ()):
        if path not in parents:
            found[path] = Place(path, schema_at(shape, path))
    absent = {tuple(path.split(".")) for path in chart.absent_switches} | {(key,) for key in chart.absent_keys}
    return [
        place
        for place in found.values()
        if place.path and not has_one_value(place.schema) and not {place.path, place.path[:1]} & absent
    ]


def _has_names(shape: Shape, place: Place) -> bool:
    """Whether a place is a map of named places: the schema names them, or values.yaml does where the schema says
    nothing about the keys.
    """
    says = {"additionalProperties", "patternProperties", "propertyNames"} & place.schema.keys()
    default = shape.default_at(place.path)
    return bool(shape.properties(place.schema)) or (not says and isinstance(default, Mapping) and bool(default))


def shape_of(chart: Chart) -> Shape:
    """The shape of the chart's values. Without a values.schema.json, it accepts everything."""
    return chart.shape or Shape({}, chart.defaults)


def schema_at(shape: Shape, path: Path_) -> Schema:
    """The schema of a place; an empty one if the schema does not mention it."""
    schema = shape.resolved(shape.root)
    for part in path:
        within = schema.get("items") if isinstance(part, int) else shape.properties(schema).get(part)
        schema = shape.resolved(within if within is not None else schema.get("additionalProperties"))
    return schema


def has_one_value(schema: Schema) -> bool:
    """Whether the schema allows one value only, such as 1 for `successThreshold` of a liveness probe."""
    least, most = schema.get("minimum"), schema.get("maximum")
    return "const" in schema or len(schema.get("enum") or ()) == 1 or (least is not None and least == most)


def properties(shape: Shape) -> Iterator[Place]:
    """Every property of the schema, including those of the first item of each list."""
    return (place for place in _within(shape, shape.root, ()) if place.path and place.path[-1] != 0)


def _within(shape: Shape, schema: Any, path: Path_, above: tuple[int, ...] = ()) -> Iterator[Place]:
    schema = shape.resolved(schema)
    if id(schema) in above:  # a schema may refer to itself
        return
    above = (*above, id(schema))
    yield Place(path, schema)
    for key, child in shape.properties(schema).items():
        yield from _within(shape, child, (*path, key), above)
    if shape.properties(items := shape.resolved(schema.get("items"))):
        yield from _within(shape, items, (*path, 0), above)


def _leaves(value: Any, path: Path_) -> Iterator[Path_]:
    if isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from _leaves(child, (*path, str(key)))
    else:
        yield path
