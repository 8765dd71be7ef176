"""Findings that are one defect: where names follow the release, it shows under as many names as there are releases."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from chartgate.findings.baseline import fingerprint_of
from chartgate.findings.finding import Finding
from chartgate.findings.same_defect import defect_key, object_key, version_in, with_versions
from chartgate.releases.identity import About


@dataclass(frozen=True)
class Defect:
    """Findings of different cases that differ only in the name of their object or in the Kubernetes version.

    `first` is the first of them, and `finding` the same with all the versions; `objects` and `cases` are all names and
    cases.
    """

    finding: Finding
    first: Finding
    objects: tuple[About, ...]
    cases: tuple[str, ...]


def defects_of(found: Iterable[tuple[Finding, Sequence[str]]]) -> list[Defect]:
    """Findings, each with the names of its cases, as the defects that they are, in the order of their first ones."""
    groups: defaultdict[tuple[str, ...], list[_Group]] = defaultdict(list)
    in_order: list[_Group] = []
    for finding, cases in found:
        like_it = groups[defect_key(finding)]
        group = next((group for group in like_it if cases and group.has_room(finding, cases)), None)
        if group is None:
            group = _Group(finding)
            like_it.append(group)
            in_order.append(group)
        group.add(finding, cases)
    return [group.defect for group in in_order]


def by_fingerprint(found: Iterable[tuple[Finding, Sequence[str]]]) -> list[Defect]:
    """Findings, each with the names of its cases; those that a program which compares runs takes for one are one."""
    groups: dict[str, _Group] = {}
    for finding, cases in found:
        groups.setdefault(fingerprint_of(finding), _Group(finding)).add(finding, cases)
    return [group.defect for group in groups.values()]


@dataclass
class _Group:
    """What becomes a Defect; the keys of both mappings are in order."""

    finding: Finding
    objects: dict[About, None] = field(default_factory=dict)
    cases: dict[str, None] = field(default_factory=dict)
    keys: set[About | None] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)

    def add(self, finding: Finding, cases: Sequence[str]) -> None:
        """Make a finding one of the group."""
        self.objects[finding.about] = None
        self.keys.add(object_key(finding))
        self.cases.update(dict.fromkeys(cases))
        self.versions |= {version_in(finding.what)} - {""}

    @property
    def defect(self) -> Defect:
        """The group, by its first finding, which tells the Kubernetes versions of all of them."""
        told = replace(self.finding, what=with_versions(self.finding.what, self.versions))
        return Defect(told, self.finding, tuple(self.objects), tuple(self.cases))

    def has_room(self, finding: Finding, cases: Sequence[str]) -> bool:
        """Whether a finding in these cases is of the same defect: about the same object, or in cases of its own."""
        return object_key(finding) in self.keys or not self.cases.keys() & set(cases)
