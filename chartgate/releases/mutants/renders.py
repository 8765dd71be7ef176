"""Renders of the unchanged chart: which of them reach a place in a template, and which a mutant changes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache, partial
from os import cpu_count
from typing import Any, Literal

from chartgate.errors import Inexpressible
from chartgate.releases.differences import differences
from chartgate.releases.fixed_texts import has_random_functions, may_be_random, with_fixed_texts
from chartgate.releases.jobs import Job
from chartgate.releases.manifests import ManifestError, read_sources
from chartgate.releases.mutants.mutant import BOUND, WHOLE_FILE, Mutant
from chartgate.releases.mutants.words import WordIndex
from chartgate.releases.probes.chart import ProbedChart
from chartgate.releases.probes.points import Point
from chartgate.releases.probes.trial import Printed, difference, printed
from chartgate.releases.render import texts_of
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.progress import track
from chartgate.tools.test_server.messages import words_of
from chartgate.values.case import Case

_BODIES = frozenset({"is rendered", "is called", "not empty", "has an entry"})
"""The ways into the body of the tag that a point is about; the others go past it, or into the body of an `else`."""


Effect = Literal["none", "spaces", "text", "objects"]
"""What a mutant changes in a render: nothing; spaces or other text that makes the same objects; objects or notes."""

NEAR = 24
"""The number of points around a mutant that decide which renders come first."""
MANY, ALIKE = 64, 2
"""The number of jobs that are tried in the end with a mutant, and of those that reach the same points around it."""
EVERYWHERE = 256
"""The number of jobs that are tried in the end with a mutant that all jobs may show."""

REPEATED = 32
"""The number of jobs of the unchanged chart that are rendered twice, to see whether two renders are alike."""


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
        self._before: dict[int, Printed] = {}
        """What jobs print. Probes do not change it."""
        self._again: dict[int, Printed] = {}
        """What jobs print the second time, where a generated text differs."""
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
                    self._before[index] = answer
                if answer is None or answer.is_refused:
                    self.refused.add(index)
                for number in _reached(answer.counts if answer else {}, by_counter):
                    jobs_of[number] |= 1 << index
        self._jobs_of = dict(zip(chart.points, jobs_of, strict=True))
        self._reaching = {(one.file, _region(one)): self._jobs_of[one] for one in _bodies(chart.points)}
        self._points: dict[str, list[Point]] = defaultdict(list)
        for point in chart.points:
            self._points[point.file].append(point)
        self._are_alike = self._two_are_alike()

    def reaching(self, mutant: Mutant) -> Sequence[int]:
        """The indices of the jobs that a mutant may change: those that reach its place in a template, those that Helm
        refuses if the schema accepts more, or all for another file.
        """
        if mutant.kind == BOUND:
            return sorted(self.refused)
        if mutant.region is None:
            return range(len(self.jobs))
        return [*_each(self._reached_by(mutant))]

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

    def one_a_case(self, some: Iterable[int]) -> list[int]:
        """A job of each case of these jobs: the versions of Kubernetes in turn."""
        by_case: dict[Case, list[int]] = defaultdict(list)
        for index in sorted(some):
            by_case[self.jobs[index].case].append(index)
        return [jobs[number % len(jobs)] for number, jobs in enumerate(by_case.values())]

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

    def effect(self, changed: ChartFiles, index: int, seen: Callable[[str], bool] = lambda _: True) -> Effect:
        """What a changed chart prints otherwise of a job. Text that differs with each render, such as a generated
        password, does not count.

        Args:
            seen: whether somebody looks at what a template prints.
        """
        before, after = self._known(self._before, index), self._print(changed, index, cached=True)
        if before.packed == after.packed:
            # Nothing is random in two renders that agree.
            self._again.setdefault(index, before)
            return "none"
        once_more = before
        if not self._repeats(index):
            once_more = self._known(self._again, index)
            if not difference(before, once_more, after):
                return "none"
        (texts, refusal), (again, _), (others, other) = (one.said for one in (before, once_more, after))
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

    def ranks(self, mutants: Iterable[Mutant], changed: ChartFiles, index: int) -> list[int]:
        """Which of the mutants a difference points at, by a number for each: 0 if their template prints otherwise, 1 in
        a template that prints nothing itself, 2 outside of templates, 3 in templates that print the same, and where the
        job does not reach them.

        Args:
            changed: the chart with these mutants, which makes the difference.
            index: that of the job.
        """
        before, after = (
            one.said[0] for one in (self._known(self._before, index), self._print(changed, index, cached=True))
        )
        printing = {name.partition("/")[2]: before.get(name) != after.get(name) for name in {*before, *after}}

        def rank(mutant: Mutant) -> int:
            if mutant.region is None:
                return 2
            if not self._reached_by(mutant) >> index & 1:
                return 3
            if mutant.file not in printing:
                return 1
            return 0 if printing[mutant.file] else 3

        return [rank(mutant) for mutant in mutants]

    def _repeats(self, index: int) -> bool:
        """Whether a job of the unchanged chart prints the same each time."""
        case = self.jobs[index].case
        return self._are_alike and not any(map(may_be_random, (*texts_of(case.values), *case.sets)))

    def _two_are_alike(self) -> bool:
        """Whether two renders of the unchanged chart are alike. A map may print its entries in another order each time,
        which some renders tell.
        """
        if has_random_functions(with_fixed_texts(self._plain)):
            return False
        some = range(0, len(self.jobs), max(1, len(self.jobs) // REPEATED))
        return all(self._known(self._before, index).packed == self._known(self._again, index).packed for index in some)

    def _known(self, prints: dict[int, Printed], index: int) -> Printed:
        """What a job of the unchanged chart prints, rendered if it is not known yet."""
        if index not in prints:
            prints[index] = self._print(self._plain, index)
        return prints[index]

    def _print(self, chart: ChartFiles, index: int, *, cached: bool = False) -> Printed:
        return self._printed(chart, self.jobs[index], cached=cached)

    def _printed(self, chart: ChartFiles, job: Job, *, cached: bool = False) -> Printed:
        return printed(with_fixed_texts(chart), job, self._api_versions, cached=cached)

    def _probed(self, chart: ChartFiles, job: Job) -> Printed | Inexpressible | None:
        """What a job prints with probes, and what they count.

        None if the schema refuses the job, before Helm looks at any template: such a job is rendered when it is needed.
        """
        if job.case.origin == "schema" and job.case.refusal is not None:
            return None
        try:
            return self._printed(chart, job)
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


# Many jobs print the same.
@lru_cache(maxsize=4096)
def _differ(before: str, again: str, after: str, name: str) -> bool:
    """Whether a template makes other objects, beside what differs between two renders of the same; or other text, where
    it makes none, such as notes.
    """
    one, third = _manifests(before, name), _manifests(after, name)
    if not one or not third:
        return before != after
    if len(one) != len(third):
        return True
    other = one if again == before else _manifests(again, name) or one
    for old, new, random in zip(one, third, other, strict=False):
        if old == random:
            # Also the order of named items counts, which `differences` passes over.
            if old != new:
                return True
            continue
        apart = {path for path, _, _ in differences(old, random)}
        if any(path not in apart for path, _, _ in differences(old, new)):
            return True
    return False


# Mutants of a template have its texts in common.
@lru_cache(maxsize=64)
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
