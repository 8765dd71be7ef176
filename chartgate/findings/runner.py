"""The one loop of all checks: it asks the judges, catches what they cannot read, counts, and makes findings of faults.

What the user's own values ask for is dropped here (`Fault.unless`), and equal subjects are judged once.
"""

import traceback
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chartgate.errors import GateError
from chartgate.findings.check import Check, Fault
from chartgate.findings.finding import Finding, Verdict
from chartgate.findings.scopes import EachRender, Scope, Subject, WholeChart
from chartgate.findings.user_values import UserValues, user_values
from chartgate.releases.identity import About
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.tools.own_modules import PREFIX
from chartgate.values.case import Case
from chartgate.values.chart import Chart

UNREADABLE = "cannot be examined, since something in it is not shaped as Kubernetes says"


@dataclass(frozen=True)
class _Judged:
    """How much of a subject was examined, and its findings with what each is asked of the user's values."""

    examined: int
    found: tuple[tuple[Finding, Callable[[UserValues], bool] | None], ...]


def examine(check: Check, renders: Sequence[Rendered]) -> list[Verdict]:
    """The verdict of a check on each render that has objects, in the order of the renders; on a render without objects
    where the check looks at renders as such.

    Raises:
        GateError: a program that the check needs cannot be used.
    """
    every = any(isinstance(scope, EachRender) for scope in check.scopes)
    examined = [0] * len(renders)
    # A finding that two scopes or objects have in common is one.
    found: list[dict[Finding, None]] = [{} for _ in renders]
    for scope in check.scopes:
        known: dict[Hashable, _Judged] = {}
        for index, subject in scope.subjects(renders):
            if subject.key not in known:
                known[subject.key] = _judged(check, scope, subject)
            judged = known[subject.key]
            examined[index] += judged.examined
            for finding, unless in judged.found:
                if unless is None or not _asked_for(renders[index].case, unless):
                    found[index][finding] = None
    return [
        Verdict(rendered, examined[index], *_without_notes(found[index]))
        for index, rendered in enumerate(renders)
        if every or len(rendered.release)
    ]


def _without_notes(found: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings, and the notes."""
    found = tuple(found)
    notes = tuple(one for one in found if one.severity == "note")
    return (tuple(one for one in found if one.severity != "note") if notes else found), notes


def examine_files(check: Check, chart: Chart) -> list[Finding]:
    """The findings of a check about the files of a chart."""
    scopes = [scope for scope in check.scopes if isinstance(scope, WholeChart)]
    judged = [_judged(check, scope, Subject(None, chart.name, (chart,))) for scope in scopes]
    return list(dict.fromkeys(finding for one in judged for finding, _ in one.found))


def finding_of(check: Check, fault: Fault, judged: KubeObject | About | str) -> Finding:
    """The finding that a fault in a thing becomes."""
    thing = judged if fault.object is None else fault.object
    rule = check.rule(fault.rule)
    remedy = fault.remedy or (rule.remedy if rule else "")
    about = About("", thing) if isinstance(thing, str) else thing if isinstance(thing, About) else thing.about
    severity = fault.severity or check.severity_of(fault.rule)
    return Finding(check.key, fault.rule, about, fault.where, fault.what, remedy, fault.target, severity)


def _judged(check: Check, scope: Scope, subject: Subject) -> _Judged:
    found = []
    count = 1
    try:
        count = scope.count(*subject.arguments)
        for fault in scope.ask(*subject.arguments) if count else ():
            found.append((finding_of(check, fault, subject.about), fault.unless))  # noqa: PERF401 (what comes before an error counts)
    except GateError:
        raise
    except Exception as error:  # noqa: BLE001 (templates print anything: a judge need not expect all of it)
        fault = Fault("malformed", "", f"{UNREADABLE} ({type(error).__name__}{_place(error)})")
        found.append((finding_of(check, fault, subject.about), None))
    return _Judged(count, tuple(found))


def _place(error: Exception) -> str:
    """Where an error arose in a check of the user's own; empty for one in a check of the gate."""
    frames = [*traceback.walk_tb(error.__traceback__)]
    own = [(frame, line) for frame, line in frames if str(frame.f_globals.get("__name__")).startswith(PREFIX)]
    return f" at {Path(own[-1][0].f_code.co_filename).name}:{own[-1][1]}" if own else ""


def _asked_for(case: Case, unless: Callable[[UserValues], bool]) -> bool:
    try:
        return unless(user_values(case))
    except Exception:  # noqa: BLE001 (values may be anything; then they ask for nothing)
        return False
