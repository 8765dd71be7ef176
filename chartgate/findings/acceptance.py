"""What is accepted: exceptions and references to objects that are outside or absent on purpose (`chartgate.yaml`), what
annotations of the objects name, and the findings of a baseline.

An entry or an annotation that accepts nothing is a finding itself, so that the list never outgrows its reasons.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from chartgate.findings.annotations import PREFIX, AnnotatedException, AnnotatedExceptions
from chartgate.findings.baseline import ACCEPTED, Baseline, entry_of
from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.finding import Column, Finding, Verdict
from chartgate.findings.runner import finding_of
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.settings import Settings
from chartgate.values.settings_file import AcceptedFinding, Declaration

Entry = AcceptedFinding | Declaration


@dataclass(frozen=True)
class Acceptance:
    """A finding that is accepted, with the reason given. `case` is empty where it is about no case."""

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
        unused: a finding for each entry of chartgate.yaml and each annotation that accepts nothing.
    """

    columns: Sequence[Column]
    general: Sequence[Finding]
    acceptances: Sequence[Acceptance]
    unused: Sequence[Finding]


def accept(
    columns: Sequence[Column],
    general: Sequence[Finding],
    settings: Settings,
    before: Baseline | None = None,
    apart: Sequence[Callable[[Finding, Release], str]] = (),
) -> Judged:
    """Take what chartgate.yaml, annotations and the baseline accept out of the findings of a run.

    Args:
        apart: each tells why a finding of a release does not count otherwise; empty for one that counts.
    """
    annotated = AnnotatedExceptions(columns)
    old = frozenset(before.findings) if before else frozenset()
    entries: Sequence[Entry] = (*settings.exceptions, *settings.outside, *settings.absent)
    known: dict[Finding, list[Entry]] = {}
    accepted: dict[Acceptance, None] = {}
    used: set[Entry | AnnotatedException] = set()

    def remains(finding: Finding, rendered: Rendered | None = None) -> bool:
        if finding not in known:
            known[finding] = [entry for entry in entries if covers(entry, finding)]
        accepting = [*known[finding], *(annotated.of(finding, rendered.release) if rendered else ())]
        used.update(accepting)
        reasons = [entry.reason for entry in accepting]
        if not reasons and old and entry_of(finding) in old:
            reasons = [ACCEPTED]
        if not reasons and rendered:
            told = (tell(finding, rendered.release) for tell in apart)
            reasons = [reason for reason in told if reason][:1]
        case = rendered.case.name if rendered else ""
        accepted.update((Acceptance(finding, case, reason), None) for reason in reasons)
        return not reasons

    remaining = [(key, [_without(verdict, remains) for verdict in verdicts]) for key, verdicts in columns]
    others = [finding for finding in general if remains(finding)]
    unused = [_unused(entry, settings.source) for entry in (*entries, *annotated) if entry not in used]
    return Judged(remaining, others, list(accepted), unused)


def _without(verdict: Verdict, remains: Callable[[Finding, Rendered], bool]) -> Verdict:
    return replace(verdict, findings=tuple(one for one in verdict.findings if remains(one, verdict.rendered)))


def covers(entry: Entry, finding: Finding) -> bool:
    """Whether an entry of chartgate.yaml accepts a finding."""
    if isinstance(entry, Declaration):
        return finding.target is not None and fnmatchcase(str(finding.target), entry.objects)
    same_rule = (entry.check, entry.rule) == (finding.check, finding.rule)
    return same_rule and fnmatchcase(str(finding.about), entry.objects)


def _unused(entry: Entry | AnnotatedException, source: str) -> Finding:
    if isinstance(entry, AnnotatedException):
        where = f"metadata.annotations.{PREFIX}{entry.name}"
        fault = Fault(
            "unused", where, "accepts no finding about the object", "remove the annotation, or correct its name"
        )
        return finding_of(CHECK, fault, entry.about)
    if isinstance(entry, Declaration):
        where = f"outside or absent: {entry.objects}"
        what = "nothing refers to such an object without making it"
    else:
        where = f"exceptions: {entry.check}, {entry.rule}, {entry.objects}"
        what = "no finding matches it any more"
    return finding_of(CHECK, Fault("unused", where, what), source)


CHECK = Check(
    key="exceptions",
    title="Exceptions are still needed",
    why="An exception that matches no finding any more would hide the next one.",
    source="chartgate.yaml, and annotations of objects",
    scopes=(),
    rules={
        "unused": Rule(
            "an entry of chartgate.yaml, or an annotation `ignore.chartgate/CHECK.RULE`, accepts nothing any more",
            "remove the entry, or correct its pattern",
            "exceptions: [{check: labels, rule: missing, objects: Secret/old, reason: ...}]",
            severity="warning",
        ),
    },
)
