"""The whole gate in one place: cases → releases → findings → results."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from os import cpu_count
from pathlib import Path

from chartgate.errors import GateError
from chartgate.findings import variants
from chartgate.findings.accepted import accept
from chartgate.findings.finding import Finding, Verdict
from chartgate.findings.registry import CHECKS
from chartgate.releases import store
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError, render
from chartgate.releases.rendered import Rendered
from chartgate.reports.acceptances import acceptances
from chartgate.reports.results import Results
from chartgate.tools.catalogue import version_key
from chartgate.tools.helm import Helm, find_helm
from chartgate.tools.progress import track
from chartgate.tools.schemas import minor_version
from chartgate.values.case import Case
from chartgate.values.coverage import covering_cases
from chartgate.values.discovery import find_cases
from chartgate.values.matrix import read_matrix
from chartgate.values.proof import Proof
from chartgate.values.settings import Settings, read_settings

RENDER = "render"


@dataclass(frozen=True)
class Job:
    """One render to do."""

    case: Case
    helm: Helm
    kube_version: str


def run(
    chart: Path,
    *,
    helm: Sequence[str] = (),
    kubernetes: Sequence[str] = (),
    case_pattern: str = "*",
    matrix: Path | None = None,
) -> Results:
    """Render every case with every Helm for every Kubernetes version, and check every object.

    Versions given here replace those of the chart's settings; `case_pattern` is a glob on case names; the covering
    array of the `matrix` file is rendered beside the cases that the chart offers.

    Raises:
        GateError: the chart or its settings cannot be used, a tool cannot be had, or no case matches.
    """
    started = time.monotonic()
    settings = read_settings(chart).with_versions(helm=tuple(helm), kubernetes=tuple(kubernetes))
    every_case = find_cases(chart, settings)
    proof: tuple[Proof, ...] = ()
    if matrix is not None:
        coverage = covering_cases(read_matrix(matrix), chart)
        every_case, proof = [*every_case, *coverage.cases], coverage.proof
    cases = [case for case in every_case if fnmatchcase(case.name, case_pattern)]
    if not cases:
        names = ", ".join(case.name for case in every_case)
        raise GateError(f'no case matches "{case_pattern}": the chart has {names}')
    jobs = plan(cases, settings)
    store.forget_old("renders")
    verdicts, renders = _render_all(chart, jobs, settings.api_versions)
    renders = _with_variants(chart, jobs, renders, settings.api_versions)
    columns: list[tuple[str, list[Verdict]]] = [(RENDER, verdicts)]
    seconds = {RENDER: time.monotonic() - started}
    for check in CHECKS:
        begun = time.monotonic()
        columns.append((check.key, check.examine(renders)))
        seconds[check.key] = time.monotonic() - begun
    optional = {check.key for check in CHECKS if check.about}
    general = [
        _nothing_examined(key)
        for key, found in columns
        if key not in optional and not sum(verdict.examined for verdict in found)
    ]
    general += [_uncovered(matrix, group) for group in proof if not group.holds]
    accepted = []
    unused: set[Finding] = set()
    for index, (key, found) in enumerate(columns):
        remaining, idle = accept(found, settings)
        accepted.append((key, remaining))
        unused = set(idle) if index == 0 else unused & set(idle)
    # Part of the cases says nothing about whether an exception is still needed.
    if cases == every_case and not helm and not kubernetes:
        general += sorted(unused)
    return Results(
        accepted,
        general,
        _summary(jobs, renders, cases, time.monotonic() - started),
        chart=chart,
        acceptances=acceptances((verdict for _, found in columns for verdict in found), settings),
        seconds=seconds,
        coverage=proof,
    )


def plan(cases: Sequence[Case], settings: Settings) -> list[Job]:
    """The renders to do, in a fixed order: one for a version that a case binds, else one for each of the settings.

    A Helm that cannot be told the Kubernetes version renders once; its objects are judged by the oldest version.

    Raises:
        GateError: a version is not understood, or its Helm cannot be had.
    """
    helms = list(dict.fromkeys(find_helm(spec) for spec in settings.helm))
    versions = sorted({minor_version(version) for version in settings.kubernetes}, key=version_key)
    return [
        Job(case, helm, version)
        for case in cases
        for helm in ([find_helm(case.helm)] if case.helm else helms)
        for version in (
            [minor_version(case.kubernetes)]
            if case.kubernetes
            else versions
            if helm.knows_kube_version
            else versions[:1]
        )
    ]


def render_case(chart: Path, job: Job, api_versions: Sequence[str] = ()) -> Release:
    """One case, rendered.

    Raises:
        RenderError: Helm refuses the case.
    """
    case = job.case
    return render(
        chart,
        helm=job.helm,
        values=case.values,
        sets=case.sets,
        release=case.release,
        namespace=case.namespace,
        kube_version=job.kube_version,
        api_versions=(*api_versions, *case.api_versions),
    )


def _render_all(chart: Path, jobs: Sequence[Job], api_versions: Sequence[str]) -> tuple[list[Verdict], list[Rendered]]:
    """A verdict a job on whether it renders, and the renders that do."""

    def attempt(job: Job) -> Verdict:
        case, where = job.case, f"Helm {job.helm.version}"
        try:
            rendered = Rendered(case, render_case(chart, job, api_versions))
        except RenderError as error:
            empty = Release(case.release, case.namespace, job.helm.version, job.kube_version, ())
            rendered = Rendered(case, empty)
            if case.refused_as_expected(str(error)):
                return Verdict(rendered, 1, ())
            remedy = f"try the case by hand ({case.proves or 'no comment'})"
            return Verdict(rendered, 1, (Finding(RENDER, "refused", case.name, where, str(error), remedy),))
        if case.refusal is None:
            return Verdict(rendered, len(rendered.release), tuple(_render_findings(rendered)))
        what, remedy = f"is not refused with: {case.refusal}", "refuse it in the schema or in a guard"
        return Verdict(rendered, 1, (Finding(RENDER, "not-refused", case.name, where, what, remedy),))

    pool = ThreadPoolExecutor(cpu_count() or 1)
    try:
        verdicts = list(track(pool.map(attempt, jobs), len(jobs), "rendering"))
    finally:
        # After an interrupt, what has not begun is dropped; what runs stores whole answers or none.
        pool.shutdown(cancel_futures=True)
    return verdicts, [verdict.rendered for verdict in verdicts if len(verdict.rendered.release)]


def _with_variants(
    chart: Path, jobs: Sequence[Job], renders: Sequence[Rendered], api_versions: Sequence[str]
) -> list[Rendered]:
    """The renders, with the variants of the author's cases that the checks compare with them."""
    helms = {job.helm.version: job.helm for job in jobs}
    asked = variants.ask(chart, renders, variants.variants_of(check.variants for check in CHECKS))

    def attempt(one: variants.Asked) -> Release | RenderError:
        like = renders[one.index].release
        try:
            return render_case(one.chart, Job(one.case, helms[like.helm_version], like.kube_version), api_versions)
        except RenderError as error:
            return error

    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        return variants.answer(renders, asked, list(track(pool.map(attempt, asked), len(asked), "rendering variants")))


