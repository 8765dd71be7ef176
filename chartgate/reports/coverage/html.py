"""The source of each template, with a mark at each line that has arms, and the case that reaches each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files as resources

from chartgate.releases.probes.points import Point
from chartgate.reports.coverage.result import TemplateCoverage, by_line, percent_of
from chartgate.reports.html.templating import filled

MOST_BYTES = 5_000_000
"""A page that browsers and CI servers still show at once."""


@dataclass(frozen=True)
class _File:
    """A template as the page shows it."""

    name: str
    coverage: TemplateCoverage
    points: Sequence[Point]

    @property
    def counts(self) -> tuple[int, int]:
        """How many arms are reached, of how many."""
        return self.coverage.counted(self.points)

    @property
    def share(self) -> str:
        """The share of the arms that are reached."""
        return percent_of(*self.counts)

    @property
    def whole(self) -> bool:
        """Whether every arm is reached."""
        reached, number = self.counts
        return reached == number

    @cached_property
    def lines(self) -> list[tuple[int, str, str, list[tuple[str, str, str]]]]:
        """Each line: its number, its text, its state, and its arms with their state and who reaches them."""
        points = dict(by_line(self.points))
        text = self.coverage.chart.text(self.name)
        return [
            (number, line, self._state(points.get(number, [])), [self._arm(one) for one in points.get(number, [])])
            for number, line in enumerate(text.split("\n"), 1)
        ]

    def _state(self, points: Sequence[Point]) -> str:
        states = {self._arm(point)[1] for point in points}
        return next((state for state in ("missed", "reached", "excused") if state in states), "")

    def _arm(self, point: Point) -> tuple[str, str, str]:
        """What an arm is called, its state, and what there is to say about it."""
        name = f"{point.kind}: {point.way}"
        first = self.coverage.first(point)
        if first is not None:
            source, case = first
            return name, "reached", f"{case} ({source}), {self.coverage.hits(point)} renders"
        if point in self.coverage.excused:
            return name, "excused", self.coverage.excused[point]
        return name, "missed", "no case"


def coverage_page(coverage: TemplateCoverage, most: int = MOST_BYTES) -> bytes:
    """The whole file, in UTF-8; it needs neither a network nor scripts.

    Args:
        most: the size that it keeps below, in bytes. The sources of templates without missed arms are left out first.
    """
    files = [_File(name, coverage, points) for name, points in coverage.files.items()]
    for shown in (files, [one for one in files if not one.whole], []):
        page = _page(coverage, files, shown)
        if len(page) <= most:
            break
    return page


def _page(coverage: TemplateCoverage, files: Sequence[_File], shown: Sequence[_File]) -> bytes:
    reached, number = coverage.counted(coverage.points)
    style = resources(__package__).joinpath("page.css").read_text("utf-8")
    text = filled(
        "template_coverage.html.j2",
        chart=coverage.chart.mapping("Chart.yaml").get("name", ""),
        coverage=coverage,
        files=files,
        shown={one.name for one in shown},
        style=style,
        share=percent_of(reached, number),
        reached=reached,
        number=number,
    )
    return text.encode("utf-8", errors="replace")
