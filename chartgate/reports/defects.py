"""Findings that are one defect: where names follow the release, it shows under as many names as there are releases."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from chartgate.findings.finding import Finding
from chartgate.findings.same_defect import defect_key, object_key, version_in, with_versions


@dataclass(frozen=True)
class Defect:
    """Findings of different cases that differ only in the name of their object or in the Kubernetes version.

    `first` is the first of them, and `finding` the same with all the versions; `objects` and `cases` are all names and
    cases.
    """

    finding: Finding
    first: Finding
    objects: tuple[str, ...]
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
        group.objects[finding.object] = None
        group.keys.add(object_key(finding))
        group.cases.update(dict.fromkeys(cases))
        group.versions |= {version_in(finding.what)} - {""}
    return [
        Defect(group.of_all_versions, group.finding, tuple(group.objects), tuple(group.cases)) for group in in_order
    ]


@dataclass
class _Group:
    """What becomes a Defect; the keys of both mappings are in order."""

    finding: Finding
    objects: dict[str, None] = field(default_factory=dict)
    cases: dict[str, None] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)

    @property
    def of_all_versions(self) -> Finding:
        """The first finding, which tells the Kubernetes versions of all of them."""
        return replace(self.finding, what=with_versions(self.finding.what, self.versions))

    def has_room(self, finding: Finding, cases: Sequence[str]) -> bool:
        """Whether a finding in these cases is of the same defect: about the same object, or in cases of its own."""
        return object_key(finding) in self.keys or not self.cases.keys() & set(cases)
