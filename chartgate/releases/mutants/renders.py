"""Renders of the unchanged chart: which of them reach a place in a template, and which a mutant changes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from os import cpu_count

from chartgate.errors import Inexpressible
from chartgate.releases.jobs import Job
from chartgate.releases.manifests import ManifestError, read_sources
from chartgate.releases.mutants.mutant import Mutant
from chartgate.releases.probes.chart import ProbedChart
from chartgate.releases.probes.points import Point
from chartgate.releases.probes.trial import Printed, difference, printed
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.progress import track

_BODIES = frozenset({"is rendered", "is called", "not empty", "has an entry"})
"""The ways into the body of the tag that a point is about; the others go past it, or into the body of an `else`."""


class Renders:
    """Jobs, each with the places that it reaches. What they print is rendered when it is first asked for.

    Args:
        chart: the chart with and without probes.
        jobs: the renders; a job that Helm's library cannot be told is left out.
        api_versions: what every cluster serves.
    """

    def __init__(self, chart: ProbedChart, jobs: Sequence[Job], api_versions: tuple[str, ...], what: str) -> None:
        self._plain, self._api_versions = chart.plain, api_versions
        self.jobs: list[Job] = []
        self._by_region: dict[tuple[str, int], list[int]] = defaultdict(list)
        bodies = [*_bodies(chart.points)]
        with ThreadPoolExecutor(cpu_count() or 1) as pool:
            answers = pool.map(partial(_counts, chart.probed, api_versions), jobs)
            for job, counts in zip(jobs, track(answers, len(jobs), what), strict=True):
                if counts is None:
                    continue
                for point in bodies:
                    if point.is_reached(counts):
                        self._by_region[point.file, point.start].append(len(self.jobs))
                self.jobs.append(job)
        self._printed = lru_cache(maxsize=2048)(self._print)

    def reaching(self, mutant: Mutant) -> Sequence[int]:
        """The indices of the jobs that reach the place of a mutant of a template; all jobs for another file."""
        if mutant.region is None:
            return range(len(self.jobs))
        return self._by_region.get((mutant.file, mutant.region), ())

    def is_changed(self, changed: ChartFiles, index: int) -> bool:
        """Whether a changed chart makes other objects or notes of a job, or is refused in other words.

        Text that differs with each render, such as a generated password, does not count; nor does the form of the YAML.
        """
        before, after = self._printed(index, 0), printed(changed, self.jobs[index], self._api_versions)
        if before.packed == after.packed or not difference(before, self._printed(index, 1), after):
            return False
        (texts, refusal), (others, other) = before.said, after.said
        return refusal != other or _objects(texts) != _objects(others)

    def _print(self, index: int, _time: int) -> Printed:
        return printed(self._plain, self.jobs[index], self._api_versions)


def _counts(chart: ChartFiles, api_versions: tuple[str, ...], job: Job) -> Mapping[str, int] | None:
    try:
        return printed(chart, job, api_versions).counts
    except Inexpressible:
        return None


def _bodies(points: Iterable[Point]) -> Iterator[Point]:
    """The points that tell whether the body after a tag is reached: of an `else`, the way past the conditions."""
    by_tag: dict[tuple[str, int], list[Point]] = defaultdict(list)
    for point in points:
        if point.kind in {"file", "define", "if", "with", "range"}:
            by_tag[point.file, point.start].append(point)
    for some in by_tag.values():
        yield next((point for point in some if point.way in _BODIES), some[0])


def _objects(texts: Mapping[str, str]) -> dict[str, object]:
    """What each template makes; of notes and broken YAML, the text."""
    made: dict[str, object] = {}
    for name, text in texts.items():
        try:
            found = read_sources([(name, text)], "default") if name.endswith((".yaml", ".yml")) else ()
        except ManifestError:
            found = ()
        made[name] = [obj.manifest for obj in found] or text
    return made
