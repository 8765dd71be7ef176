"""Findings that were there before: a baseline is a file of them, and a run with it fails for new findings only."""

import hashlib
from collections.abc import Iterable
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
    about = without_random_end(finding.about)
    what = finding.what.replace(finding.about.name, about.name) if about != finding.about else finding.what
    texts = (finding.check, finding.rule, str(about), finding.where, without_versions(what))
    return Entry(*map(_escaped, (*texts, about.group, about.namespace)))


def fingerprint_of(finding: Finding) -> str:
    """What makes a finding the same one in a later run, for programs that compare runs: SHA-256 in hexadecimal digits.

    It is that of its entry in a baseline, so neither the case, the line nor the Kubernetes version is part of it.
    """
    return hashlib.sha256(msgspec.json.encode(entry_of(finding))).hexdigest()


def _escaped(text: str) -> str:
    """A text that UTF-8 can hold: lone surrogates, which YAML can write, stand as Python writes them."""
    return text.encode("utf-8", "backslashreplace").decode()


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


def gone(baseline: Baseline, findings: Iterable[Finding]) -> list[Entry]:
    """The entries that none of these findings matches, sorted."""
    return sorted(set(baseline.findings) - {entry_of(finding) for finding in findings})
