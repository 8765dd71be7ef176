"""Cases that fill empty values of a chart without a matrix, because no other case shows what templates do with them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.merging import merged
from chartgate.tools.walk import walk
from chartgate.values.case import Case
from chartgate.values.chart import Chart
from chartgate.values.filled_values import Filling, fillings
from chartgate.values.shape import dotted, values_text
from chartgate.values.template_walk import Names

MOST = 60
"""A chart with more such cases gets those nearest to the top of its values."""
MOST_TOGETHER = 8
"""Groups of values that share a case in a chart whose templates make keys: more would hide what one of them does."""
_SWITCHES = ("enabled", "create")
_MAKES_KEYS = re.compile(r"\b(bcrypt|derivePassword|genCA|genPrivateKey|genSelfSignedCert|genSignedCert|htpasswd)")
"""Functions of templates that take longer than all others together, up to a second each."""
_INSTEAD = re.compile(r"^existing|override|(un)?available$|names?$|(secret|claim|configmap|account)$", re.IGNORECASE)
"""Keys of values that replace something that the chart makes, or another value."""


@dataclass(frozen=True)
class FilledCase:
    """A case, and the values that it fills."""

    case: Case
    fillings: tuple[Filling, ...]
    chart: Chart

    @property
    def known(self) -> bool:
        """Whether the chart's author or Kubernetes defines the shape of all values."""
        return all(one.known for one in self.fillings)

    def on(self, base: Case) -> "FilledCase":
        """The same values on top of those of another case, for a chart whose defaults do not suffice."""
        values: dict[str, Any] = {}
        for text in (*base.values, *self.case.values):
            values = merged(values, read_one(text) or {})
        return replace(self, case=replace(self.case, values=(values_text(values),), sets=base.sets))

    def halves(self) -> Iterator["FilledCase"]:
        """Two cases with one half of the fillings each; none if there is only one filling."""
        middle = len(self.fillings) // 2
        parts = (self.fillings[:middle], self.fillings[middle:])
        if middle:
            yield from (
                _case(self.chart, f"{self.case.name}{end}", part) for end, part in zip("ab", parts, strict=True)
            )


def filled_cases(chart: Chart) -> list[FilledCase]:
    """Cases that fill empty values, and set the switches of the parts that these belong to.

    Values of a known shape that are siblings share a case. A guessed value has its own case. Values that the chart's
    schema refuses are left out. If templates make keys, each case takes long, so that values of different parts share
    a case as well.
    """
    possible = [one for one in fillings(chart) if _is_possible(chart, one)]
    known = groupby(sorted((one for one in possible if one.known), key=_parent), _parent)
    groups = [part for _, some in known for part in _apart(tuple(some))]
    groups.sort(key=lambda group: len(group[0].path))
    guesses: list[tuple[Filling, ...]] = [(one,) for one in possible if not one.known]
    if any(map(_MAKES_KEYS.search, chart.files.template_texts)):
        groups, guesses = _together(chart, groups), _together(chart, guesses)
    groups += guesses
    return [_case(chart, f"filled/{number:04d}", group) for number, group in enumerate(groups[:MOST], 1)]


def _parent(filling: Filling) -> Names:
    return filling.path[:-1]


def _apart(group: tuple[Filling, ...]) -> Iterator[tuple[Filling, ...]]:
    """Those that go together; of those that stand in the place of something else, each on its own."""
    together = tuple(one for one in group if not _INSTEAD.search(one.path[-1]))
    if together:
        yield together
    yield from ((one,) for one in group if one not in together)


def _together(chart: Chart, groups: Iterable[tuple[Filling, ...]]) -> list[tuple[Filling, ...]]:
    """The groups of fillings, some as one: of those that need the same switches, one of each part of the values."""
    packs: defaultdict[tuple[str, ...], list[dict[Names, tuple[Filling, ...]]]] = defaultdict(list)
    for group in groups:
        part = _parent(group[0])
        like_it = packs[tuple(dotted(path) for path, _ in _switches(chart.defaults, group[0].path))]
        pack = next((one for one in like_it if part not in one and len(one) < MOST_TOGETHER), None)
        if pack is None:
            pack = {}
            like_it.append(pack)
        pack[part] = group
    return [tuple(one for group in pack.values() for one in group) for like_it in packs.values() for pack in like_it]


def _is_possible(chart: Chart, filling: Filling) -> bool:
    switched = {dotted(path) for path, _ in _switches(chart.defaults, filling.path)}
    if switched & chart.absent_switches:
        return False
    shape = chart.shape
    # Where the schema refuses the defaults, Helm has the last word.
    return shape is None or not shape.fits({}) or shape.fits(_values(chart, (filling,)))


def _case(chart: Chart, name: str, group: Sequence[Filling]) -> FilledCase:
    guessed = [str(node) for one in group if not one.known for _, node in walk(one.value) if _is_scalar(node)]
    case = Case(
        name,
        f"fills {', '.join(dotted(one.path) for one in group)}",
        (values_text(_values(chart, group)),),
        release=chart.settings.release,
        namespace=chart.settings.namespace,
        origin="filled",
        guesses=tuple(guessed),
    )
    return FilledCase(case, tuple(group), chart)


def _is_scalar(node: Any) -> bool:
    return isinstance(node, str | int | float) and not isinstance(node, bool)


def _values(chart: Chart, group: Iterable[Filling]) -> Mapping[str, Any]:
    values: Mapping[str, Any] = {}
    for one in group:
        for path, content in (*_switches(chart.defaults, one.path), (one.path, one.value)):
            for key in reversed(path):
                content = {key: content}
            values = merged(values, content)
    return values


def _switches(defaults: Mapping[str, Any], path: Names) -> list[tuple[Names, bool]]:
    """The switches that are off in the maps along a path."""
    found: list[tuple[Names, bool]] = []
    part: Any = defaults
    for depth, key in enumerate(path[:-1], 1):
        part = part.get(key) if isinstance(part, Mapping) else None
        if isinstance(part, Mapping):
            found += [((*path[:depth], switch), True) for switch in _SWITCHES if part.get(switch) is False]
    return found
