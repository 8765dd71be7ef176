"""Scopes: which things of a run a judge looks at, one at a time, and which of them are alike.

A scope holds its judge. It lists subjects; the runner asks for each distinct subject how much of it there is to examine
(`count`), and the judge for the faults, if there is any of it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from chartgate.releases.comparisons import Comparison
from chartgate.releases.objects import Container, KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import version_key
from chartgate.tools.schemas import known_versions
from chartgate.tools.served_kinds import served_kinds
from chartgate.values.case import Case
from chartgate.values.chart import Chart


class Subject(NamedTuple):
    """One thing to judge: `key` is equal for things that the judge cannot tell apart, `about` is named in findings."""

    key: Hashable
    about: KubeObject | str
    arguments: tuple[Any, ...]


class _AskedAtOnce:
    """A scope whose judge gets all arguments of a subject."""

    judge: Callable[..., Any]

    def ask(self, *arguments: Any) -> Iterable[Any]:
        """The faults of a subject."""
        result: Iterable[Any] = self.judge(*arguments)
        return result


@dataclass(frozen=True)
class EachObject(_AskedAtOnce):
    """Every object, for the Kubernetes version it is made for: `judge(obj, kube_version)`.

    Args:
        wanted: whether the judge looks at an object.
        any_version: the version does not matter, so that each distinct object is judged once.
        alike: versions for which it gives the same are alike to the judge, so that each distinct object is judged once
            for all of them.
        between: an object that a case makes equally for an older and a newer version is judged as well for each minor
            version between the two that serves its kind.
        prepare: what it makes of all renders of a run is a further argument of the judge.
    """

    judge: Callable[..., Any]
    wanted: Callable[[KubeObject], bool] = lambda _: True
    any_version: bool = False
    alike: Callable[[str], Hashable] = str
    between: bool = False
    prepare: Callable[[Sequence[Rendered]], Any] | None = None

    def count(self, obj: KubeObject, *_: Any) -> int:
        """1 for an object that the judge looks at."""
        return int(self.wanted(obj))

    def subjects(self, renders: Sequence[Rendered]) -> Iterator[tuple[int, Subject]]:
        """The subjects, each with the index of its render."""
        prepared = () if self.prepare is None else (self.prepare(renders),)
        for index, rendered in enumerate(renders):
            version = rendered.release.kube_version
            alike = self._version_key(version)
            for obj in rendered.release:
                yield index, Subject((obj.digest, alike), obj, (obj, version, *prepared))
        for index, obj, version in _between(renders) if self.between else ():
            yield index, Subject((obj.digest, self._version_key(version)), obj, (obj, version, *prepared))

    def _version_key(self, version: str) -> Hashable:
        return "" if self.any_version else self.alike(version)


@dataclass(frozen=True)
class EachRelease(_AskedAtOnce):
    """Every release as a whole: `judge(release)`. Equal releases are judged once.

    Args:
        count: how many things of a release the judge looks at; it is not asked about a release that has none.
        prepare: what it makes of all renders of a run is a further argument of the judge and of `count`.
    """

    judge: Callable[..., Any]
    count: Callable[..., int] = lambda release, *_: len(release)
    prepare: Callable[[Sequence[Rendered]], Any] | None = None

    def subjects(self, renders: Sequence[Rendered]) -> Iterator[tuple[int, Subject]]:
        """The subjects, each with the index of its render."""
        prepared = () if self.prepare is None else (self.prepare(renders),)
        for index, rendered in enumerate(renders):
            if len(rendered.release):
                release = rendered.release
                yield index, Subject(release.digest, "release", (release, *prepared))


@dataclass(frozen=True)
class EachContainer:
    """Every container of every pod, init containers included: `judge(obj, container)`, the object that makes the pod.

    Args:
        wanted: whether the judge looks at a container of an object.
    """

    judge: Callable[..., Any]
    wanted: Callable[[KubeObject, Container], bool] = lambda *_: True

    def count(self, obj: KubeObject) -> int:
        """How many containers of an object the judge looks at."""
        return sum(self.wanted(obj, container) for container in obj.containers)

    def ask(self, obj: KubeObject) -> Iterator[Any]:
        """The faults of all containers of an object."""
        for container in obj.containers:
            if self.wanted(obj, container):
                yield from self.judge(obj, container)

    def subjects(self, renders: Sequence[Rendered]) -> Iterator[tuple[int, Subject]]:
        """The subjects, each with the index of its render."""
        for index, rendered in enumerate(renders):
            for obj in rendered.release:
                yield index, Subject(obj.digest, obj, (obj,))


@dataclass(frozen=True)
class EachObjectInRelease(_AskedAtOnce):
    """Every object, together with the release that it is part of: `judge(obj, release)`.

    Args:
        wanted: whether the judge looks at an object.
        view: what the judge gets of a release, made once for all of its objects; the release itself by default.
    """

    judge: Callable[..., Any]
    wanted: Callable[[KubeObject], bool] = lambda _: True
    view: Callable[[Release], Any] = lambda release: release

    def count(self, obj: KubeObject, _: Any) -> int:
        """1 for an object that the judge looks at."""
        return int(self.wanted(obj))

    def subjects(self, renders: Sequence[Rendered]) -> Iterator[tuple[int, Subject]]:
        """The subjects, each with the index of its render."""
        for index, rendered in enumerate(renders):
            view = self.view(rendered.release)
            for number, obj in enumerate(rendered.release):
                # Of equal releases the objects may be in another order.
                yield index, Subject((rendered.release.digest, obj.digest, number), obj, (obj, view))


@dataclass(frozen=True)
class EachRender(_AskedAtOnce):
    """Every render, refused ones included: `judge(rendered)`.

    Args:
        count: how many things of a render the judge looks at; it is not asked about a render that has none.
    """

    judge: Callable[[Rendered], Any]
    count: Callable[[Rendered], int] = lambda _: 1

    def subjects(self, renders: Sequence[Rendered]) -> Iterator[tuple[int, Subject]]:
        """The subjects, each with the index of its render."""
        for index, rendered in enumerate(renders):
            yield index, Subject(index, rendered.case.name, (rendered,))


@dataclass(frozen=True)
class EachComparison:
    """Every render that a comparison rendered otherwise: `judge(rendered, other)`, the render and the other release.

    Args:
        refused: is asked in place of the judge where Helm refuses the other render: `refused(rendered, words)`.
        count: how many things of the two the judge looks at; it is not asked where there are none.
    """

    comparison: Comparison
    judge: Callable[[Rendered, Release], Any]
    refused: Callable[[Rendered, str], Any] = lambda *_: ()
    counted: Callable[[Rendered, Release], int] = lambda rendered, _: len(rendered.release)

    def count(self, rendered: Rendered, other: Release | str) -> int:
        """How many things there are to compare."""
        return 1 if isinstance(other, str) else self.counted(rendered, other)

    def ask(self, rendered: Rendered, other: Release | str) -> Iterable[Any]:
        """The faults of a subject."""
        if isinstance(other, str):
            found: Iterable[Any] = self.refused(rendered, other)
        else:
            found = self.judge(rendered, other)
        return found

    def subjects(self, renders: Sequence[Rendered]) -> Iterator[tuple[int, Subject]]:
        """The subjects, each with the index of its render."""
        for index, rendered in enumerate(renders):
            other = rendered.others.get(self.comparison.key)
            if other is not None and len(rendered.release):
                yield index, Subject(index, rendered.case.name, (rendered, other))


@dataclass(frozen=True)
class WholeChart(_AskedAtOnce):
    """The files of the chart, whatever it renders: `judge(chart)`."""

    judge: Callable[[Chart], Any]

    def subjects(self, _: Sequence[Rendered]) -> Iterator[tuple[int, Subject]]:
        """None: the files belong to no render."""
        yield from ()

    def count(self, *_: Any) -> int:
        """The folder is one thing."""
        return 1


Scope = EachObject | EachContainer | EachObjectInRelease | EachRelease | EachRender | EachComparison | WholeChart


def _between(renders: Sequence[Rendered]) -> Iterator[tuple[int, KubeObject, str]]:
    """Objects that a later render of the same case repeats, with the versions between the two."""
    made: defaultdict[tuple[Case, str], list[tuple[tuple[int, ...], int, KubeObject]]] = defaultdict(list)
    times = Counter(rendered.case for rendered in renders)
    for index, rendered in enumerate(renders):
        if times[rendered.case] > 1:
            version = version_key(rendered.release.kube_version)
            for obj in rendered.release:
                made[rendered.case, obj.digest].append((version, index, obj))
    for occurrences in made.values():
        oldest, index, obj = min(occurrences, key=lambda occurrence: occurrence[:2])
        newest = max(occurrence[0] for occurrence in occurrences)
        yield from ((index, obj, between) for between in _serving(obj, oldest, newest))


def _serving(obj: KubeObject, oldest: tuple[int, ...], newest: tuple[int, ...]) -> list[str]:
    """The minor versions strictly between two that serve an object's kind."""
    if oldest == newest:
        return []
    kind = obj.kind_key
    inner = (version for version in known_versions() if oldest < version_key(version) < newest)
    return [version for version in inner if kind in served_kinds(version)]
