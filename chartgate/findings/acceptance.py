"""What `chartgate.yaml` accepts: exceptions, and references to objects that are outside or absent on purpose.

An entry that accepts nothing is a finding itself, so that the list never outgrows its reasons.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.finding import Column, Finding, Verdict
from chartgate.findings.runner import finding_of
from chartgate.values.settings import FILE_NAME, Settings
from chartgate.values.settings_file import AcceptedFinding, Declaration

Entry = AcceptedFinding | Declaration


@dataclass(frozen=True)
class Acceptance:
    """A finding that chartgate.yaml accepts, with the reason given there. `case` is empty where it is about no case."""

    finding: Finding
    case: str
    reason: str


@dataclass(frozen=True)
class Judged:
    """What remains of the findings of a run.

    Args:
        columns: the verdicts without the accepted findings.
        general: the findings about no render, without the accepted ones.
        acceptances: the accepted findings, each with its case and each reason once.
        unused: a finding for each entry of chartgate.yaml that accepts nothing.
    """

    columns: Sequence[Column]
    general: Sequence[Finding]
    acceptances: Sequence[Acceptance]
    unused: Sequence[Finding]


def accept(columns: Sequence[Column], general: Sequence[Finding], settings: Settings) -> Judged:
    """Take what chartgate.yaml accepts out of the findings of a run."""
    entries: Sequence[Entry] = (*settings.exceptions, *settings.outside, *settings.absent)
    known: dict[Finding, list[Entry]] = {}
    accepted: dict[Acceptance, None] = {}

    def remains(finding: Finding, case: str = "") -> bool:
        if finding not in known:
            known[finding] = [entry for entry in entries if covers(entry, finding)]
        accepted.update((Acceptance(finding, case, entry.reason), None) for entry in known[finding])
        return not known[finding]

    remaining = [(key, [_without(verdict, remains) for verdict in verdicts]) for key, verdicts in columns]
    others = [finding for finding in general if remains(finding)]
    used = {entry for matching in known.values() for entry in matching}
    return Judged(remaining, others, list(accepted), [_unused(entry) for entry in entries if entry not in used])


def _without(verdict: Verdict, remains: Callable[[Finding, str], bool]) -> Verdict:
    case = verdict.rendered.case.name
    return replace(verdict, findings=tuple(finding for finding in verdict.findings if remains(finding, case)))


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
    return finding_of(CHECK, Fault("unused", where, what), FILE_NAME)


CHECK = Check(
    key="exceptions",
    title="Exceptions are still needed",
    why="An exception that matches no finding any more would hide the next one.",
    source="chartgate.yaml",
    scopes=(),
    rules={
        "unused": Rule(
            "an entry of chartgate.yaml accepts nothing any more",
            "remove the entry, or correct its pattern",
            "exceptions: [{check: labels, rule: missing, objects: Secret/old, reason: ...}]",
            severity="warning",
        ),
    },
)
