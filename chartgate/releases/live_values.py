"""Finds which values of a chart have an effect: a change of the value changes an object, or the chart refuses it.

First, each place is changed alone in the few bases where an effect is most likely. The places without an effect are
then changed in all bases, many at once, because most of them have none. If such a render has an effect, it is repeated
with halves of the places until the one with the effect is found.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count, islice, zip_longest
from os import cpu_count
from typing import Any

from chartgate.errors import GateError
from chartgate.releases.jobs import Job, render_case
from chartgate.releases.live_effects import BaseRelease, Effect, RefusedBySchemaError
from chartgate.releases.release import Release
from chartgate.releases.rendered import refuses_every_case
from chartgate.tools.engines import Engine
from chartgate.tools.helm import find_helm
from chartgate.tools.merging import merged
from chartgate.tools.progress import track
from chartgate.values.chart import Chart
from chartgate.values.live_bases import Base, Bases, promise
from chartgate.values.live_places import shape_of
from chartgate.values.other_values import OtherValues
from chartgate.values.shape import Place, at, placed

FIRST = 5
"""The number of bases in which a place is changed alone."""
FEW = 2
"""The number of other values of a place that are tried in a base."""

Change = tuple[Place, Any]
"""A place, and another value for it."""


def live_values(
    chart: Chart, bases: Bases, places: Sequence[Place], helm: Engine, accepted: Collection[Place] = ()
) -> dict[Place, Effect | None]:
    """The effect of each place; None for a place without one.

    Args:
        accepted: places that need no effect. If only these are left, no further bases are rendered.

    Raises:
        GateError: a file of the chart cannot be read, Helm cannot be had, or the chart refuses every base.
    """
    return _Search(chart, bases, helm, frozenset(accepted)).run(places)


class _Search:
    def __init__(self, chart: Chart, bases: Bases, helm: Engine, accepted: Collection[Place]) -> None:
        self._chart, self._bases, self._helm, self._accepted = chart, bases, helm, accepted
        self._shape = shape_of(chart)
        self._others = OtherValues(self._shape, bases.known)
        self._effects: dict[Place, Effect] = {}
        self._rendered_bases: dict[Base, BaseRelease] = {}

    def run(self, places: Sequence[Place]) -> dict[Place, Effect | None]:
        likely = [self._rendered(base) for base in self._bases.likely(places)]
        pool = ThreadPoolExecutor(cpu_count() or 1)
        try:
            tried = pool.map(lambda place: self._alone(place, likely), places)
            for _ in track(tried, len(places), "changing values one by one"):
                pass
            refusals = [base.outcome for base in likely if isinstance(base.outcome, str)]
            if len(refusals) == len(likely):
                raise GateError(refuses_every_case(self._chart.folder, refusals[0]))
            left = [place for place in places if place not in self._effects and place not in self._accepted]
            if left:
                rest = [*map(self._rendered, self._bases.by_programs()), *_promising_first(left, likely)]
                rest += map(self._rendered, self._bases.further())
                together = pool.map(lambda number, base: self._together(places, number, base), count(), rest)
                for _ in track(together, len(rest), "changing the rest in all cases"):
                    pass
        finally:
            # After an interrupt, what has not begun is dropped.
            pool.shutdown(cancel_futures=True)
        return {place: self._effects.get(place) for place in places}

    def _rendered(self, base: Base) -> BaseRelease:
        if base not in self._rendered_bases:
            self._rendered_bases[base] = BaseRelease(base, self._shape.defaults, self._render)
        return self._rendered_bases[base]

    def _render(self, base: Base, values: Mapping[str, Any]) -> Release:
        job = Job(base.case(values), find_helm(base.helm) if base.helm else self._helm, base.kube_version)
        return render_case(self._chart.files, job, self._chart.settings.api_versions, cached=False, quick_keys=True)

    def _alone(self, place: Place, likely: Sequence[BaseRelease]) -> None:
        """Change one place in the bases where an effect is most likely."""
        for base in islice(self._promising(place, likely), FIRST):
            for value in islice(self._values(place, base), FEW):
                self._try([(place, value)], base, thorough=True)
                if place in self._effects:
                    return

    def _promising(self, place: Place, likely: Sequence[BaseRelease]) -> Iterator[BaseRelease]:
        """The first base of each `promise`, in their order, then the second base of each, and so on."""
        by_promise: defaultdict[tuple[int, int], list[BaseRelease]] = defaultdict(list)
        for base in likely:
            if _has_room(base, place):
                by_promise[promise(place.path, base.values, base.full)].append(base)
        turns = zip_longest(*(by_promise[key] for key in sorted(by_promise)))
        return (base for turn in turns for base in turn if base is not None and isinstance(base.outcome, Release))

    def _together(self, places: Sequence[Place], number: int, base: BaseRelease) -> None:
        """Change all places at once that have no effect yet. Each base tries other values.

        A base is skipped if it makes the same objects as the base with the same values and more APIs.
        """
        rest = [place for place in places if place not in self._effects and _has_room(base, place)]
        if all(place in self._accepted for place in rest):
            return
        like = base.base.like
        if like is not None and base.is_like(self._rendered(like)):
            return
        values = {place: some for place in rest if (some := list(self._values(place, base)))}
        for turn in range(min(FEW, max(map(len, values.values()), default=0))):
            changes = [
                (place, some[(number + turn) % len(some)])
                for place, some in values.items()
                if turn < len(some) and place not in self._effects
            ]
            if changes:
                self._try(changes, base, thorough=False)

    def _try(self, changes: Sequence[Change], base: BaseRelease, *, thorough: bool) -> None:
        """Make changes at once. If they have an effect, try their halves until the change with the effect is found."""
        effect, fits = None, False
        # One change may take away the list or the map of another one.
        with suppress(LookupError, RefusedBySchemaError):
            values, full = base.values, base.full
            for place, value in changes:
                values = placed(values, place.path, value, full)
                full = merged(self._shape.defaults, values)
            if self._shape.fits(values):
                effect, fits = base.effect(values, thorough=thorough), True
        if len(changes) == 1:
            if effect:
                self._effects[changes[0][0]] = effect
        elif effect or not fits:
            half = len(changes) // 2
            self._try(changes[:half], base, thorough=thorough)
            self._try(changes[half:], base, thorough=thorough)

    def _values(self, place: Place, base: BaseRelease) -> Iterator[Any]:
        """Other values for a place of a base that the schema accepts."""
        now = at(base.full, place.path)
        for value in self._others.of(place):
            changed = placed(base.values, place.path, value, base.full)
            then = at(merged(self._shape.defaults, changed), place.path)
            # 1 and true are equal in Python, but not in values. An empty value is equal to an absent one.
            other = (type(then), then) != (type(now), now) and not (_is_empty(then) and _is_empty(now))
            if other and self._shape.fits(changed):
                yield value


def _promising_first(places: Sequence[Place], bases: Sequence[BaseRelease]) -> list[BaseRelease]:
    """All bases: those in which a change of one of the places most likely has an effect come first, the places in
    turns. Equal values on a cluster with more APIs and on one with fewer come one after the other.
    """
    by_values: defaultdict[int, list[BaseRelease]] = defaultdict(list)
    for base in bases:
        by_values[id(base.values)].append(base)
    pairs = [base for some in by_values.values() for base in some]
    orders = (
        sorted(
            (base for base in pairs if _has_room(base, place)),
            key=lambda base: promise(place.path, base.values, base.full),
        )
        for place in places
    )
    turns = zip_longest(*orders)
    return [*dict.fromkeys([*(base for turn in turns for base in turn if base is not None), *pairs])]


def _is_empty(value: Any) -> bool:
    return value is None or value in ({}, [], "")


def _has_room(base: BaseRelease, place: Place) -> bool:
    """Whether the base has the lists and maps around a place: lists with an item, and no text in place of a map."""
    parents = ((at(base.full, place.path[:length]), part) for length, part in enumerate(place.path))
    return all(
        isinstance(parent, list) and bool(parent) if isinstance(part, int) else isinstance(parent, Mapping | None)
        for parent, part in parents
    )
