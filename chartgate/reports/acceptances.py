"""Which findings chartgate.yaml accepts, and for what reason: reports show them beside those that remain."""

from collections.abc import Iterable, Sequence

from chartgate.findings.accepted import Entry, covers
from chartgate.findings.finding import Verdict
from chartgate.reports.results import Acceptance
from chartgate.values.settings import Settings


def acceptances(verdicts: Iterable[Verdict], settings: Settings) -> list[Acceptance]:
    """One entry a distinct finding, case and reason, of the verdicts as the checks gave them."""
    entries: Sequence[Entry] = (*settings.exceptions, *settings.outside, *settings.absent)
    found = (
        Acceptance(finding, verdict.rendered.case.name, entry.reason)
        for verdict in verdicts
        for finding in verdict.findings
        for entry in entries
        if covers(entry, finding)
    )
    return list(dict.fromkeys(found))
