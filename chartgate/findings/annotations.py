"""Exceptions that stand on the object itself, as annotations: `ignore.chartgate/CHECK.RULE: REASON`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chartgate.findings.finding import Column, Finding
from chartgate.releases.identity import About
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release

PREFIX = "ignore.chartgate/"


@dataclass(frozen=True)
class AnnotatedException:
    """An annotation that accepts findings about its object: those of a rule, or of all rules of a check."""

    about: About
    name: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether it accepts a finding about its object."""
        return self.name in {finding.check, f"{finding.check}.{finding.rule}"}


class AnnotatedExceptions:
    """The annotations of each release in a run."""

    def __init__(self, columns: Sequence[Column]) -> None:
        releases = {id(one.rendered.release): one.rendered.release for _, verdicts in columns for one in verdicts}
        self._by_release = {key: found for key, release in releases.items() if (found := _of_release(release))}

    def of(self, finding: Finding, release: Release) -> Sequence[AnnotatedException]:
        """The annotations that accept a finding of a release."""
        entries = self._by_release.get(id(release), {}).get(finding.about, ())
        return [entry for entry in entries if entry.covers(finding)]

    def __iter__(self) -> Iterator[AnnotatedException]:
        found = (one for objects in self._by_release.values() for entries in objects.values() for one in entries)
        return iter(dict.fromkeys(found))


def _of_release(release: Release) -> Mapping[About, Sequence[AnnotatedException]]:
    found = ((obj, list(_of_object(obj))) for obj in release)
    return {obj.about: entries for obj, entries in found if entries}


def _of_object(obj: KubeObject) -> Iterator[AnnotatedException]:
    for name, reason in obj.annotations.items():
        if str(name).startswith(PREFIX):
            yield AnnotatedException(
                obj.about, str(name).removeprefix(PREFIX), str(reason).strip() or "no reason given"
            )