def _render_findings(rendered: Rendered) -> list[Finding]:
    release, case = rendered.release, rendered.case
    where = f"Helm {release.helm_version}"
    remedy = "correct the values or the template that Helm names"
    findings = [Finding(RENDER, "warning", case.name, where, line, remedy) for line in release.warnings]
    if not len(release):
        findings.append(Finding(RENDER, "empty", case.name, where, "renders no object", "look at the case's values"))
    return findings


def _uncovered(matrix: Path | None, group: Proof) -> Finding:
    missing = "; ".join((*group.uncovered, *group.broken)[:5]) or "no combination at all is asked for"
    what = f"the cases do not have every combination of {group.strength} labels: {missing}"
    return Finding(RENDER, "uncovered", str(matrix), "", what, "correct the axes or the constraints")


def _nothing_examined(key: str) -> Finding:
    what = "examined nothing, so that it proves nothing"
    return Finding(key, "nothing-examined", "gate", "", what, "render at least one object that the check looks at")


def _summary(jobs: Sequence[Job], renders: Sequence[Rendered], cases: Sequence[Case], seconds: float) -> str:
    helms = ", ".join(dict.fromkeys(job.helm.version for job in jobs))
    kubes = ", ".join(sorted({job.kube_version for job in jobs}, key=version_key))
    objects = [obj for rendered in renders for obj in rendered.release]
    return (
        f"cases {len(cases)}, renders {len(jobs)} (Helm {helms}; Kubernetes {kubes}), "
        f"objects {len(objects)}, distinct {len({obj.digest for obj in objects})}, "
        f"checks {len(CHECKS) + 1}, {seconds:.1f} s"
    )
