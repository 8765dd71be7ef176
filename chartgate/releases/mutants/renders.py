"""Renders of the unchanged chart: which of them reach a place in a template, and which to try with a mutant."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial, reduce
from operator import or_
from os import cpu_count

from chartgate.errors import Inexpressible
from chartgate.releases.jobs import Job
from chartgate.releases.mutants.mutant import BOUND, WHOLE_FILE, Mutant
from chartgate.releases.mutants.prints import Prints, with_texts_fixed
from chartgate.releases.mutants.words import WordIndex
from chartgate.releases.probes.chart import ProbedChart
from chartgate.releases.probes.points import Point
from chartgate.releases.probes.trial import Printed
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.progress import track
from chartgate.tools.test_server.messages import words_of
from chartgate.values.case import Case

_BODIES = frozenset({"is rendered", "is called", "not empty", "has an entry"})
"""The ways into the body of the tag that a point is about; the others go past it, or into the body of an `else`."""


NEAR = 24
"""The number of points around a mutant that decide which renders come first."""
MANY, ALIKE = 64, 2
"""The number of jobs that are tried in the end with a mutant, and of those that reach the same points around it."""
EVERYWHERE = 256
"""The number of jobs that are tried in the end with a mutant that all jobs may show."""


class Renders:
    """Jobs, each with the places that it reaches, and with what it prints.

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
        # Probes do not change what a job prints.
        known: dict[int, Printed] = {}
        # A set of jobs is a number with a bit for each.
        jobs_of = [0] * len(chart.points)
        by_counter: dict[str, list[tuple[int, Point]]] = defaultdict(list)
        for number, point in enumerate(chart.points):
            by_counter[point.counter].append((number, point))
        with ThreadPoolExecutor(cpu_count() or 1) as pool:
            answers = pool.map(partial(self._probed, chart.probed), jobs)
            for job, answer in zip(jobs, track(answers, len(jobs), what), strict=True):
                if isinstance(answer, Inexpressible):
                    self.left_out.append(job.case.name)
                    continue
                index = len(self.jobs)
                self.jobs.append(job)
                if answer is not None:
                    known[index] = answer
                if answer is None or answer.is_refused:
                    self.refused.add(index)
                for number in _reached(answer.counts if answer else {}, by_counter):
                    jobs_of[number] |= 1 << index
        self._jobs_of = dict(zip(chart.points, jobs_of, strict=True))
        self._reaching = {(one.file, _region(one)): self._jobs_of[one] for one in _bodies(chart.points)}
        self._points: dict[str, list[Point]] = defaultdict(list)
        for point in chart.points:
            self._points[point.file].append(point)
        self.prints = Prints(chart.plain, self.jobs, api_versions, known)

    def reaching(self, mutant: Mutant) -> Sequence[int]:
        """The indices of the jobs that a mutant may change: those that reach its place in a template, those that Helm
        refuses if the schema accepts more, or all for another file.
        """
        if mutant.kind == BOUND:
            return sorted(self.refused)
        if mutant.region is None:
            return range(len(self.jobs))
        return [*_each(self._reached_by(mutant))]

    @property
    def refused_unexpectedly(self) -> list[Job]:
        """The jobs that Helm refuses and that are not there for that."""
        return [self.jobs[index] for index in sorted(self.refused) if self.jobs[index].case.refusal is None]

    @property
    def are_all_refused(self) -> bool:
        """Whether Helm refuses all jobs, if there are any."""
        return len(self.refused) == len(self.jobs)

    def near(self, mutant: Mutant) -> list[int]:
        """Some of the jobs that reach the place of a mutant of a template: of each point around it, the nearest points
        first, a job that reaches the point and one that does not.
        """
        if mutant.region is None:
            return []
        all_ = self._reached_by(mutant)
        found: list[int] = []
        left = all_
        for reached in self._around(mutant):
            if all_ & reached and all_ & ~reached:
                for some in (left & reached, left & ~reached):
                    if some:
                        found.append(_first(some))
                        left &= ~(1 << found[-1])
        return found

    def different(self, mutants: Sequence[Mutant]) -> dict[Mutant, set[int]]:
        """Those of the jobs that reach mutants, without some that take the same way around them: of the jobs that reach
        the same of the nearest points, one after another until MANY are found, and at least ALIKE. For another file,
        EVERYWHERE of all jobs, and MANY whose values share words with the change. A job that one mutant needs counts
        for the others, so that they are few together.
        """
        everywhere = {mutant: self._everywhere(mutant) for mutant in mutants if mutant.region is None}
        reached = {mutant: self._reached_by(mutant) for mutant in mutants if mutant.region is not None}
        chosen = _set_of(set().union(*everywhere.values()))
        for mutant in reached:
            chosen = _with_some_of_each(self._ways(mutant), chosen)
        return everywhere | {mutant: {*_each(jobs & chosen)} for mutant, jobs in reached.items()}

    def _everywhere(self, mutant: Mutant) -> set[int]:
        """Some of the jobs that a change of another file than a template may change."""
        reaching = self.reaching(mutant)
        evenly = reaching[:: max(1, len(reaching) // EVERYWHERE)]
        return {*evenly, *self.related(mutant.about(self._plain), reaching)[:MANY]}

    def _ways(self, mutant: Mutant) -> list[int]:
        """The jobs that reach a mutant of a template, in a group for each way around it."""
        groups = [self._reached_by(mutant)]
        for reached in self._around(mutant):
            groups = [part for group in groups for part in (group & reached, group & ~reached) if part]
        return groups

    def _reached_by(self, mutant: Mutant) -> int:
        """The jobs that reach the place of a mutant of a template."""
        return self._reaching.get((mutant.file, mutant.region), 0) if mutant.region is not None else 0

    def _around(self, mutant: Mutant) -> list[int]:
        """The jobs that reach each of the points around a mutant, the nearest point first."""
        points = sorted(self._points[mutant.file], key=lambda point: abs(point.start - mutant.start))
        return [self._jobs_of[point] for point in points[:NEAR]]

    def of_each_case(self, wanted: Iterable[Iterable[int]]) -> list[int]:
        """Jobs of which everybody who wants some jobs of a case gets one: as few as possible, and the versions of
        Kubernetes in turn.

        Args:
            wanted: the indices of the jobs that each one wants.
        """
        sets = [*{_set_of(indices) for indices in wanted}]
        every = reduce(or_, sets, 0)
        by_case: dict[Case, list[int]] = defaultdict(list)
        for index in _each(every):
            by_case[self.jobs[index].case].append(index)
        found = []
        for number, jobs in enumerate(by_case.values()):
            some = _set_of(jobs)
            left = {of_case for one in sets if (of_case := one & some)}
            turns = [*jobs[number % len(jobs) :], *jobs[: number % len(jobs)]]
            while left:
                most = max(turns, key=lambda index: sum(one >> index & 1 for one in left))
                found.append(most)
                left = {one for one in left if not one >> most & 1}
        return found

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

    def ranks(self, mutants: Iterable[Mutant], changed: ChartFiles, index: int) -> list[int]:
        """Which of the mutants a difference points at, by a number for each: 0 if their template makes other objects, 1
        in a template that prints nothing itself, 2 outside of templates, 3 in templates that make the same objects, and
        where the job does not reach them. If Helm refuses one of the two, all templates that the job reaches have 1.

        Args:
            changed: the chart with these mutants, which makes the difference.
            index: that of the job.
        """
        printing = self.prints.differing(changed, index)

        def rank(mutant: Mutant) -> int:
            if mutant.region is None:
                return 2
            if not self._reached_by(mutant) >> index & 1:
                return 3
            if mutant.file not in printing:
                return 1
            return 0 if printing[mutant.file] else 3

        return [rank(mutant) for mutant in mutants]

    def _probed(self, chart: ChartFiles, job: Job) -> Printed | Inexpressible | None:
        """What a job prints with probes, and what they count.

        None if the schema refuses the job, before Helm looks at any template: such a job is rendered when it is needed.
        """
        if job.case.origin == "schema" and job.case.refusal is not None:
            return None
        try:
            return with_texts_fixed(chart, job, self._api_versions)
        except Inexpressible as error:
            return error


def _reached(counts: Mapping[str, int], points: Mapping[str, Iterable[tuple[int, Point]]]) -> Iterator[int]:
    """The numbers of the points that a render with these counts reaches.

    Args:
        points: those of each counter, with their numbers.
    """
    for counter in counts:
        yield from (number for number, point in points.get(counter, ()) if point.is_reached(counts))


def _each(jobs: int) -> Iterator[int]:
    """The indices of jobs."""
    while jobs:
        yield _first(jobs)
        jobs &= jobs - 1


def _set_of(indices: Iterable[int]) -> int:
    """The jobs with these indices."""
    return sum(1 << index for index in indices)


def _with_some_of_each(groups: Sequence[int], chosen: int) -> int:
    """The jobs that are chosen, and of each group more of them: as many as `Renders.different` says."""
    for number in range(max(map(int.bit_count, groups), default=0)):
        if number >= ALIKE and sum((group & chosen).bit_count() for group in groups) >= MANY:
            break
        for group in groups:
            left = group & ~chosen
            if left and (group & chosen).bit_count() <= number:
                chosen |= left & -left
    return chosen


def _first(jobs: int) -> int:
    return (jobs & -jobs).bit_length() - 1


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
