"""Template coverage in one place: cases → renders with and without probes → arms that they reach."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from os import cpu_count

from chartgate.errors import GateError, Inexpressible
from chartgate.findings.foreign_subcharts import own_templates
from chartgate.releases.jobs import Job, newest_of_authors, plan, render_case
from chartgate.releases.probes.chart import ProbedChart, with_probes
from chartgate.releases.probes.points import Point
from chartgate.releases.probes.trial import Printed, difference, printed, upgraded
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError
from chartgate.releases.rendered import refuses_every_case
from chartgate.reports.coverage.result import Reach, TemplateCoverage
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.embedded.process import EMBEDDED, available
from chartgate.tools.engines import EMBEDDED_SPEC, REFERENCE_SPEC, Engines
from chartgate.tools.helm import is_at_hand
from chartgate.tools.helm_unittest import PATTERN
from chartgate.tools.progress import track
from chartgate.tools.some_of import some_of
from chartgate.tools.testers import GATE, PYTEST, UNITTEST
from chartgate.values.case import Case
from chartgate.values.chart import Chart
from chartgate.values.installable import require_application
from chartgate.values.selection import OWN_REFUSAL, Choice, select
from chartgate.values.settings import Settings
from chartgate.values.settings_file import Unreachable
from chartgate.values.unittest_cases import unittest_cases

_WITHOUT_UPGRADES = (f"not measured: the upgrade of an installed release, which needs Helm {REFERENCE_SPEC}",)
NAMED = 5
"""The number of renders with the same fault that a message names."""


@dataclass
class _Tally:
    """The points that the renders of a run have reached so far, by source."""

    chart: ProbedChart
    api_versions: tuple[str, ...]
    reached: dict[str, dict[Point, Reach]] = field(default_factory=dict)
    renders: dict[str, int] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    unasked: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, list[Case]] = field(default_factory=dict)
    """The cases that Helm refuses and that are not there for that, by Helm's words."""
    rendered: int = 0
    """The number of renders that Helm does not refuse."""

    def add(self, source: str, jobs: Sequence[Job]) -> None:
        """Render jobs, plain and with probes, and count what they reach.

        Raises:
            GateError: the library cannot be used.
        """
        self._add(source, list(self._asked(jobs)), lambda chart, job: printed(chart, job, self.api_versions))

    def add_upgrades(self, source: str, jobs: Sequence[Job]) -> None:
        """Upgrade what jobs install, plain and with probes, and count what that reaches.

        Raises:
            GateError: Helm cannot be run.
        """
        installed: dict[Job, Release] = {}
        for job in jobs:
            with suppress(RenderError):
                release = render_case(self.chart.plain, job, self.api_versions)
                named = replace(job, case=replace(job.case, name=f"upgrade of {job.case.name}"))
                installed[named] = release
        self._add(source, list(installed), lambda chart, job: upgraded(chart, job, installed[job], self.api_versions))

    def _add(self, source: str, jobs: Sequence[Job], render: Callable[[ChartFiles, Job], Printed]) -> None:
        found = self.reached.setdefault(source, {})
        plain = _all(render, self.chart.plain, jobs, "rendering")
        probed = _all(render, self.chart.probed, jobs, "rendering with probes")
        trials = list(zip(jobs, plain, probed, strict=True))
        other = [(job, before, after) for job, before, after in trials if before.packed != after.packed]
        again = _all(render, self.chart.plain, [job for job, _, _ in other], "rendering what is random again")
        changed = {
            job: what
            for (job, before, after), once_more in zip(other, again, strict=True)
            if (what := difference(before, once_more, after))
        }
        self.renders[source] = self.renders.get(source, 0) + len(trials)
        for job, before, after in trials:
            self.rendered += not before.is_refused
            if before.is_refused and job.case.refusal is None:
                self.refused.setdefault(before.why_refused, []).append(job.case)
            if job in changed:
                self.changed.setdefault(changed[job], []).append(job.case.name)
                continue
            for point in self.chart.points:
                if point.is_reached(after.counts):
                    found.setdefault(point, Reach(0, job.case.name)).renders += 1

    def _asked(self, jobs: Sequence[Job]) -> Iterator[Job]:
        """The jobs that Helm's library can render. Those with --set arguments are tried."""
        for job in jobs:
            try:
                if job.case.sets:
                    printed(self.chart.plain, job, self.api_versions)
            except Inexpressible as reason:
                self.unasked.setdefault(str(reason), []).append(job.case.name)
            else:
                yield job

    def faults(self) -> Iterator[str]:
        """A sentence for each way in which probes change a render. Such a render does not count."""
        for what, names in self.changed.items():
            yield f"probes change the render {_named(names)}: {what}"

    def notices(self) -> Iterator[str]:
        """A sentence for each way in which Helm's library cannot render cases, and for some of those in which Helm
        refuses them: cases of the chart's author, and others if the chart does not refuse them itself.
        """
        for what, names in self.unasked.items():
            yield f"not measured, because only a Helm program can render it ({what}): {_named(names)}"
        refused = {
            words: [case.name for case in cases if case.is_of_author or OWN_REFUSAL not in words]
            for words, cases in self.refused.items()
        }
        told = [f"Helm refuses {_named(names)}: {words}" for words, names in refused.items() if names]
        yield from told[:NAMED]
        if (more := len(told) - NAMED) > 0:
            yield f"Helm refuses other cases with {more} other messages: chartgate CHART lists them"


