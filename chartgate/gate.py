"""The whole gate in one place: values → releases → findings → results."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from os import cpu_count
from pathlib import Path

from chartgate.findings import chart_files, outcomes, variants
from chartgate.findings.accepted import accept
from chartgate.findings.api_server.real import RealServer, real_server
from chartgate.findings.check import Check
from chartgate.findings.finding import Finding, OldCheck, Verdict
from chartgate.findings.own_switches import without_own_switches
from chartgate.findings.registry import CHECKS, with_schemas
from chartgate.findings.reproduction import Reproduction, reproductions
from chartgate.findings.runner import examine_files
from chartgate.releases import store
from chartgate.releases.accepted import render_accepted
from chartgate.releases.installed import render_upgrade
from chartgate.releases.jobs import Job, Outcome, every_helm, plan, render_case, render_jobs
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError
from chartgate.releases.rendered import Rendered
from chartgate.reports.acceptances import acceptances
from chartgate.reports.results import Results
from chartgate.tools.catalogue import version_key
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.engines import REFERENCE_SPEC, Engines, chosen_engines, engines_at_hand
from chartgate.tools.helm import is_at_hand
from chartgate.tools.progress import track
from chartgate.values.case import MADE, Case
from chartgate.values.chart import Chart, read_chart
from chartgate.values.proof import Proof
from chartgate.values.selection import Choice, Selection, select
from chartgate.values.settings import Settings

EVERYTHING = Choice()


def run(folder: Path, choice: Choice = EVERYTHING) -> Results:
    """Read the chart in a folder, and check it.

    Raises:
        GateError: the chart cannot be read; or as `check`.
    """
    return check(read_chart(folder, choice.matrix), choice)


def check(chart: Chart, choice: Choice = EVERYTHING) -> Results:
    """Choose cases, render them, and check every object. `chart` has the matrix that `choice` names.

    Raises:
        GateError: the chart or its settings cannot be used, a tool cannot be had, or no case matches.
    """
    settings = chart.settings.with_versions(helm=choice.helm, kubernetes=choice.kubernetes)
    if not choice.api_server:
        return _run(chart, choice, settings)
    with real_server(chart.known_kinds.definitions) as server:
        return _run(chart, choice, settings, server)


def _run(chart: Chart, choice: Choice, settings: Settings, server: RealServer | None = None) -> Results:
    """A run with these settings, and with a real API server if there is one."""
    clock = _Clock()
    checks = _checks(chart, server)
    with clock.phase("select"):
        selection = select(chart, choice)
    with clock.phase(outcomes.KEY):
        engines = _engines(settings, choice, selection.cases)
        for kind in ("renders", "charts"):
            store.forget_old(kind)
        rendering = _render(chart.files, settings, choice, selection, engines)
        verdicts = [outcomes.judge(outcome) for outcome in rendering]
        renders = [verdict.rendered for verdict in verdicts if len(verdict.rendered.release)]
        renders = _with_variants(chart.files, rendering, renders, settings.api_versions)
    found = [(outcomes.KEY, verdicts), *_examine(checks, renders, clock)]
    columns = without_own_switches(found, selection.turned)
    remaining, unused = _accepted(columns, settings)
    with clock.phase("shrink"):
        shown = _reproductions(chart.files, checks, remaining, rendering, settings)
    general = [*_nothing_examined(columns), *_uncovered(selection.proof, choice.matrix or chart.folder)]
    general += _too_few(rendering, selection)
    general += examine_files(chart_files.CHECK, chart)
    # Part of the cases says nothing about whether an exception is still needed.
    general += unused if choice.whole and not engines.missing else []
    return Results(
        remaining,
        general,
        _summary(rendering, renders, clock.total, choice.left_out),
        chart=chart.folder,
        acceptances=acceptances((verdict for _, found in columns for verdict in found), settings),
        seconds=clock.seconds,
        coverage=selection.proof,
        reproductions=shown,
        notices=(
            *(f"not rendered by Helm {spec}, which cannot be had: {why}" for spec, why in engines.missing.items()),
            *(server.notices if server else ()),
            *_notes(columns),
        ),
        complete=not engines.missing,
    )


def _checks(chart: Chart, server: RealServer | None) -> list[Check | OldCheck]:
    """The checks, with the kinds that the chart's settings describe and with the API server."""
    checks = with_schemas(CHECKS, chart.known_kinds.schemas)
    return [server.check if server and check.key == server.check.key else check for check in checks]


