"""Findings that were there before: a baseline is a file of them, and a run with it fails for new findings only."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from chartgate.errors import GateError
from chartgate.findings.finding import Finding
from chartgate.findings.same_defect import without_random_end, without_versions
from chartgate.tools.reading import Reading, shown

ACCEPTED = "in the baseline"
"""The reason with which a finding of the baseline is accepted."""


class Entry(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """What a baseline keeps of a finding: all that stays the same from run to run."""

    check: str
    rule: str
    object: str
    where: str
    what: str
    group: str = ""
    namespace: str = ""


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    format: Literal[1]
    findings: tuple[Entry, ...]


def entry_of(finding: Finding) -> Entry:
    """The entry for a finding: without Kubernetes versions, and without the random end of its object's name."""
    name = finding.object.partition("/")[2]
    kept = without_random_end(finding.object)
    what = finding.what.replace(name, kept.partition("/")[2]) if name else finding.what
    return Entry(
        finding.check,
        finding.rule,
        kept,
        finding.where,
        without_versions(what),
        finding.group,
        finding.namespace,
    )


def written(findings: Iterable[Finding]) -> bytes:
    """A baseline of these findings, as JSON: sorted, so that two versions of it can be compared."""
    entries = tuple(sorted({entry_of(finding) for finding in findings}))
    return msgspec.json.format(msgspec.json.encode(Baseline(1, entries)), indent=1) + b"\n"


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file.

    Raises:
        GateError: there is no such file, it cannot be read, or it is no baseline.
    """
    content = Reading().content(path, may_be_pipe=True)
    if content is None:
        raise GateError(f"{shown(path)}: there is no such file: write it first with --write-baseline {shown(path)}")
    try:
        return msgspec.json.decode(content, type=Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GateError(f"{shown(path)}: is not a baseline: {error}: write it again with --write-baseline") from error


def gone(baseline: Baseline, findings: Iterable[Finding]) -> Iterator[str]:
    """A sentence for the entries that no finding matches any more; the findings are those of a whole run."""
    left = sorted(set(baseline.findings) - {entry_of(finding) for finding in findings})
    if left:
        named = "; ".join(f"{one.object}: {one.where or 'the object'} [{one.check}/{one.rule}]" for one in left[:5])
        more = f"; and {len(left) - 5} more" if len(left) > 5 else ""
        count = "1 entry" if len(left) == 1 else f"{len(left)} entries"
        yield f"{count} of the baseline no longer occur: {named}{more}: write it again with --write-baseline"
