"""What renders of the unchanged chart print, and what a changed chart prints otherwise."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from chartgate.releases.differences import differences
from chartgate.releases.fixed_texts import may_be_random, with_fixed_texts
from chartgate.releases.jobs import Job
from chartgate.releases.manifests import ManifestError, read_sources
from chartgate.releases.probes.trial import Printed, difference, printed
from chartgate.releases.render import texts_of
from chartgate.tools.chart_files import ChartFiles

Effect = Literal["none", "spaces", "text", "objects"]
"""What a mutant changes in a render: nothing; spaces or other text that makes the same objects; objects or notes."""

REPEATED = 32
"""The number of jobs of the unchanged chart that are rendered twice, to see whether two renders are alike."""


def with_texts_fixed(chart: ChartFiles, job: Job, api_versions: tuple[str, ...], *, cached: bool = False) -> Printed:
    """What a job prints, with fixed texts in place of random ones.

    Args:
        cached: as `printed` says.

    Raises:
        Inexpressible, GateError: as `printed` says.
    """
    return printed(with_fixed_texts(chart), job, api_versions, cached=cached)


class Prints:
    """What jobs print of a chart and of changed ones.

    Args:
        chart: the unchanged chart.
        api_versions: what every cluster serves.
        known: what some of the jobs print, by their indices; the others are rendered when they are needed.
    """

    def __init__(
        self, chart: ChartFiles, jobs: Sequence[Job], api_versions: tuple[str, ...], known: Mapping[int, Printed]
    ) -> None:
        self._chart, self._jobs, self._api_versions = chart, jobs, api_versions
        self._before = {**known}
        self._again: dict[int, Printed] = {}
        """What jobs print the second time, where a generated text differs."""
        self._are_alike = self._two_are_alike()

    def effect(self, changed: ChartFiles, index: int, seen: Callable[[str], bool] = lambda _: True) -> Effect:
        """What a changed chart prints otherwise of a job. Text that differs with each render, such as a generated
        password, does not count.

        Args:
            seen: whether somebody looks at what a template prints.
        """
        before, after = self._known(self._before, index), self._changed(changed, index)
        if before.packed == after.packed:
            # Nothing is random in two renders that agree.
            self._again.setdefault(index, before)
            return "none"
        once_more = self._once_more(index)
        if once_more is not before and not difference(before, once_more, after):
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

    def differing(self, changed: ChartFiles, index: int) -> dict[str, bool]:
        """The files of the chart that print something in a job, each with whether it makes other objects in a changed
        chart. No files if Helm refuses one of the two: the guard that does, or does not, may be anywhere.
        """
        before, again, after = (self._known(self._before, index), self._once_more(index), self._changed(changed, index))
        (texts, refusal), (repeated, _), (others, other) = (one.said for one in (before, again, after))
        if refusal or other:
            return {}
        printed = {name: (texts.get(name, ""), repeated.get(name, ""), others.get(name, "")) for name in texts | others}
        return {
            name.partition("/")[2]: old != new and _differ(old, random, new, name)
            for name, (old, random, new) in printed.items()
        }

    def _changed(self, changed: ChartFiles, index: int) -> Printed:
        """What a job of a changed chart prints."""
        return self._print(changed, index, cached=True)

    def _once_more(self, index: int) -> Printed:
        """What a job of the unchanged chart prints the second time."""
        return self._known(self._before if self._repeats(index) else self._again, index)

    def _repeats(self, index: int) -> bool:
        """Whether a job of the unchanged chart prints the same each time."""
        case = self._jobs[index].case
        return self._are_alike and not any(
            may_be_random(text.encode()) for text in (*texts_of(case.values), *case.sets)
        )

    def _two_are_alike(self) -> bool:
        """Whether two renders of the unchanged chart are alike. A map may print its entries in another order each time,
        which some renders tell.
        """
        # A packed subchart has templates that nobody looks into here.
        if self._chart.packed_subcharts or any(map(may_be_random, with_fixed_texts(self._chart).contents.values())):
            return False
        some = range(0, len(self._jobs), max(1, len(self._jobs) // REPEATED))
        return all(self._known(self._before, index).packed == self._known(self._again, index).packed for index in some)

    def _known(self, prints: dict[int, Printed], index: int) -> Printed:
        """What a job of the unchanged chart prints, rendered if it is not known yet."""
        if index not in prints:
            prints[index] = self._print(self._chart, index)
        return prints[index]

    def _print(self, chart: ChartFiles, index: int, *, cached: bool = False) -> Printed:
        return with_texts_fixed(chart, self._jobs[index], self._api_versions, cached=cached)


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
