"""The result of `chartgate coverage`: all that its reports show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chartgate.releases.probes.points import Point
from chartgate.tools.chart_files import ChartFiles


@dataclass
class Reach:
    """How many renders of one source reach a point, and the case of the first."""

    renders: int
    first: str


@dataclass(frozen=True, eq=False)
class TemplateCoverage:
    """Which points the renders of a chart reach.

    `reached` has the points that renders of a source reach; `renders` says how many there are. `excused` are the points
    that chartgate.yaml declares unreachable, each with the reason. `faults` are sentences about what is wrong: an
    entry of chartgate.yaml that excuses what is reached, or a render that probes change. `notices` tell what was not
    measured.
    """

    chart: ChartFiles
    points: Sequence[Point]
    reached: Mapping[str, Mapping[Point, Reach]]
    renders: Mapping[str, int]
    excused: Mapping[Point, str] = field(default_factory=dict)
    faults: Sequence[str] = ()
    notices: Sequence[str] = ()

    @cached_property
    def files(self) -> Mapping[str, Sequence[Point]]:
        """The points of each file that has any, in the order of the text."""
        found: dict[str, list[Point]] = {}
        for point in self.points:
            found.setdefault(point.file, []).append(point)
        return {name: found[name] for name in sorted(found)}

    def first(self, point: Point) -> tuple[str, str] | None:
        """The source and the case that reach a point first, the gate's before others; None where none does."""
        return next(((source, found[point].first) for source, found in self.reached.items() if point in found), None)

    def hits(self, point: Point) -> int:
        """How many renders reach a point."""
        return sum(found[point].renders for found in self.reached.values() if point in found)

    def counted(self, points: Sequence[Point], sources: Sequence[str] = ()) -> tuple[int, int]:
        """How many of these points renders reach, and how many there are without those that are excused.

        Args:
            sources: only renders of these sources count; all by default.
        """
        wanted = [point for point in points if point not in self.excused]
        some = [found for source, found in self.reached.items() if not sources or source in sources]
        return sum(any(point in found for found in some) for point in wanted), len(wanted)

    @cached_property
    def missed(self) -> Sequence[Point]:
        """The points that nothing reaches and nobody excuses."""
        return [point for point in self.points if point not in self.excused and not self.hits(point)]

    @property
    def percent(self) -> float:
        """The share of the points that are reached, from 0 to 100; 100 where there is none."""
        reached, all_points = self.counted(self.points)
        return 100 * reached / all_points if all_points else 100.0


def percent_of(reached: int, all_points: int) -> str:
    """A share as it is shown: 99.96 % are never 100."""
    if not all_points:
        return "–"
    return f"{int(1000 * reached / all_points) / 10:.1f} %"


def by_line(points: Sequence[Point]) -> Iterator[tuple[int, list[Point]]]:
    """The points of each line that has any, from above to below."""
    lines: dict[int, list[Point]] = {}
    for point in points:
        lines.setdefault(point.line, []).append(point)
    yield from sorted(lines.items())
