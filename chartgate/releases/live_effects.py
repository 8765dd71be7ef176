"""What other values change in the objects of a base, beside what changes with every render."""

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
"""An object, whatever its name: its template, its kind, and its number among those of this kind in the template."""


@dataclass(frozen=True)
class Effect:
    """What shows that a value is read: in the base called `case`, `where` in `object` ("Kind/name") changes; or the
    chart refuses the values with the words `refusal`.
    """

    case: str
    object: str = ""
    where: str = ""
    refusal: str = ""


class BaseRelease:
    """A base and its objects, rendered when they are first asked for.

    Args:
        render: renders these values on the cluster of the base, anew with every call.
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
        """The objects, or the words with which the chart refuses the values."""
        found: Release | str = self._once("outcome", lambda: self._outcome(self.values))
        return found

    def effect(self, values: Mapping[str, Any], *, thorough: bool) -> Effect | None:
        """What these values change; None where nothing does, or where a schema refuses them before any template.

        A base that is refused shows it, too: other values are taken, or refused with other words.

        Args:
            thorough: also look whether what every render generates anew is now fixed, or the other way round.
        """
        before, after = self.outcome, self._outcome(values)
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
        """Whether the objects are those of another base, beside what every render generates anew."""
        own, others = self.outcome, other.outcome
        if isinstance(own, str) or isinstance(others, str):
            return own == others
        found = _changes(own, others)
        return not found or found.keys() <= other._random.keys()

    @property
    def _random(self) -> "Changes":
        """What changes when the base is rendered once more: generated secrets, and what is made of them."""
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
    """The objects by their keys; a name may be generated, too."""
    count: Counter[tuple[str, str]] = Counter()
    found = {}
    for obj in (*release.objects, *release.left_out):
        kind = (obj.template, obj.kind)
        found[*kind, count[kind]] = obj
        count[kind] += 1
    return found