def _engines(settings: Settings, choice: Choice, cases: Sequence[Case]) -> Engines:
    if choice.helm:
        return chosen_engines(choice.helm)
    bound = [case.helm for case in cases if case.helm]
    return engines_at_hand([*(every_helm() if choice.full else ()), *settings.helm, *bound])


def _render(
    chart: ChartFiles, settings: Settings, choice: Choice, selection: Selection, engines: Engines
) -> list[Outcome]:
    """What comes of all cases."""
    compare = engines.embedded is not None

    def render(cases: Sequence[Case], what: str) -> list[Outcome]:
        jobs = plan(cases, settings, engines, full=choice.full)
        return render_jobs(chart, jobs, settings.api_versions, compare=compare, what=what)

    def made(cases: Sequence[Case]) -> list[Outcome]:
        return render(cases, "rendering generated values")

    found = render(selection.cases, "rendering")
    hostile, _ = render_accepted(iter(selection.hostile), len(selection.hostile), selection.guards, made)
    accepted, _ = render_accepted(selection.accepted, selection.wanted, selection.guards, made)
    return [*found, *hostile, *accepted]


def _with_variants(
    chart: ChartFiles, rendering: Sequence[Outcome], renders: Sequence[Rendered], api_versions: Sequence[str]
) -> list[Rendered]:
    """The renders, with the variants of the author's cases that the checks compare with them."""
    helms = {outcome.job.helm.label: outcome.job.helm for outcome in rendering}
    asked = variants.ask(chart, renders, variants.variants_of(check.variants for check in CHECKS))
    if not is_at_hand(REFERENCE_SPEC):
        asked = [one for one in asked if not one.variant.upgrade]

    def attempt(one: variants.Asked) -> Release | RenderError:
        like = renders[one.index].release
        job = Job(one.case, helms[like.helm_version], like.kube_version)
        try:
            if one.variant.upgrade:
                return render_upgrade(one.chart, job, like, api_versions)
            return render_case(one.chart, job, api_versions)
        except RenderError as error:
            return error

    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        return variants.answer(renders, asked, list(track(pool.map(attempt, asked), len(asked), "rendering variants")))


def _examine(
    checks: Sequence[Check | OldCheck], renders: Sequence[Rendered], clock: "_Clock"
) -> list[tuple[str, list[Verdict]]]:
    """The verdicts of each check, in the order of the registry."""

    def verdicts(check: Check | OldCheck) -> list[Verdict]:
        with clock.phase(check.key):
            return check.examine(renders)

    with ThreadPoolExecutor(max(1, sum(check.apart for check in checks))) as pool:
        apart = {check.key: pool.submit(verdicts, check) for check in checks if check.apart}
        others = [check for check in checks if not check.apart]
        found = {check.key: verdicts(check) for check in track(others, len(others), "checking")}
        found |= {key: future.result() for key, future in apart.items()}
    return [(check.key, found[check.key]) for check in checks]


def _accepted(
    columns: Sequence[tuple[str, Sequence[Verdict]]], settings: Settings
) -> tuple[list[tuple[str, list[Verdict]]], list[Finding]]:
    """The verdicts without the findings that chartgate.yaml accepts, and a finding for each entry that accepts none."""
    remaining = []
    unused: set[Finding] = set()
    for index, (key, found) in enumerate(columns):
        kept, idle = accept(found, settings)
        remaining.append((key, kept))
        unused = set(idle) if index == 0 else unused & set(idle)
    return remaining, sorted(unused)


