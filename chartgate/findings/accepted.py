"""What `chartgate.yaml` accepts: exceptions, and references to objects that are outside or absent on purpose.

An entry that accepts nothing is a finding itself, so that the list never outgrows its reasons.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from chartgate.findings.finding import Finding, Verdict
from chartgate.values.settings import FILE_NAME, AcceptedFinding, Declaration, Settings

KEY = "exceptions"

Entry = AcceptedFinding | Declaration


def accept(verdicts: Iterable[Verdict], settings: Settings) -> tuple[list[Verdict], list[Finding]]:
    """The verdicts without accepted findings, and a finding for each entry that accepted none."""
    entries: Sequence[Entry] = (*settings.exceptions, *settings.outside, *settings.absent)
    used: set[Entry] = set()
    remaining = []
    for verdict in verdicts:
        kept = []
        for finding in verdict.findings:
            matches = {entry for entry in entries if covers(entry, finding)}
            used |= matches
            if not matches:
                kept.append(finding)
        remaining.append(replace(verdict, findings=tuple(kept)))
    return remaining, [_unused(entry) for entry in entries if entry not in used]


def covers(entry: Entry, finding: Finding) -> bool:
    """Whether an entry of chartgate.yaml accepts a finding."""
    if isinstance(entry, Declaration):
        return bool(finding.target) and fnmatchcase(finding.target, entry.objects)
    same_rule = (entry.check, entry.rule) == (finding.check, finding.rule)
    return same_rule and fnmatchcase(finding.object, entry.objects)


def _unused(entry: Entry) -> Finding:
    if isinstance(entry, Declaration):
        where = f"outside or absent: {entry.objects}"
        what = "nothing refers to such an object without making it"
    else:
        where = f"exceptions: {entry.check}, {entry.rule}, {entry.objects}"
        what = "no finding matches it any more"
    return Finding(KEY, "unused", FILE_NAME, where, what, "remove the entry, or correct its pattern")
