"""Cases with hostile texts, built so that a check can tell whether each text reaches the objects as it was written.

Each is a pair that differs in one value: a harmless word, and a hostile text. Wherever the word turns up in the objects
of the first, alone or within a longer text, the hostile text has to turn up in those of the second.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from chartgate.values.case import Case
from chartgate.values.chart import Chart
from chartgate.values.intent import meant_text
from chartgate.values.random_values import HOSTILE, SAYS_WHAT_A_TEXT_IS
from chartgate.values.schema_cases import Base, Source, source_of
from chartgate.values.shape import Path_, Place, Shape, dotted, placed, values_text

WORD = "zzharmlesszz"


def hostile_cases(chart: Chart, count: int, seed: int) -> list[Case]:
    """At most `count` cases; with enough of them, every hostile text at every place whose schema allows it.

    Empty when the chart has no schema. Equal seeds give equal cases.

    Raises:
        GateError: a file of the chart cannot be read.
    """
    source = source_of(chart)
    if source is None:
        return []
    shape = source.shape
    bases = [(place, _base(source, place)) for place in _texts(shape, source.places)]
    candidates = [
        (place, base, text)
        for place, base in bases
        if base is not None
        for text in HOSTILE
        if shape.fits_at(text, place.schema) and shape.fits(placed(base.values, place.path, text, base.values))
    ]
    Random(seed).shuffle(candidates)
    return [_case(source, number, *candidate) for number, candidate in enumerate(candidates[:count], 1)]


def _case(source: Source, number: int, place: Place, base: Base, text: str) -> Case:
    proves = f"{base.name} with {text!r:.60} at {dotted(place.path)}"
    case = source.case(f"schema/hostile-{number:04d}", proves, placed(base.values, place.path, text, base.values))
    harmless = values_text(placed(base.values, place.path, WORD, base.values))
    return replace(case, hostile=text, harmless=(harmless,))


def _base(source: Source, place: Place) -> Base | None:
    """The values to which a text at `place` is added; None where none of them takes one."""
    # Where a CI case sets a neighbour, the value is most likely to be read.
    ordered = sorted(source.bases, key=lambda base: -_shared(base.values, place.path))
    return next(
        (base for base in ordered if source.shape.fits(placed(base.values, place.path, WORD, base.values))), None
    )


def _texts(shape: Shape, places: Iterable[Place]) -> Iterator[Place]:
    """The places of texts; for a map of texts, that of a new key in it."""
    for place in places:
        more = shape.resolved(place.schema.get("additionalProperties"))
        inner = Place((*place.path, "example.com/probe"), more)
        candidates = [place] if _may_be_anything(shape, place, place.key) else []
        # The key of a map determines which texts make sense in it: podLabels takes only labels.
        candidates += (
            [inner] if "propertyNames" not in place.schema and _may_be_anything(shape, inner, place.key) else []
        )
        for one in candidates:
            if one.schema.get("type") == "string" and shape.fits_at(WORD, one.schema):
                yield one


def _may_be_anything(shape: Shape, place: Place, key: str) -> bool:
    """Whether people may mean any text that the schema of a place under a key allows."""
    if place.schema.keys() & SAYS_WHAT_A_TEXT_IS:
        return True
    try:
        return meant_text(key, shape.default_at(place.path)) is None
    except LookupError:
        return False


def _shared(values: Any, path: Path_) -> int:
    """How many of the first keys of `path` are in `values`."""
    depth = 0
    for key in path:
        if not isinstance(values, Mapping) or key not in values:
            break
        values, depth = values[key], depth + 1
    return depth
