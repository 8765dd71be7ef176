"""Jobs: which case is rendered by which Helm for which Kubernetes, and what comes of it."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

from chartgate.releases.quick_keys import with_quick_keys
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError, render
from chartgate.releases.rendered import Rendered
from chartgate.tools.catalogue import catalogue, version_key
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.embedded.process import EmbeddedHelm
from chartgate.tools.engines import Engine, Engines
from chartgate.tools.progress import track
from chartgate.tools.schemas import known_versions, minor_version
from chartgate.values.case import Case
from chartgate.values.settings import Settings


@dataclass(frozen=True)
class Job:
    """One render to do."""

    case: Case
    helm: Engine
    kube_version: str
    full_version: str = ""

    @property
    def exact(self) -> str:
        """The version that the cluster is to have: the full one where somebody names one, such as 1.30.1-eks-1a2b3c."""
        return self.full_version or self.kube_version


def plan(cases: Sequence[Case], settings: Settings, engines: Engines, *, full: bool = False) -> list[Job]:
    """The renders to do, in a fixed order.

    A case that binds a version has that one. One that fills empty values is rendered once, for one Kubernetes, in turn.
    So is one made of a schema: by the library, or by one of the Helms that a user chose. Any other is rendered by the
    library for every Kubernetes, and by one Helm program for one of them, in turn; the first case by every program.
    Where a user chose the Helms, and in a full run, every Helm renders every case: one made of a schema for one
    Kubernetes in turn.

    A Helm that cannot be told the Kubernetes version renders once; its objects are judged by the oldest version.

    Raises:
        GateError: a version is not understood.
    """
    known = known_versions() if full else settings.kubernetes
    # Of a minor version that is named in several ways, the last way counts.
    named = {minor_version(version): version for version in known}
    versions = [named[minor] for minor in sorted(named, key=version_key)]
    jobs = []
    for number, case in enumerate(cases):
        if case.helm or case.kubernetes:
            jobs += _bound_jobs(case, versions, engines)
        elif case.origin == "filled":
            helm = next((one for one in engines.all if one.knows_kube_version), engines.default)
            jobs.append(_job(case, helm if engines.chosen else engines.default, versions[number % len(versions)]))
        elif case.origin == "schema":
            jobs += _schema_jobs(case, number, versions, engines, full=full)
        elif engines.chosen or full or not number or not engines.embedded:
            jobs += [_job(case, helm, version) for helm in engines.all for version in _told(helm, versions)]
        else:
            jobs += [_job(case, engines.embedded, version) for version in versions]
            for helm in engines.programs[number % max(1, len(engines.programs)) :][:1]:
                told = _told(helm, versions)
                jobs.append(_job(case, helm, told[number // len(engines.programs) % len(told)]))
    return jobs


def _job(case: Case, helm: Engine, version: str) -> Job:
    return Job(case, helm, minor_version(version), version)


def _schema_jobs(case: Case, number: int, versions: Sequence[str], engines: Engines, *, full: bool) -> Iterator[Job]:
    """One render by the library, or by the Helms that a user chose in turn; in a full run one by every Helm."""
    helms = engines.all if engines.chosen or full else [engines.default]
    turn = number if full else number // len(helms)
    for helm in helms if full else [helms[number % len(helms)]]:
        told = _told(helm, versions)
        yield _job(case, helm, told[turn % len(told)])


def _bound_jobs(case: Case, versions: Sequence[str], engines: Engines) -> list[Job]:
    """The renders of a case that binds versions; none where a user chose others."""
    helm = engines.of(case.helm) if case.helm else engines.default
    if helm is None and engines.chosen:
        return []
    helm = helm or engines.default
    return [_job(case, helm, version) for version in ([case.kubernetes] if case.kubernetes else _told(helm, versions))]


def _told(helm: Engine, versions: Sequence[str]) -> Sequence[str]:
    return versions if helm.knows_kube_version else versions[:1]


def newest_of_authors(jobs: Iterable[Job]) -> list[Job]:
    """Of each case that the chart's author offers, the first job for the newest Kubernetes."""
    newest: dict[str, Job] = {}
    for job in jobs:
        if job.case.is_of_author:
            before = newest.setdefault(job.case.name, job)
            if version_key(job.kube_version) > version_key(before.kube_version):
                newest[job.case.name] = job
    return list(newest.values())


def every_helm() -> list[str]:
    """The versions of a full run: all that the catalogue has."""
    return [release.version for release in catalogue().helm]


def render_case(
    chart: ChartFiles,
    job: Job,
    api_versions: Sequence[str] = (),
    *,
    cached: bool = True,
    quick_keys: bool = False,
) -> Release:
    """One case, rendered.

    Args:
        api_versions: what every cluster serves.
        quick_keys: keys that templates generate may be of another kind than the templates ask for, to save time.

    Raises:
        RenderError: Helm refuses the case.
        GateError: the Helm cannot be used.
    """
    if not quick_keys or not isinstance(job.helm, EmbeddedHelm):
        return _rendered(chart, job, api_versions, cached=cached)
    quick = with_quick_keys(chart)
    try:
        return _rendered(quick.files, job, api_versions, cached=cached)
    except RenderError as error:
        if not quick.is_about_change(str(error)):
            raise
    return _rendered(chart, job, api_versions, cached=cached)


def _rendered(chart: ChartFiles, job: Job, api_versions: Sequence[str], *, cached: bool) -> Release:
    case = job.case
    return render(
        chart,
        helm=job.helm,
        values=case.values,
        sets=case.sets,
        release=case.release,
        namespace=case.namespace,
        kube_version=job.exact,
        api_versions=(*api_versions, *case.api_versions),
        cached=cached,
    )


def render_jobs(
    chart: ChartFiles,
    jobs: Sequence[Job],
    api_versions: Sequence[str],
    *,
    what: str = "rendering",
    done: list[Rendered] | None = None,
) -> list[Rendered]:
    """What comes of each job.

    Args:
        what: what the progress bar calls it.
        done: gets each render when it is there, so that it is known after an interrupt.

    Raises:
        GateError: a Helm cannot be used.
    """

    def attempt(job: Job) -> Rendered:
        rendered = of(job)
        if done is not None:
            done.append(rendered)
        return rendered

    def of(job: Job) -> Rendered:
        try:
            release = render_case(chart, job, api_versions, quick_keys=True)
            return Rendered(job.case, release, helm=job.helm, full_version=job.full_version)
        except RenderError as error:
            nothing = Release(job.case.release, job.case.namespace, job.helm.label, job.kube_version, ())
            return Rendered(job.case, nothing, {}, str(error), job.helm, job.full_version)

    pool = ThreadPoolExecutor(cpu_count() or 1)
    try:
        return list(track(pool.map(attempt, jobs), len(jobs), what))
    finally:
        # After an interrupt, what has not begun is dropped; what runs stores whole answers or none.
        pool.shutdown(cancel_futures=True)
