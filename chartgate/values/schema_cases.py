"""Cases made from a chart's `values.schema.json`: values that it accepts, and values one step away that it refuses.

Helm has the last word on the first: what a schema accepts may still contradict itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from random import Random
from typing import Any

from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.merging import merged
from chartgate.values.case import Case
from chartgate.values.chart import Chart
from chartgate.values.matrix import Matrix
from chartgate.values.mutations import Mutation, mutations
from chartgate.values.random_values import RandomValues
from chartgate.values.settings import Settings
from chartgate.values.shape import Place, Shape, dotted, placed, values_text

MOST_CHANGES = 6
MOST_IDLE = 500
"""Attempts in a row without a new case after which a schema is taken for exhausted."""


@dataclass(frozen=True)
class Base:
    """Values that the chart accepts, and what they are called."""

    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """What cases are made of: the schema, values that are known to be good, and places that may be invented."""

    shape: Shape
    settings: Settings
    bases: tuple[Base, ...]
    places: tuple[Place, ...]
    subcharts: frozenset[str]

    def case(self, name: str, proves: str, values: Mapping[str, Any], refusal: str | None = None) -> Case:
        """A case of these values."""
        return Case(
            name,
            proves,
            (values_text(values),),
            release=self.settings.release,
            namespace=self.settings.namespace,
            refusal=refusal,
            origin="schema",
        )


def accepted_stream(chart: Chart, seed: int) -> Iterator[Case]:
    """Distinct accepted cases until nothing new turns up.

    None when the chart has no schema, or one that leaves everything open.
    """
    source = source_of(chart)
    if source is None:
        return
    random = Random(seed)
    inventor = RandomValues(source.shape, random)
    places = [place for place in source.places if _inventable(inventor, place)]
    if not places or not source.bases:
        return
    seen: set[str] = set()
    idle = 0
    while idle < MOST_IDLE:
        base = random.choice(source.bases)
        values, changed = base.values, []
        for place in random.sample(places, min(len(places), random.randint(1, MOST_CHANGES))):
            try:
                candidate = placed(values, place.path, inventor.value_at(place), values)
            except LookupError:
                continue
            if source.shape.fits(candidate):
                values = candidate
                changed.append(dotted(place.path))
        text = values_text(values)
        if not changed or text in seen:
            idle += 1
            continue
        idle = 0
        seen.add(text)
        proves = f"{base.name} with other {', '.join(changed)}"
        yield source.case(f"schema/accepted-{len(seen):04d}", proves, values)


def refused_cases(chart: Chart, count: int, seed: int) -> list[Case]:
    """`count` cases one step away from accepted ones, each with the path or key that Helm must name.

    Every rule of the schema is broken once before any is broken again; there are fewer cases where a small schema has
    no more ways to be broken, and none when the chart has no schema.

    Raises:
        GateError: a file of the chart cannot be read.
    """
    return list(islice(_refused_stream(chart, seed), count))


def _refused_stream(chart: Chart, seed: int) -> Iterator[Case]:
    source = source_of(chart)
    if source is None:
        return
    random = Random(seed)
    number = 0
    seen: set[tuple[str, str]] = set()
    for again in (False, True):
        for base in source.bases:
            full = merged(source.shape.defaults, base.values)
            steps = list(mutations(source.shape, full))
            random.shuffle(steps)
            for step in steps:
                key = (".".join("[]" if isinstance(part, int) else part for part in step.path), step.rule)
                if (key in seen) is not again:
                    continue
                values = _stepped(source, base, full, step)
                if values is None:
                    continue
                seen.add(key)
                number += 1
                proves = f"{base.name} with {step.rule} at {dotted(step.path)}"
                yield source.case(f"schema/refused-{number:04d}", proves, values, step.names)


def _stepped(source: Source, base: Base, full: Mapping[str, Any], step: Mutation) -> dict[str, Any] | None:
    """The base's values with the step; None where Helm would see no difference or the schema still accepts."""
    if len(step.path) == 1 and step.path[0] in source.subcharts and not isinstance(step.value, Mapping):
        return None  # Helm stops before it looks at the schema
    if isinstance(step.value, Mapping):
        inside = any(isinstance(part, int) for part in step.path)
        if not inside:
            return None  # Helm would put the missing key back from the defaults
    values = placed(base.values, step.path, step.value, full)
    return values if source.shape.refuses(values) else None


def source_of(chart: Chart) -> Source | None:
    """What cases of a chart are made of; None when it has no values.schema.json.

    Raises:
        GateError: a file of the chart cannot be read.
    """
    shape = chart.shape
    if shape is None:
        return None
    bases = [Base("defaults", {}), *(Base(case.name, read_one(case.values[0]) or {}) for case in chart.ci_cases)]
    return Source(
        shape,
        chart.settings,
        tuple(base for base in bases if shape.fits(base.values)),
        tuple(place for place in shape.leaves if place.path and not _is_kept(place, chart.matrix)),
        frozenset(chart.files.subcharts),
    )


def _is_kept(place: Place, matrix: Matrix | None) -> bool:
    return matrix is not None and any(fnmatchcase(dotted(place.path), kept.path) for kept in matrix.keep)


def _inventable(inventor: RandomValues, place: Place) -> bool:
    try:
        inventor.value_at(place)
    except LookupError:
        return False
    return True
