"""The effect of changed values on the objects of a base, without what changes with every render."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import RLock
from typing import Any

from chartgate.releases.differences import differences, written
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError
from chartgate.tools.merging import merged
from chartgate.tools.walk import Path
from chartgate.values.live_bases import Base

BY_SCHEMA = "values don't meet the specifications of the schema"
"""Helm's message if a values.schema.json refuses the values, before it renders any template."""

Key = tuple[str, str, int]
"""Identifies an object without its name: template, kind, and its number among the objects of this kind there."""


@dataclass(frozen=True)
class Effect:
    """The effect of a changed value.

    Args:
        case: the name of the base in which the value was changed.
        object: the object that changes, as "Kind/name".
        where: the path in the object.
        refusal: Helm's message, if the chart refuses the changed value instead.
    """

    case: str
    object: str = ""
    where: str = ""
    refusal: str = ""


class RefusedBySchemaError(Exception):
    """A schema, such as that of a subchart, refuses values before any template runs."""


class BaseRelease:
    """A base and its objects, which are rendered on first use.

    Args:
        render: renders values on the cluster of the base. It uses no cache.
    """

    def __init__(self, base: Base, defaults: Mapping[str, Any], render: Callable[[Base, Mapping[str, Any]], Release]):
        self.base, self.name, self.values = base, base.name, base.values
        self.full: Mapping[str, Any] = merged(defaults, base.values)
        """The values with the defaults."""
        self._render_with = render
        # Not cached_property: before Python 3.12, it lets one thread at a time compute it, of all objects.
        self._lock = RLock()
        self._kept: dict[str, Any] = {}

    @property
    def outcome(self) -> Release | str:
        """The objects, or Helm's message if the chart refuses the values."""
        found: Release | str = self._once("outcome", lambda: self._outcome(self.values))
        return found

    def effect(self, values: Mapping[str, Any], *, thorough: bool) -> Effect | None:
        """The effect of other values; None if they have none.

        If the chart refuses the base itself, the other values have an effect if the chart accepts them, or refuses them
        with another message.

        Args:
            thorough: also count that text which each render generates is fixed with these values, or the reverse.

        Raises:
            RefusedBySchemaError: a schema refuses the other values.
        """
        before, after = self.outcome, self._outcome(values)
        if isinstance(after, str) and BY_SCHEMA in after:
            raise RefusedBySchemaError
        if isinstance(before, str) or isinstance(after, str):
            words = after if isinstance(after, str) else str(before)
            return None if after == before or BY_SCHEMA in words else Effect(self.name, refusal=words)
        found = _changes(before, after)
        shown = found.keys() - self._random.keys() if found else found.keys()
        if found and not shown and thorough:
            again = _changes(after, self._render_with(self.base, values))
            shown = self._random.keys() ^ again.keys()
            found = {**self._random, **again}
        if not shown:
            return None
        place = min(shown, key=lambda one: (one[0], tuple(map(str, one[1]))))
        return Effect(self.name, found[place].ref, written(place[1]))

    def is_like(self, other: "BaseRelease") -> bool:
        """Whether the objects are equal to those of another base, except for text that each render generates."""
        own, others = self.outcome, other.outcome
        if isinstance(own, str) or isinstance(others, str):
            return own == others
        found = _changes(own, others)
        return not found or found.keys() <= other._random.keys()

    @property
    def _random(self) -> "Changes":
        """The differences between two renders of the base: generated secrets, and texts that depend on them."""
        before = self.outcome
        assert isinstance(before, Release)
        found: Changes = self._once("random", lambda: _changes(before, self._render_with(self.base, self.values)))
        return found

    def _once(self, name: str, compute: Callable[[], Any]) -> Any:
        with self._lock:
            if name not in self._kept:
                self._kept[name] = compute()
            return self._kept[name]

    def _outcome(self, values: Mapping[str, Any]) -> Release | str:
        try:
            return self._render_with(self.base, values)
        except RenderError as error:
            return " ".join(str(error).split())


Changes = dict[tuple[Key, Path], KubeObject]
"""The deepest places that differ, each with its object."""


def _changes(before: Release, after: Release) -> Changes:
    old, new = _by_key(before), _by_key(after)
    found: Changes = {}
    for key in {**old, **new}:
        one, other = old.get(key), new.get(key)
        if one is None or other is None:
            obj = one or other
            assert obj is not None
            found[key, ()] = obj
        elif one is not other and one.digest != other.digest:
            found |= {(key, path): other for path, _, _ in differences(one.manifest, other.manifest)}
    return found


def _by_key(release: Release) -> dict[Key, KubeObject]:
    """The objects by their keys. Names are no keys, because a name may be generated."""
    count: Counter[tuple[str, str]] = Counter()
    found = {}
    for obj in (*release.objects, *release.left_out):
        kind = (obj.template, obj.kind)
        found[*kind, count[kind]] = obj
        count[kind] += 1
    return found
