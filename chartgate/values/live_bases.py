"""Bases: values in which `chartgate live` changes one value at a time, from cases that people wrote and the matrix."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from random import Random
from typing import Any

from chartgate.tools.helm import is_at_hand
from chartgate.tools.kubernetes_yaml import read_values
from chartgate.tools.merging import merged
from chartgate.tools.schemas import minor_version
from chartgate.tools.walk import walk
from chartgate.values.api_cases import apis_in_templates
from chartgate.values.assignments import assigned
from chartgate.values.case import Case
from chartgate.values.chart import Chart
from chartgate.values.default_matrix import find_matrix
from chartgate.values.live_places import shape_of
from chartgate.values.matrix_cases import covering_cases, with_versions
from chartgate.values.random_values import RandomValues
from chartgate.values.selection import Choice, named_cases
from chartgate.values.shape import Path_, Place, at, dotted, placed

MOST_ROWS = 100
"""Cases of the covering array among the bases: the first ones have the most combinations."""
LISTS = 5
"""Attempts to invent an item for a list that no base fills."""


@dataclass(frozen=True, eq=False)
class Base:
    """Values, and the release and the cluster for which they are rendered.

    Args:
        values: the user's values, without the defaults.
        tested: the author tests the chart with these values: they are the defaults or CI values.
        helm: the version of the Helm program that renders them; empty for the Helm of the run.
        like: a base with the same values on a cluster with more APIs. If both make the same objects, changes of this
            one show nothing more.
    """

    name: str
    values: Mapping[str, Any]
    release: str
    namespace: str
    kube_version: str
    api_versions: tuple[str, ...] = ()
    tested: bool = True
    helm: str = ""
    like: "Base | None" = None

    def case(self, values: Mapping[str, Any]) -> Case:
        """The same case with other values."""
        return Case(
            self.name,
            values=(json.dumps(values),),
            release=self.release,
            namespace=self.namespace,
            api_versions=self.api_versions,
        )


class Bases:
    """The bases of a chart.

    Args:
        choice: may name a matrix, versions, a pattern of cases, or values of the user. These values are the only base.
    """

    def __init__(self, chart: Chart, choice: Choice) -> None:
        self._chart, self._choice = chart, choice
        self._settings = chart.settings.with_versions(kubernetes=choice.kubernetes)
        self._shape = shape_of(chart)

    @property
    def _narrowed(self) -> bool:
        return self._choice.own_values or self._choice.pattern != "*"

    def likely(self, places: Sequence[Place]) -> list[Base]:
        """The bases in which most values have an effect: the cases that people wrote, each label of the matrix alone,
        and one with an item for each list among `places` that these leave empty. First come all of them on a cluster
        with every API that the templates ask about, then all of them as they are.

        Raises:
            GateError: a file of the chart cannot be read, no case matches, or the chart is a library.
        """
        found = [*self._single, *self._with_items(self._single, places)]
        apis = tuple(dict.fromkeys((*apis_in_templates(self._chart.files), *self._apis_of_matrix())))
        if not apis:
            return found
        equipped = [replace(base, api_versions=apis) for base in found]
        return [*equipped, *(replace(base, like=other) for base, other in zip(found, equipped, strict=True))]

    def by_programs(self) -> Iterator[Base]:
        """The defaults for each installed Helm program of the settings: some values matter to old versions only."""
        for spec in filter(is_at_hand, self._programs):
            yield from (replace(base, helm=spec) for base in self._written[:1])

    @property
    def missing_programs(self) -> list[str]:
        """The Helm programs of the settings that are not installed, so that nothing is tried with them."""
        return [spec for spec in self._programs if not is_at_hand(spec)]

    @property
    def _programs(self) -> Sequence[str]:
        return () if self._narrowed else self._settings.helm

    def further(self) -> Iterator[Base]:
        """Further bases: the tested values on the oldest Kubernetes, and cases of the covering array, because some
        values only have an effect in combination.

        Raises:
            GateError: the matrix cannot be read.
        """
        oldest, newest = minor_version(self._settings.kubernetes[0]), minor_version(self._settings.kubernetes[-1])
        if oldest != newest:
            yield from (replace(base, kube_version=oldest) for base in self._written if base.tested)
        if not self._narrowed:
            cases = covering_cases(find_matrix(self._chart), self._settings).cases
            yield from islice((self._base(case) for case in cases if case.refusal is None), MOST_ROWS)

    def _apis_of_matrix(self) -> Iterator[str]:
        for axis in find_matrix(self._chart).axes if not self._narrowed else ():
            if axis.kind == "apiVersions":
                yield from (api for apis in axis.choices.values() for api in apis)

    @cached_property
    def known(self) -> list[Mapping[str, Any]]:
        """The values of all cases and labels. Each value in them may be tried at its place in other bases."""
        return [base.values for base in (*self._written, *self._fragments)]

    @cached_property
    def _single(self) -> list[Base]:
        return _distinct([*self._written, *(() if self._narrowed else self._fragments)])

    @cached_property
    def _written(self) -> list[Base]:
        cases = named_cases(self._chart, self._choice)
        return _distinct(self._base(case) for case in cases if case.refusal is None)

    @cached_property
    def _fragments(self) -> list[Base]:
        """The defaults with one label of one axis of the matrix, for each Kubernetes version if it depends on that."""
        plain = self._base(Case("", release=self._settings.release, namespace=self._settings.namespace))
        found = []
        for axis in find_matrix(self._chart).axes if not self._choice.own_values else ():
            for label, fragment in axis.choices.items() if axis.kind == "values" else ():
                for version in self._settings.kubernetes:
                    told = {"helm": self._settings.helm[-1], "kubernetes": minor_version(version)}
                    found.append(replace(plain, name=f"{axis.name}={label}", values=with_versions(fragment, told)))
        return _distinct(found)

    def _base(self, case: Case) -> Base:
        version = case.kubernetes or self._settings.kubernetes[-1]
        tested = case.origin in {"defaults", "ci"}
        return Base(case.name, values_of(case), case.release, case.namespace, version, case.api_versions, tested)

    def _with_items(self, bases: Sequence[Base], places: Sequence[Place]) -> Iterator[Base]:
        by_path = {place.path: place for place in places}
        filled = [merged(self._shape.defaults, base.values) for base in bases]
        for path in dict.fromkeys(place.path[: place.path.index(0)] for place in places if 0 in place.path):
            if path in by_path and not any(at(values, path) for values in filled):
                values = self._with_item(by_path[path], filled)
                if values is not None:
                    yield replace(bases[0], name=f"{dotted(path)} with an item", values=merged(bases[0].values, values))

    def _with_item(self, place: Place, filled: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """Values that put an item into a list: one of a list with the same name elsewhere, else a generated one. None
        if the schema accepts neither.
        """
        elsewhere = (value for values in filled for path, value in walk(values) if path[-1:] == place.path[-1:])
        for items in chain(filter(None, elsewhere), self._invented(place)):
            values: Mapping[str, Any] = placed({}, place.path, items, self._shape.defaults)
            if isinstance(items, list) and self._shape.fits(values):
                return values
        return None

    def _invented(self, place: Place) -> Iterator[list[Any]]:
        inventor = RandomValues(self._shape, Random(dotted(place.path)))
        for _ in range(LISTS):
            try:
                yield [inventor.value(place.schema["items"])]
            except LookupError:
                return


def values_of(case: Case) -> Mapping[str, Any]:
    """The values of a case, --set arguments included."""
    values: Mapping[str, Any] = {}
    for text in case.values:
        values = merged(values, read_values(text)[0] or {})
    return merged(values, assigned(case.sets)) if case.sets else values


def promise(path: Path_, values: Mapping[str, Any], full: Mapping[str, Any]) -> tuple[int, int]:
    """A sort key for bases: a change of a place most likely has an effect in the base with the smallest key.

    It has the number of parts of the path that are switched off, then how much of the path the values mention, negated.

    Args:
        full: the values with the defaults.
    """
    off = mentioned = 0
    for length in range(len(path)):
        parent = at(full, path[:length])
        off += isinstance(parent, Mapping) and path[length] not in SWITCHES and _is_off(parent)
        mentioned += at(values, path[: length + 1]) is not None
    return off, -mentioned


def _is_off(parent: Mapping[str, Any]) -> bool:
    return any(parent.get(switch) is False for switch in SWITCHES)


SWITCHES = ("enabled", "create")
"""Keys with which charts switch on the values beside them."""


def _distinct(bases: Iterable[Base]) -> list[Base]:
    found: dict[str, Base] = {}
    for base in bases:
        # A case of an API that the templates ask about differs from another one in nothing but that.
        key = json.dumps([base.values, base.release, base.kube_version], sort_keys=True)
        found.setdefault(key, base)
    return list(found.values())
