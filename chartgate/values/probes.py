"""Whether a text that looks like something else arrives in the objects as it was written.

A probe is a pair of cases that differ in one value: a harmless word, and a hostile text. Wherever the word turns up in
the objects of the first, alone or within a longer text, the hostile text has to turn up in those of the second.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from chartgate.values.case import Case
from chartgate.values.generated import Base, Source, source_of
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
class Probes:
    """Probes, and the paths of texts that no object of any case holds, so that nothing is known about them."""

    probes: tuple[Probe, ...]
    unreached: tuple[str, ...]


@dataclass(frozen=True)
class Survival:
    """In how many places the word turned up, and which texts did not turn up in its stead; none when all survived."""

    places: int
    lost: tuple[str, ...]


def hostile_probes(chart: Path, count: int, seed: int, reaches: Callable[[Case], bool] | None = None) -> Probes:
    """At most `count` probes; with enough of them, every hostile text at every place whose schema allows it.

    `reaches` says whether the word is anywhere in the objects of a case: a probe is built on the first CI case, those
    that set a neighbour of its place first, in which it is. Without it the first is taken unseen.
    Empty when the chart has no schema. Equal seeds give equal probes.

    Raises:
        GateError: a file of the chart cannot be read.
    """
    source = source_of(chart)
    if source is None:
        return Probes((), ())
    shape = source.shape
    plains = {place: _plain(source, place, reaches) for place in _texts(shape, source.places)}
    candidates = [
        (place, base, text)
        for place, base in plains.items()
        if base is not None
        for text in HOSTILE
        if shape.fits_at(text, place.schema) and shape.fits(placed(base.values, place.path, text, base.values))
    ]
    Random(seed).shuffle(candidates)
    probes = []
    for number, (place, base, text) in enumerate(candidates[:count], 1):
        path = dotted(place.path)
        values = placed(base.values, place.path, text, base.values)
        case = source.case(f"schema/hostile-{number:04d}", f"{base.name} with {text!r:.60} at {path}", values)
        plain = values_text(placed(base.values, place.path, WORD, base.values))
        probes.append(Probe(path, text, replace(case, name=f"schema/harmless-{number:04d}", values=(plain,)), case))
    return Probes(tuple(probes), tuple(dotted(place.path) for place, base in plains.items() if base is None))


def _plain(source: Source, place: Place, reaches: Callable[[Case], bool] | None) -> Base | None:
    """The values to which a probe of `place` is added; None where the word reaches no object in any of them."""
    # Where a CI case sets a neighbour, the value is most likely to be read.
    for base in sorted(source.bases, key=lambda base: -_shared(base.values, place.path)):
        values = placed(base.values, place.path, WORD, base.values)
        if not source.shape.fits(values):
            continue
        if reaches is None or reaches(source.case("schema/harmless", base.name, values)):
            return base
    return None


def holds_word(objects: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the word of the probes is anywhere in these objects."""
    return any(WORD in text for text in _strings_of(objects))


def survival(probe: Probe, plain: Iterable[Mapping[str, Any]], hostile: Iterable[Mapping[str, Any]]) -> Survival:
    """What became of a probe's text; `plain` and `hostile` are the objects of its two cases."""
    expected = Counter(text.replace(WORD, probe.text) for text in _strings_of(plain) if WORD in text)
    lost = expected - Counter(_strings_of(hostile))
    return Survival(expected.total(), tuple(sorted(lost)))


def _texts(shape: Shape, places: Iterable[Place]) -> Iterator[Place]:
    """The places of texts; for a map of texts, that of a new key in it."""
    for place in places:
        more = shape.resolved(place.schema.get("additionalProperties"))
        inner = Place((*place.path, "example.com/probe"), more)
        for one in (place, *([] if "propertyNames" in place.schema else [inner])):
            if one.schema.get("type") == "string" and shape.fits_at(WORD, one.schema):
                yield one


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
