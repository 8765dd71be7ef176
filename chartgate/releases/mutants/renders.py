"""Renders of the unchanged chart: which of them reach a place in a template, and which a mutant changes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache, partial
from os import cpu_count
from typing import Any, Literal

from chartgate.errors import Inexpressible
from chartgate.releases.differences import differences
from chartgate.releases.jobs import Job
from chartgate.releases.manifests import ManifestError, read_sources
from chartgate.releases.mutants.mutant import WHOLE_FILE, Mutant
from chartgate.releases.mutants.words import WordIndex
from chartgate.releases.probes.chart import ProbedChart
from chartgate.releases.probes.points import Point
from chartgate.releases.probes.trial import Printed, difference, printed
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.progress import track
from chartgate.tools.test_server.messages import words_of

_BODIES = frozenset({"is rendered", "is called", "not empty", "has an entry"})
"""The ways into the body of the tag that a point is about; the others go past it, or into the body of an `else`."""


Effect = Literal["none", "spaces", "text", "objects"]
"""What a mutant changes in a render: nothing; spaces or other text that makes the same objects; objects or notes."""


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
        self.left_out: list[str] = []
        """The names of the cases that are left out."""
        self.refused: set[int] = set()
        """The indices of the jobs that Helm refuses."""
        self._by_region: dict[tuple[str, int], list[int]] = defaultdict(list)
        bodies = [*_bodies(chart.points)]
        with ThreadPoolExecutor(cpu_count() or 1) as pool:
            answers = pool.map(partial(_probed, chart.probed, api_versions), jobs)
            for job, answer in zip(jobs, track(answers, len(jobs), what), strict=True):
                if answer is None:
                    self.left_out.append(job.case.name)
                    continue
                counts, is_refused = answer
                if is_refused:
                    self.refused.add(len(self.jobs))
                for point in bodies:
                    if point.is_reached(counts):
                        self._by_region[point.file, _region(point)].append(len(self.jobs))
                self.jobs.append(job)
        self._printed = lru_cache(maxsize=2048)(self._print)

    def reaching(self, mutant: Mutant) -> Sequence[int]:
        """The indices of the jobs that reach the place of a mutant of a template; all jobs for another file."""
        if mutant.region is None:
            return range(len(self.jobs))
        return self._by_region.get((mutant.file, mutant.region), ())

    def related(self, text: str, some: Iterable[int]) -> list[int]:
        """Those of the jobs whose values and API versions share words with a text; the most and the rarest first."""
        scores = self._words.scores(text, some)
        return sorted(scores, key=lambda index: -scores[index])

    @cached_property
    def _words(self) -> WordIndex[int]:
        """The words of each job, by its index."""
        cases = enumerate(job.case for job in self.jobs)
        told = {index: (*case.values, *case.sets, *case.api_versions) for index, case in cases}
        return WordIndex({index: words_of("\n".join(texts)) for index, texts in told.items()})

    def decided(self, mutant: Mutant) -> Sequence[int]:
        """The indices of the jobs that reach the arm whose condition a mutant changes; none for other mutants."""
        return () if mutant.decides is None else self._by_region.get((mutant.file, mutant.decides), ())

    def effect(self, changed: ChartFiles, index: int, seen: Callable[[str], bool] = lambda _: True) -> Effect:
        """What a changed chart prints otherwise of a job. Text that differs with each render, such as a generated
        password, does not count.

        Args:
            seen: whether somebody looks at what a template prints.
        """
        before, after = self._printed(index, 0), printed(changed, self.jobs[index], self._api_versions)
        if before.packed == after.packed or not difference(before, self._printed(index, 1), after):
            return "none"
        (texts, refusal), (again, _), (others, other) = (one.said for one in (before, self._printed(index, 1), after))
        made, remade = ({name for name in found if seen(name)} for found in (texts, others))
        if refusal != other or made != remade:
            return "objects"
        differing = [name for name in made if texts[name] != others[name]]
        if not differing:
            return "none"
        if any(_differ(texts[name], again.get(name, ""), others[name], name) for name in differing):
            return "objects"
        spaces = (_differ_in_spaces(texts[name], again.get(name, ""), others[name]) for name in differing)
        return "spaces" if all(spaces) else "text"

    def _print(self, index: int, _time: int) -> Printed:
        return printed(self._plain, self.jobs[index], self._api_versions)


def _probed(chart: ChartFiles, api_versions: tuple[str, ...], job: Job) -> tuple[Mapping[str, int], bool] | None:
    """What the probes count, and whether Helm refuses the job."""
    if job.case.origin == "schema" and job.case.refusal is not None:
        return {}, True  # by the schema, before Helm looks at any template
    try:
        answer = printed(chart, job, api_versions)
    except Inexpressible:
        return None
    return answer.counts, bool(answer.said[1])


def _bodies(points: Iterable[Point]) -> Iterator[Point]:
    """The points that tell whether the body after a tag is reached: of an `else`, the way past the conditions."""
    by_tag: dict[tuple[str, int], list[Point]] = defaultdict(list)
    for point in points:
        if point.kind in {"file", "define", "if", "with", "range"}:
            by_tag[point.file, _region(point)].append(point)
    for some in by_tag.values():
        yield next((point for point in some if point.way in _BODIES), some[0])


def _region(point: Point) -> int:
    return WHOLE_FILE if point.kind == "file" else point.start


def _differ(before: str, again: str, after: str, name: str) -> bool:
    """Whether a template makes other objects, beside what differs between two renders of the same; or other text, where
    it makes none, such as notes.
    """
    one, other, third = (_manifests(text, name) for text in (before, again, after))
    if not one or not third:
        return before != after
    return len(one) != len(third) or any(
        {path for path, _, _ in differences(old, new)} - {path for path, _, _ in differences(old, random)}
        for old, new, random in zip(one, third, other or one, strict=False)
    )


def _manifests(text: str, name: str) -> list[Mapping[str, Any]]:
    """The objects in a text; none where it is not a manifest, or its YAML is broken."""
    try:
        found = read_sources([(name, text)], "default") if name.endswith((".yaml", ".yml")) else ()
    except ManifestError:
        return []
    return [obj.manifest for obj in found]


def _differ_in_spaces(before: str, again: str, after: str) -> bool:
    """Whether lines differ only in the spaces around them, and texts in their empty lines, beside lines that differ
    between two renders of the same.
    """
    lines = [[line.strip() for line in text.splitlines() if line.strip()] for text in (before, again, after)]
    return len({len(some) for some in lines}) == 1 and all(
        old == new or old != random for old, random, new in zip(*lines, strict=True)
    )