def _reproductions(
    chart: ChartFiles,
    checks: Sequence[Check | OldCheck],
    columns: Sequence[tuple[str, Sequence[Verdict]]],
    rendering: Sequence[Outcome],
    settings: Settings,
) -> list[Reproduction]:
    """The fewest values that show what was found with values that a program made."""
    made = {
        (outcome.job.case.name, outcome.job.kube_version): outcome
        for outcome in rendering
        if outcome.job.case.origin in MADE
    }
    found = [
        (finding, outcome)
        for _, verdicts in columns
        for verdict in verdicts
        for finding in verdict.findings
        if (outcome := made.get((verdict.rendered.case.name, verdict.rendered.release.kube_version)))
    ]

    def render(case: Case, like: Outcome) -> Outcome:
        job = replace(like.job, case=case)
        (outcome,) = render_jobs(
            chart, [job], settings.api_versions, compare=like.embedded is not None, what="shrinking"
        )
        return outcome

    return reproductions(found, {check.key: check for check in checks}, render)


def _notes(columns: Sequence[tuple[str, Sequence[Verdict]]]) -> Iterator[str]:
    """What the checks note: one line for objects about which they note the same."""
    objects: dict[tuple[str, str, str], dict[str, None]] = {}
    for key, verdicts in columns:
        for note in (note for verdict in verdicts for note in verdict.notes):
            objects.setdefault((key, note.what, note.remedy), {})[note.object] = None
    for (key, what, remedy), names in objects.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{key}: {next(iter(names))}{more}: {what}: {remedy}"


def _nothing_examined(columns: Sequence[tuple[str, Sequence[Verdict]]]) -> Iterator[Finding]:
    optional = {check.key for check in CHECKS if check.about}
    for key, found in columns:
        if key not in optional and not sum(verdict.examined for verdict in found):
            what = "examined nothing, so that it proves nothing"
            remedy = "render at least one object that the check looks at"
            yield Finding(key, "nothing-examined", "gate", "", what, remedy)


def _too_few(rendering: Sequence[Outcome], selection: Selection) -> Iterator[Finding]:
    """A finding where nearly all that the schema accepts contradicts itself, so that few cases were looked at."""
    kept = {outcome.job.case.name for outcome in rendering if outcome.job.case.name.startswith("schema/accepted-")}
    if len(kept) < selection.wanted and next(selection.accepted, None) is not None:
        what = f"{len(kept)} generated cases of {selection.wanted} do not contradict themselves"
        remedy = "say in the schema what the guards refuse, or keep such values in the matrix' generated.keep"
        yield Finding(outcomes.KEY, "too-few", "values.schema.json", "", what, remedy)


def _uncovered(proof: Sequence[Proof], source: Path) -> Iterator[Finding]:
    for group in proof:
        if not group.holds:
            missing = "; ".join((*group.uncovered, *group.broken)[:5]) or "no combination at all is asked for"
            what = f"the cases do not have every combination of {group.strength} labels: {missing}"
            yield Finding(outcomes.KEY, "uncovered", str(source), "", what, "correct the axes or the constraints")


def _summary(rendering: Sequence[Outcome], renders: Sequence[Rendered], seconds: float, left_out: str) -> str:
    helms = ", ".join(sorted({outcome.job.helm.label for outcome in rendering}, key=_by_number))
    kubes = sorted({outcome.job.kube_version for outcome in rendering}, key=version_key)
    objects = [obj for rendered in renders for obj in rendered.release]
    return (
        f"cases {len({outcome.job.case.name for outcome in rendering})}, renders {len(rendering)} (Helm {helms}; "
        f"Kubernetes {', '.join(kubes) if len(kubes) < 4 else f'{kubes[0]}–{kubes[-1]}'}), "
        f"objects {len(objects)}, distinct {len({obj.digest for obj in objects})}, "
        f"checks {len(CHECKS) + 1}, {seconds:.1f} s{f' (part of the whole: {left_out})' if left_out else ''}"
    )


def _by_number(label: str) -> tuple[int, ...]:
    return version_key(label.rpartition(" ")[2])


class _Clock:
    """How long each phase took, in seconds."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.seconds: dict[str, float] = {}

    @property
    def total(self) -> float:
        return time.monotonic() - self._started

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - begun
