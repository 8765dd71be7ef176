"""The notices of a run, for all reports: what it left out or could not check, and the notes of the checks."""

from collections.abc import Iterator, Mapping, Sequence

from chartgate.findings.baseline import Baseline, gone
from chartgate.findings.finding import Column, Finding
from chartgate.releases.identity import About
from chartgate.tools.engines import REFERENCE_SPEC
from chartgate.tools.helm import is_at_hand
from chartgate.tools.some_of import some_of
from chartgate.values.selection import Selection

NAMED = 5
"""The number of things that a notice names. It only counts the others."""
OF_A_LIBRARY = "left out: objects, because a library chart has none of its own: only its files are checked"


def told(left_out: str, notices: Sequence[str]) -> list[str]:
    """All notices of a run. The first one says what the options left out of a whole run, if they did."""
    return [*([f"part of the whole: {left_out}"] if left_out else ()), *notices]


def interrupted(done: Sequence[str], left_out: str) -> str:
    """What an interrupted run left out, with the keys of the checks that it has done."""
    return "; ".join(filter(None, (f"interrupted, after these checks: {', '.join(done)}", left_out)))


def left_out_of_the_chart(texts: Sequence[str]) -> list[str]:
    """A notice for each part of the chart that cannot be used."""
    return [f"left out: {text}" for text in texts]


def missing_helms(why_by_spec: Mapping[str, str]) -> list[str]:
    """The Helm versions that rendered nothing."""
    return [f"not rendered by Helm {spec}, which cannot be had: {why}" for spec, why in why_by_spec.items()]


def not_rendered(selection: Selection) -> Iterator[str]:
    """Notices about what no case of a whole run renders."""
    left_out = selection.coverage.matrix.left_out if selection.coverage else ()
    if left_out:
        named = ", ".join(left_out[:NAMED]) + (" and others" if len(left_out) > NAMED else "")
        yield (
            f"not rendered: {len(left_out)} switches with other values than their defaults ({named}): "
            "write a matrix.yaml that has them as axes"
        )
    if not is_at_hand(REFERENCE_SPEC):
        yield f"not rendered: the upgrade of an installed release, which needs Helm {REFERENCE_SPEC}"


def gone_entries(baseline: Baseline, findings: Sequence[Finding]) -> Iterator[str]:
    """A notice with the entries of a baseline that match none of the findings of a whole run."""
    left = gone(baseline, findings)
    if left:
        texts = [f"{one.object}: {one.where or 'the object'} [{one.check}/{one.rule}]" for one in left]
        count = "1 entry of the baseline no longer occurs"
        if len(left) > 1:
            count = f"{len(left)} entries of the baseline no longer occur"
        yield f"{count}: {some_of(texts, NAMED, '; ')}: write it again with --write-baseline"


def notes(columns: Sequence[Column]) -> Iterator[str]:
    """The notes of the checks, one line for all objects with the same note."""
    objects: dict[tuple[str, str, str], dict[About, None]] = {}
    for key, verdicts in columns:
        for note in (note for verdict in verdicts for note in verdict.notes):
            objects.setdefault((key, note.what, note.remedy), {})[note.about] = None
    for (key, what, remedy), names in objects.items():
        yield f"{key}: {some_of([*map(str, names)], 1)}: {what}: {remedy}"
