"""Properties of a chart's schema that accept every value, and so find no mistake, or no value, which is a mistake."""

from collections.abc import Iterator
from typing import Any

from chartgate.values.live_places import properties
from chartgate.values.other_values import OtherValues
from chartgate.values.shape import Place, Shape, at, placed

PROBES: tuple[Any, ...] = (
    True,
    -1,
    1.5,
    10**12,
    "",
    "text",
    "two\nlines",
    "x" * 4000,
    [],
    ["text"],
    {},
    {"a key": "text"},
)
"""Values of each type, and values that bounds and patterns refuse."""


def loose(shape: Shape) -> Iterator[Place]:
    """The properties for which the schema accepts each of `PROBES`."""
    for place in properties(shape):
        if not any(_refused(shape, place, probe) for probe in PROBES):
            yield place


def impossible(shape: Shape) -> Iterator[Place]:
    """The properties for which the schema accepts neither the default nor any generated value."""
    for place in properties(shape):
        default = at(shape.defaults, place.path)
        if shape.properties(place.schema) or (default is not None and shape.fits_at(default, place.schema)):
            continue
        if not OtherValues(shape, ()).of(place):
            yield place


def _refused(shape: Shape, place: Place, value: Any) -> bool:
    if shape.refuses_at(value, place.schema):
        return True
    # A rule may stand further up: allOf, if and then.
    return 0 not in place.path and shape.refuses(placed({}, place.path, value, shape.defaults))
