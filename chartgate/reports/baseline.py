"""The findings of a run as a baseline, with which later runs fail for new ones only."""

from chartgate.findings.baseline import ACCEPTED, written
from chartgate.reports.results import Results


def baseline_report(results: Results) -> bytes:
    """The whole file: the findings of this run, and those of its own baseline that still occur."""
    known = [one.finding for one in results.acceptances if one.reason == ACCEPTED]
    return written([*results.occurrences_by_render, *known])
