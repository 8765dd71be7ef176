"""A release: all objects of one render, with helpers that let a test read like a sentence."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from chartgate.releases.identity import About, Identity
from chartgate.releases.objects import KubeObject
from chartgate.releases.stored_size import Oversize

_TESTS = frozenset({"test", "test-success"})


@dataclass(frozen=True)
class Release:
    """What one `helm template` made, and of what.

    `helm_version` says which Helm, in the words of reports. `kube_version` is the minor version it is meant for; for a
    Helm that cannot be told one, the version to judge it by. `warnings` are lines that Helm printed beside the objects.
    `left_out` are objects with a hook that Helm does not know; only Helm's library shows them. `oversize` tells how
    large it is where Helm cannot store it.
    """

    name: str
    namespace: str
    helm_version: str
    kube_version: str
    objects: tuple[KubeObject, ...]
    warnings: tuple[str, ...] = ()
    left_out: tuple[KubeObject, ...] = ()
    oversize: Oversize | None = None

    def __iter__(self) -> Iterator[KubeObject]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def of_kind(self, *kinds: str) -> list[KubeObject]:
        """The objects of these kinds, in the order Helm printed them."""
        if len(kinds) == 1:
            return list(self._by_kind.get(kinds[0], ()))
        return [obj for obj in self.objects if obj.kind in kinds]

    def only(self, kind: str) -> KubeObject:
        """The one object of `kind`, hooks not counted.

        Raises:
            LookupError: there is none, or more than one.
        """
        found = [obj for obj in self.of_kind(kind) if not obj.hooks]
        if len(found) != 1:
            raise LookupError(f"expected one {kind}, found {len(found)} in {self._listing()}")
        return found[0]

    def get(self, kind: str, name: str) -> KubeObject:
        """The object of that kind and name.

        Raises:
            LookupError: there is none.
        """
        obj = self.find(kind, name)
        if obj is None:
            raise LookupError(f"no {About(kind, name)} in {self._listing()}")
        return obj

    def find(self, kind: str, name: str, namespace: str | None = None) -> KubeObject | None:
        """The object of that kind and name, in that namespace if one is given; None when there is none."""
        return next(
            (o for o in self.of_kind(kind) if o.name == name and (namespace is None or o.namespace in {"", namespace})),
            None,
        )

    @cached_property
    def by_identity(self) -> dict[Identity, list[KubeObject]]:
        """The objects by their identity: one each, unless the chart makes an object twice."""
        found: dict[Identity, list[KubeObject]] = {}
        for obj in self.objects:
            found.setdefault(obj.identity, []).append(obj)
        return found

    @cached_property
    def _by_kind(self) -> dict[str, list[KubeObject]]:
        found: dict[str, list[KubeObject]] = {}
        for obj in self.objects:
            found.setdefault(obj.kind, []).append(obj)
        return found

    def tests_like(self, obj: KubeObject) -> bool:
        """Whether an object of `helm test` is here under another name: each render may give it a random one."""
        return bool(obj.hooks) and any(
            one.hooks == obj.hooks <= _TESTS and (one.kind, one.template) == (obj.kind, obj.template)
            for one in self.objects
        )

    def workloads(self) -> list[KubeObject]:
        """The objects that make pods."""
        return [obj for obj in self.objects if obj.pod_template is not None]

    def inventory(self) -> list[tuple[str, str]]:
        """The (kind, name) pairs, sorted."""
        return sorted((obj.kind, obj.name) for obj in self.objects)

    @cached_property
    def digest(self) -> str:
        """Hash of all objects: equal for releases that no check can tell apart, whatever the order of objects."""
        objects = [sorted(obj.digest for obj in some) for some in (self.objects, self.left_out)]
        stored = str(self.oversize or "")
        text = "\n".join([self.name, self.namespace, self.kube_version, stored, *objects[0], "left out", *objects[1]])
        return hashlib.sha256(text.encode()).hexdigest()

    def _listing(self) -> str:
        return ", ".join(str(About(kind, name)) for kind, name in self.inventory()) or "an empty release"
