"""The whole gate in one place: values → releases → findings → results."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from chartgate.findings import rendering
from chartgate.findings.acceptance import accept
from chartgate.findings.api_server.real import RealServer, real_server
from chartgate.findings.baseline import Baseline
from chartgate.findings.check import Check
from chartgate.findings.checkov.repetitions import merged
from chartgate.findings.extras import is_installed, left_out, require_installed
from chartgate.findings.finding import Column, Verdict
from chartgate.findings.foreign_subcharts import ForeignSubcharts
from chartgate.findings.invented_values import without_invented
from chartgate.findings.left_to_users import LeftToUsers
from chartgate.findings.own_switches import without_own_switches
from chartgate.findings.presupposed import without_presupposed
from chartgate.findings.registry import CHECKS, OF_COMMANDS, every_check
from chartgate.findings.reproduction import reproductions
from chartgate.findings.runner import examine, examine_files
from chartgate.findings.scopes import EachComparison, WholeChart
from chartgate.findings.wanted_rules import WantedRules
from chartgate.findings.whole_run import nothing_examined, too_few, uncovered
from chartgate.releases import store
from chartgate.releases.comparisons import LIBRARY, Comparison, compare, render_like
from chartgate.releases.filled_cases import render_filled
from chartgate.releases.generated_cases import render_generated
from chartgate.releases.jobs import every_helm, plan, render_jobs
from chartgate.releases.needed_values import (
    without_absent_subcharts,
    without_bare_defaults,
    without_refused_examples,
)
from chartgate.releases.never_rendered import never_rendered
from chartgate.releases.rendered import Rendered
from chartgate.reports import notices
from chartgate.reports.results import Results
from chartgate.reports.summary import summary_of
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.child_process import interruptible_threads
from chartgate.tools.clock import Clock
from chartgate.tools.engines import Engines, chosen_engines, engines_at_hand
from chartgate.tools.progress import track
from chartgate.values.case import Case, Origin
from chartgate.values.chart import Chart, read_chart
from chartgate.values.installable import is_library
from chartgate.values.packed_chart import KIND as ARCHIVES
from chartgate.values.proof import Proof
from chartgate.values.selection import OWN_REFUSAL, Choice, Selection, select
from chartgate.values.settings import Settings

EVERYTHING = Choice()


def run(folder: Path, choice: Choice = EVERYTHING) -> Results:
    """Read the chart in a folder, and check it.

    Raises:
        GateError: the chart cannot be read; or as `check`.
    """
    return check(read_chart(folder, choice.matrix, choice.settings), choice)


def check(chart: Chart, choice: Choice = EVERYTHING, before: Baseline | None = None) -> Results:
    """Choose cases, render them, and check every object. `chart` has the matrix and the settings that `choice` names.

    Args:
        before: the findings that are known, and accepted for that.

    Raises:
        GateError: the chart or its settings cannot be used, a tool cannot be had, or no case matches.
    """
    settings = chart.settings.with_versions(helm=choice.helm, kubernetes=choice.kubernetes)
    # Other commands report whether exceptions about their checks are still needed.
    settings = settings.without_checks({check.key for check in OF_COMMANDS})
    so_far = _SoFar()
    try:
        if not choice.api_server:
            return _run(chart, choice, settings, before, so_far)
        with real_server(chart.known_kinds.definitions) as server:
            return _run(chart, choice, settings, before, so_far, server)
    except KeyboardInterrupt as interrupt:
        if not so_far.renders:
            raise
        raise Interrupted(_unfinished(chart, choice, settings, before, so_far)) from interrupt


class Interrupted(KeyboardInterrupt):
    """A run was interrupted. `results` are what it has found so far."""

    def __init__(self, results: Results) -> None:
        super().__init__()
        self.results = results


@dataclass
class _SoFar:
    """What a run has made so far: renders, and the verdicts of the checks that are done."""

    renders: list[Rendered] = field(default_factory=list)
    columns: dict[str, list[Verdict]] = field(default_factory=dict)


def _unfinished(chart: Chart, choice: Choice, settings: Settings, before: Baseline | None, so_far: _SoFar) -> Results:
    """What an interrupted run has found: the verdicts of the checks that were done, else what Helm refuses."""
    clock, wanted = Clock(), WantedRules(choice.select, choice.ignore)
    columns: list[Column] = list(so_far.columns.items())
    if not columns:
        columns = [(rendering.CHECK.key, examine(rendering.CHECK, so_far.renders))]
    columns = wanted.of_columns(merged(columns, wanted.has))
    judged = accept(columns, (), settings, before)
    return Results(
        judged.columns,
        (),
        summary_of(so_far.renders, len(columns), clock.total),
        chart=chart.files,
        acceptances=judged.acceptances,
        notices=(*notices.left_out_of_the_chart(chart.left_out), *notices.notes(columns)),
        complete=False,
        left_out=notices.interrupted([key for key, _ in columns], choice.left_out),
        declared=every_check(chart, CHECKS),
    )


def _run(
    chart: Chart,
    choice: Choice,
    settings: Settings,
    before: Baseline | None,
    so_far: _SoFar,
    server: RealServer | None = None,
) -> Results:
    """A run with these settings, and with a real API server if there is one."""
    clock = Clock()
    wanted = WantedRules(choice.select, choice.ignore)
    declared = _checks(chart, server)
    asked = [check for check in declared if wanted.some_of(check)]
    require_installed(asked, choice.select)
    checks = [check for check in asked if is_installed(check)]
    whole = choice.whole and checks == asked
    with clock.phase("select"):
        selection = select(chart, choice)
    with clock.phase(rendering.CHECK.key):
        engines = _engines(settings, choice, selection.cases)
        for kind in ("renders", "charts", ARCHIVES):
            store.forget_old(kind)
        renders, unfilled = _render(chart.files, settings, choice, selection, engines, so_far.renders)
        named = settings.documents_named
        renders, bare = without_bare_defaults(renders, documents_named=named)
        renders, refused = without_refused_examples(renders, documents_named=named)
        proof = _proof(selection, renders, engines)
        renders, absent = without_absent_subcharts(renders, chart.absent_switches)
        # Nobody says that the chart accepts the cases of a matrix that the gate made.
        unsaid = selection.turned if "matrix" in selection.turned else frozenset[Origin]()
        renders = [one for one in renders if not (one.case.origin in unsaid and OWN_REFUSAL in one.refusal)]
        renders = compare(chart.files, renders, _comparisons(checks, engines), settings.api_versions)
        so_far.renders = renders
    examined_all = _examine(checks, renders, clock, so_far.columns)
    left = LeftToUsers(examined_all)
    # Repetitions last: a finding that is left out before cannot stand for one of checkov's that stays.
    turned = without_own_switches(examined_all, selection.turned)
    of_chart = without_presupposed(turned, chart.defaults, documents_named=named)
    columns = merged(without_invented(rendering.without_empty_defaults(of_chart)), wanted.has)
    asked_for = wanted.of_columns(columns)
    made = len({one.case.name for one in renders if one.case.name.startswith("schema/accepted-")})
    examined = nothing_examined(checks, columns) if not is_library(chart.files) else ()
    general = [*examined, *uncovered(proof, choice.matrix or chart.folder)]
    if not unsaid and next(selection.accepted, None) is not None:
        general += too_few(made, selection.wanted)
    general += [finding for check in checks for finding in examine_files(check, chart)]
    foreign = ForeignSubcharts(chart.files)
    apart = [*(() if choice.subcharts else (foreign.reason,)), *(() if choice.strict else (left.reason,))]
    judged = accept(asked_for, wanted.of(general), settings, before, apart)
    with clock.phase("shrink"):
        shown = reproductions(
            judged.columns, checks, partial(render_like, chart.files, api_versions=settings.api_versions)
        )
    # Only a whole run shows whether an exception is still needed.
    unused = judged.unused if whole and not engines.missing else []
    return Results(
        judged.columns,
        [*judged.general, *unused],
        summary_of(renders, len(checks), clock.total),
        chart=chart.files,
        acceptances=judged.acceptances,
        seconds=clock.seconds,
        coverage=proof,
        reproductions=shown,
        notices=(
            *left_out(asked),
            *notices.missing_helms(engines.missing),
            *(server.notices if server else ()),
            *notices.left_out_of_the_chart(chart.left_out),
            *(*bare, *refused, *absent),
            *unfilled,
            *foreign.notices(),
            *left.notices(),
            *([notices.OF_A_LIBRARY] if is_library(chart.files) else notices.not_rendered(selection)),
            *(never_rendered(chart.files, renders) if choice.whole and chart.matrix is None else ()),
            *(notices.gone_entries(before, [one.finding for one in judged.acceptances]) if before and whole else ()),
            *notices.notes(asked_for),
        ),
        complete=not engines.missing,
        left_out=choice.left_out,
        declared=declared,
    )


def _checks(chart: Chart, server: RealServer | None) -> list[Check]:
    """The checks for a chart, with the API server."""
    checks = every_check(chart, CHECKS)
    return [server.check if server and check.key == server.check.key else check for check in checks]


def _proof(selection: Selection, renders: Sequence[Rendered], engines: Engines) -> tuple[Proof, ...]:
    """What the cases prove that were rendered, each by the Helm that its row names."""
    if selection.coverage is None:
        return ()
    asked = [one for one in renders if not one.case.helm or engines.of(one.case.helm)]
    rendered = {one.case.name for one in asked if not one.refusal}
    return selection.coverage.proven_by(rendered, {one.case.name for one in asked if one.refusal})


def _engines(settings: Settings, choice: Choice, cases: Sequence[Case]) -> Engines:
    if choice.helm:
        return chosen_engines(choice.helm)
    bound = [case.helm for case in cases if case.helm]
    return engines_at_hand([*(every_helm() if choice.full else ()), *settings.helm, *bound])


def _render(
    chart: ChartFiles,
    settings: Settings,
    choice: Choice,
    selection: Selection,
    engines: Engines,
    done: list[Rendered],
) -> tuple[list[Rendered], list[str]]:
    """The renders of all cases, and notices about values that could not be filled. Each render is added to `done`."""

    def render(cases: Sequence[Case], what: str) -> list[Rendered]:
        jobs = plan(cases, settings, engines, full=choice.full)
        return render_jobs(chart, jobs, settings.api_versions, what=what, done=done)

    def made(cases: Sequence[Case]) -> list[Rendered]:
        return render(cases, "rendering generated values")

    found = render(selection.cases, "rendering")
    filled, unfilled = render_filled(selection.filled, found, lambda cases: render(cases, "filling values"))
    hostile = render_generated(iter(selection.hostile), len(selection.hostile), selection.guards, made)
    accepted = render_generated(selection.accepted, selection.wanted, selection.guards, made)
    return [*found, *filled, *hostile, *accepted], unfilled


def _comparisons(checks: Sequence[Check], engines: Engines) -> list[Comparison]:
    """The comparisons of the checks that can be made."""
    asked = [scope.comparison for check in checks for scope in check.scopes if isinstance(scope, EachComparison)]
    return [one for one in dict.fromkeys(asked) if engines.embedded or one is not LIBRARY]


def _examine(
    checks: Sequence[Check], renders: Sequence[Rendered], clock: Clock, done: dict[str, list[Verdict]]
) -> list[Column]:
    """The verdicts of each check that looks at renders, in the order of the registry; `done` gets them one by one."""
    looking = [check for check in checks if any(not isinstance(scope, WholeChart) for scope in check.scopes)]

    def verdicts(check: Check) -> list[Verdict]:
        with clock.phase(check.key):
            return examine(check, renders)

    with interruptible_threads(max(1, sum(check.apart for check in looking))) as threads:
        apart = {check.key: threads.submit(verdicts, check) for check in looking if check.apart}
        others = [check for check in looking if not check.apart]
        for check in track(others, len(others), "checking"):
            done[check.key] = verdicts(check)
        for key, future in apart.items():
            done[key] = future.result()
    return [(check.key, done[check.key]) for check in looking]