def measure(
    chart: Chart, choice: Choice, recorded: Sequence[Case] = (), suites: Sequence[str] = (PATTERN,)
) -> TemplateCoverage:
    """Render the cases of the gate, and separately those of helm-unittest's suites in the chart's folder. The result
    has the arms of the templates that they reach.

    Each case is rendered by Helm's library, also one that names another Helm.

    Args:
        recorded: what pytest tests render.
        suites: patterns of the files of the suites, as helm-unittest takes them.

    Raises:
        GateError: the chart is a library, it or its settings cannot be used, Helm's library cannot be had, no case
            matches, or Helm refuses every case before it reaches an arm.
    """
    require_application(chart.files)
    if not available():
        raise GateError("coverage needs Helm's library: install helm-python-sdk for this machine")
    settings = chart.settings.with_versions(kubernetes=choice.kubernetes)
    tally = _Tally(with_probes(chart.files, own_templates(chart.files)), settings.api_versions)
    selection = select(chart, choice)
    # Helm refuses these by the schema, before it looks at any template.
    wanted = [case for case in selection.every if not (case.origin == "schema" and case.refusal is not None)]
    sources = {GATE: wanted, PYTEST: recorded, UNITTEST: unittest_cases(chart.folder, suites, chart.reading)}
    for source, some in sources.items():
        if some:
            jobs = plan(some, settings, Engines({EMBEDDED_SPEC: EMBEDDED}))
            tally.add(source, jobs)
            if source == GATE and is_at_hand(REFERENCE_SPEC):
                tally.add_upgrades(source, newest_of_authors(job for job in jobs if job.case.refusal is None))
    if tally.refused and not tally.rendered and not any(tally.reached.values()):
        raise GateError(refuses_every_case(chart.folder, next(iter(tally.refused))))
    return TemplateCoverage(
        chart.files,
        tally.chart.points,
        tally.reached,
        tally.renders,
        _excused(settings, tally.chart.points),
        faults=(*tally.faults(), *_unneeded(settings, tally)),
        notices=(*tally.notices(), *(_WITHOUT_UPGRADES if not is_at_hand(REFERENCE_SPEC) else ())),
    )


def _all(
    render: Callable[[ChartFiles, Job], Printed], chart: ChartFiles, jobs: Sequence[Job], what: str
) -> list[Printed]:
    """What each job prints."""
    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        return list(track(pool.map(partial(render, chart), jobs), len(jobs), what))


def _meant(one: Unreachable, arm: str, points: Iterable[Point]) -> list[Point]:
    """The points that an arm in an entry of the settings means."""
    return [point for point in points if point.file == one.file and arm in point.name]


def _excused(settings: Settings, points: Sequence[Point]) -> dict[Point, str]:
    """The points that the settings declare unreachable, each with the reason."""
    return {point: one.reason for one in settings.unreachable for arm in one.arms for point in _meant(one, arm, points)}


def _unneeded(settings: Settings, tally: _Tally) -> Iterator[str]:
    """A sentence for each declared arm that is reached or does not exist."""
    for one, arm in ((entry, text) for entry in settings.unreachable for text in entry.arms):
        where = f"{settings.source}: coverage: unreachable: {one.file}: {arm}"
        points = _meant(one, arm, tally.chart.points)
        if not points:
            yield f"{where}: there is no such arm: correct the text, or remove it"
        for point in points:
            first = next((found[point].first for found in tally.reached.values() if point in found), None)
            if first is not None:
                yield f"{where}: line {point.line} is reached by {first}: remove it, or write more of the arm's text"


def _named(names: Iterable[str]) -> str:
    return some_of(list(dict.fromkeys(names)), NAMED)
