"""Findings about a run as a whole, which no single render shows."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from chartgate.findings import rendering
from chartgate.findings.check import Check, Fault
from chartgate.findings.finding import Column, Finding
from chartgate.findings.runner import finding_of
from chartgate.values.proof import Proof


def nothing_examined(checks: Sequence[Check], columns: Sequence[Column]) -> Iterator[Finding]:
    """A finding for each check that has to examine something and did not; none where Helm's refusals tell why."""
    verdicts_by_key = dict(columns)
    refusals = [one for one in verdicts_by_key.get(rendering.CHECK.key, ()) if one.rendered.refusal and one.findings]
    if refusals and not any(len(one.rendered.release) for _, verdicts in columns for one in verdicts):
        return
    by_key = {check.key: check for check in checks}
    for key, verdicts in columns:
        if not by_key[key].about and not sum(verdict.examined for verdict in verdicts):
            fault = Fault("nothing-examined", "", "examined nothing, so that it proves nothing")
            yield finding_of(by_key[key], fault, "gate")


def uncovered(proof: Sequence[Proof], source: Path) -> Iterator[Finding]:
    """A finding for each group of axes whose combinations the cases do not have."""
    for group in proof:
        if not group.holds:
            missing = "; ".join((*group.uncovered, *group.broken)[:5]) or "no combination at all is asked for"
            what = f"the cases do not have every combination of {group.strength} labels: {missing}"
            yield finding_of(rendering.CHECK, Fault("uncovered", "", what), str(source))


def too_few(made: int, wanted: int) -> Iterator[Finding]:
    """A finding where nearly all that the schema accepts contradicts itself, so that few cases were looked at."""
    if made < wanted:
        what = f"{made} generated cases of {wanted} do not contradict themselves"
        yield finding_of(rendering.CHECK, Fault("too-few", "", what), "values.schema.json")
