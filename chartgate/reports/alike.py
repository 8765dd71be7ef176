"""Findings that are one defect: where names follow the release, it shows under as many names as there are releases."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chartgate.findings.finding import Finding


@dataclass(frozen=True)
class Alike:
    """Findings that differ in nothing but the name of their object: the first of them, and all names and cases."""

    finding: Finding
    objects: tuple[str, ...]
    cases: tuple[str, ...]


def alike(found: Iterable[tuple[Finding, Sequence[str]]]) -> list[Alike]:
    """Findings, each with the names of its cases, as the defects that they are, in the order of their first ones."""
    groups: defaultdict[tuple[str, ...], list[tuple[Finding, Sequence[str]]]] = defaultdict(list)
    for finding, cases in found:
        groups[_without_name(finding)].append((finding, cases))
    return [
        Alike(
            group[0][0],
            tuple(dict.fromkeys(finding.object for finding, _ in group)),
            tuple(dict.fromkeys(case for _, cases in group for case in cases)),
        )
        for group in groups.values()
    ]


def _without_name(finding: Finding) -> tuple[str, ...]:
    kind, _, name = finding.object.partition("/")
    what = finding.what.replace(name, "") if name else finding.what
    return finding.check, finding.rule, kind, finding.where, what, finding.remedy
