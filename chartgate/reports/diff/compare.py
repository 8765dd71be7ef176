"""Two releases of one case compared, object by object and path by path."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartgate.releases.differences import ABSENT, differences, written
from chartgate.releases.generated_secrets import is_secret_data
from chartgate.releases.identity import About, Identity
from chartgate.releases.immutable import is_immutable, is_selector
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.reports.masking import MASK, is_secret_checksum


@dataclass(frozen=True)
class Change:
    """One place that differs. `before` or `after` is `ABSENT` where only the other side has it.

    `immutable`: the API server refuses the change on an existing object. `selector`: it decides which pods belong.
    """

    path: str
    before: Any
    after: Any
    immutable: bool
    selector: bool


@dataclass(frozen=True)
class ChangedObject:
    """An object that both versions make, with what differs. `rolls`: its pods are replaced."""

    about: About
    identity: Identity
    changes: tuple[Change, ...]
    rolls: bool


@dataclass(frozen=True)
class Difference:
    """What an upgrade changes in one case: objects that come and go, and those that change.

    `refused` holds the chart's words where one of the two does not render the case; nothing is compared then.
    """

    case: str
    added: tuple[About, ...] = ()
    removed: tuple[About, ...] = ()
    changed: tuple[ChangedObject, ...] = ()
    refused: str = ""

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.changed or self.refused)

    @property
    def immutable(self) -> list[tuple[About, Change]]:
        """The changes that make an upgrade fail, with their objects."""
        return [(obj.about, change) for obj in self.changed for change in obj.changes if change.immutable]


Place = tuple[Identity, str]
"""An object, and a path in it."""


def random_places(once: Release, again: Release) -> frozenset[Place]:
    """Where two renders of the same chart and case differ: generated secrets, and whatever is made of them."""
    return frozenset((obj.identity, change.path) for obj in compare("", once, again).changed for change in obj.changes)


def compare(case: str, before: Release, after: Release, ignored: frozenset[Place] = frozenset()) -> Difference:
    """The difference of two renders of `case`; what Secrets hold is masked on both sides.

    `ignored` places count only where one side has no value.
    """
    old, new = ({identity: same[-1] for identity, same in one.by_identity.items()} for one in (before, after))
    changed = []
    for identity in old.keys() & new.keys():
        changes = tuple(
            change
            for change in _changes(old[identity], new[identity])
            if change.before is ABSENT or change.after is ABSENT or (identity, change.path) not in ignored
        )
        if changes:
            pod = f"{new[identity].pod_path}".removesuffix("spec").rstrip(".")
            rolls = bool(pod) and any(f"{change.path}.".startswith(f"{pod}.") for change in changes)
            changed.append(ChangedObject(new[identity].about, identity, changes, rolls))
    return Difference(
        case,
        tuple(sorted(new[identity].about for identity in new.keys() - old.keys())),
        tuple(sorted(old[identity].about for identity in old.keys() - new.keys())),
        tuple(sorted(changed, key=lambda obj: (obj.about, obj.identity))),
    )


def _changes(before: KubeObject, after: KubeObject) -> Iterator[Change]:
    for path, old, new in differences(before.manifest, after.manifest):
        secret = is_secret_data(after, path) or is_secret_checksum(path[-1])
        yield Change(
            written(path),
            _masked(old, secret),
            _masked(new, secret),
            is_immutable(before, path, old is not ABSENT),
            is_selector(after.kind, path),
        )


def _masked(value: Any, secret: bool) -> Any:
    return MASK if secret and value is not ABSENT else value
