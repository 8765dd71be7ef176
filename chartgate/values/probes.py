"""Whether a text that looks like something else arrives in the objects as it was written.

A probe is a pair of cases that differ in one value: a harmless word, and a hostile text. Wherever the word turns up in
the objects of the first, alone or within a longer text, the hostile text has to turn up in those of the second.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from chartgate.values.case import Case
from chartgate.values.generated import source_of
from chartgate.values.invention import HOSTILE
from chartgate.values.shape import Path_, Place, Shape, dotted, placed, values_text

WORD = "zzharmlesszz"


@dataclass(frozen=True)
class Probe:
    """Two cases that differ at `path`: `plain` has `WORD` there, `hostile` has `text`."""

    path: str
    text: str
    plain: Case
    hostile: Case


@dataclass(frozen=True)
class Survival:
    """In how many places the word turned up, and which texts did not turn up in its stead; none when all survived."""

    places: int
    lost: tuple[str, ...]


def hostile_probes(chart: Path, count: int, seed: int) -> list[Probe]:
    """At most `count` probes; with enough of them, every hostile text at every place whose schema allows it.

    Empty when the chart has no schema. Equal seeds give equal probes.

    Raises:
        GateError: a file of the chart cannot be read.
    """
    source = source_of(chart)
    if source is None:
        return []
    candidates = [
        (place, text)
        for place in _texts(source.shape, source.places)
        for text in HOSTILE
        if _fits(source.shape, place, text)
    ]
    Random(seed).shuffle(candidates)
    probes: list[Probe] = []
    for place, text in candidates:
        if len(probes) == count:
            break
        # Where a CI case sets a neighbour, the value is most likely to be read.
        base = max(source.bases, key=lambda base: _shared(base.values, place.path))
        plain, hostile = (placed(base.values, place.path, one, base.values) for one in (WORD, text))
        if source.shape.fits(plain) and source.shape.fits(hostile):
            number = len(probes) + 1
            case = source.case(
                f"schema/hostile-{number:04d}",
                f"{base.name} with {text!r:.60} at {dotted(place.path)}",
                hostile,
                number,
            )
            other = replace(case, name=f"schema/harmless-{number:04d}", values=(values_text(plain),))
            probes.append(Probe(dotted(place.path), text, other, case))
    return probes


def survival(probe: Probe, plain: Iterable[Mapping[str, Any]], hostile: Iterable[Mapping[str, Any]]) -> Survival:
    """What became of a probe's text; `plain` and `hostile` are the objects of its two cases."""
    expected = Counter(text.replace(WORD, probe.text) for text in _strings_of(plain) if WORD in text)
    lost = expected - Counter(_strings_of(hostile))
    return Survival(expected.total(), tuple(sorted(lost)))


def _texts(shape: Shape, places: Iterable[Place]) -> Iterator[Place]:
    """The places of texts; for a map of texts, that of a new key in it."""
    for place in places:
        if place.schema.get("type") == "string" and "enum" not in place.schema:
            yield place
        more = shape.resolved(place.schema.get("additionalProperties"))
        if more.get("type") == "string" and "propertyNames" not in place.schema:
            yield Place((*place.path, "example.com/probe"), more)


def _fits(shape: Shape, place: Place, text: str) -> bool:
    return shape.fits_at(text, place.schema) and shape.fits_at(WORD, place.schema)


def _shared(values: Any, path: Path_) -> int:
    """How many of the first keys of `path` are in `values`."""
    depth = 0
    for key in path:
        if not isinstance(values, Mapping) or key not in values:
            break
        values, depth = values[key], depth + 1
    return depth


def _strings_of(objects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for obj in objects:
        for text in _strings(obj):
            yield text
        if obj.get("kind") == "Secret":
            for text in _strings(obj.get("data")):
                yield _decoded(text)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, child in node.items():
            yield str(key)
            yield from _strings(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from _strings(child)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text
