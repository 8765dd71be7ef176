"""Template coverage in one place: cases → renders, plain and with probes → which arms are reached."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from os import cpu_count

from chartgate.errors import GateError, Inexpressible
from chartgate.findings.foreign_subcharts import foreign_subcharts
from chartgate.releases.jobs import Job, plan
from chartgate.releases.probes.chart import ProbedChart, with_probes
from chartgate.releases.probes.points import Point
from chartgate.releases.probes.trial import difference, printed
from chartgate.reports.coverage.result import GATE, Reach, TemplateCoverage
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.embedded.process import EMBEDDED, available
from chartgate.tools.engines import EMBEDDED_SPEC, Engines
from chartgate.tools.progress import track
from chartgate.values.chart import Chart
from chartgate.values.selection import Choice, select
from chartgate.values.settings import Settings
from chartgate.values.settings_file import Unreachable

_TEMPLATE = re.compile(r"(?:charts/([^/]+)/)?(?:charts/[^/]+/)*templates/")
NAMED = 5
"""Renders with the same fault that are named."""


@dataclass
class _Tally:
    """What the renders of a run reach so far, by their source."""

    chart: ProbedChart
    api_versions: tuple[str, ...]
    reached: dict[str, dict[Point, Reach]] = field(default_factory=dict)
    renders: dict[str, int] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    unasked: dict[str, list[str]] = field(default_factory=dict)

    def add(self, source: str, jobs: Sequence[Job]) -> None:
        """Render jobs, plain and with probes, and count what they reach.

        Raises:
            GateError: the library cannot be used.
        """
        found = self.reached.setdefault(source, {})
        plain = self._all(self.chart.plain, jobs, "rendering")
        probed = self._all(self.chart.probed, jobs, "rendering with probes")
        for job, before, after in zip(jobs, plain, probed, strict=True):
            name = job.case.name
            if isinstance(before, str) or isinstance(after, str):
                self.unasked.setdefault(str(before), []).append(name)
                continue
            self.renders[source] = self.renders.get(source, 0) + 1
            digest, counts = after
            if digest != before[0]:
                again = printed(self.chart.probed, job, self.api_versions)
                what = difference(self.chart.plain, job, self.api_versions, again)
                if what:
                    self.changed.setdefault(what, []).append(name)
                    continue
            for point in self.chart.points:
                if point.is_reached(counts):
                    found.setdefault(point, Reach(0, name)).renders += 1

    def _all(self, chart: ChartFiles, jobs: Sequence[Job], what: str) -> list[tuple[str, Mapping[str, int]] | str]:
        """The digest and the counts of each render; or why Helm's library cannot render the job."""

        def attempt(job: Job) -> tuple[str, Mapping[str, int]] | str:
            try:
                one = printed(chart, job, self.api_versions)
            except Inexpressible as reason:
                return str(reason)
            return one.digest, one.counts

        with ThreadPoolExecutor(cpu_count() or 1) as pool:
            return list(track(pool.map(attempt, jobs), len(jobs), what))

    def faults(self) -> Iterator[str]:
        """A sentence about each way in which probes change a render: such a render counts for nothing."""
        for what, names in self.changed.items():
            yield f"probes change the render {_named(names)}: {what}"

    def notices(self) -> Iterator[str]:
        """A sentence about what Helm's library cannot render."""
        for what, names in self.unasked.items():
            yield f"not measured, because only a Helm program can render it ({what}): {_named(names)}"


def measure(chart: Chart, choice: Choice) -> TemplateCoverage:
    """Render the cases that the gate renders, and tell which arms of the templates they reach.

    Each case is rendered by Helm's library, also one that names another Helm.

    Raises:
        GateError: the chart or its settings cannot be used, Helm's library cannot be had, or no case matches.
    """
    if not available():
        raise GateError("coverage needs Helm's library: install helm-python-sdk for this machine")
    settings = chart.settings.with_versions(kubernetes=choice.kubernetes)
    tally = _Tally(with_probes(chart.files, _measured(chart.files)), settings.api_versions)
    selection = select(chart, choice)
    cases = [*selection.cases, *selection.hostile, *islice(selection.accepted, selection.wanted)]
    # Helm refuses these by the schema, before it looks at any template.
    wanted = [case for case in cases if not (case.origin == "schema" and case.refusal is not None)]
    tally.add(GATE, plan(wanted, settings, Engines({EMBEDDED_SPEC: EMBEDDED})))
    excused = {point: one.reason for one in settings.unreachable for point in _meant(one, tally.chart.points)}
    return TemplateCoverage(
        chart.files,
        tally.chart.points,
        tally.reached,
        tally.renders,
        excused,
        faults=(*tally.faults(), *_unneeded(settings, tally)),
        notices=tuple(tally.notices()),
    )


def _meant(one: Unreachable, points: Iterable[Point]) -> list[Point]:
    """The points that an entry of the settings declares unreachable."""
    return [point for point in points if point.file == one.file and one.arm in point.name]


def _unneeded(settings: Settings, tally: _Tally) -> Iterator[str]:
    """A sentence about each arm that is declared unreachable and reached, and each entry that means no arm."""
    for one in settings.unreachable:
        where = f"{settings.source}: coverage: unreachable: {one.file}: {one.arm}"
        points = _meant(one, tally.chart.points)
        if not points:
            yield f"{where}: there is no such arm: correct the text, or remove the entry"
        for point in points:
            first = next((found[point].first for found in tally.reached.values() if point in found), None)
            if first is not None:
                yield f"{where}: line {point.line} is reached by {first}: remove the entry, or say more of its arm"


def _measured(files: ChartFiles) -> Iterator[str]:
    """The templates that the chart's author wrote: not those of subcharts that come from a repository."""
    foreign = foreign_subcharts(files)
    for name in files.contents:
        match = _TEMPLATE.match(name)
        if match and match[1] not in foreign:
            yield name


def _named(names: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(names))
    more = f" and {len(distinct) - NAMED} more" if len(distinct) > NAMED else ""
    return ", ".join(distinct[:NAMED]) + more
