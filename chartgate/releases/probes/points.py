"""The points that coverage counts: whole templates, arms of branches, and outcomes of expressions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from chartgate.tools.templates.nodes import Node

Kind = Literal["file", "define", "if", "with", "range", "and", "or", "default", "ternary", "include"]


@dataclass(frozen=True)
class Point:
    """A point of a template that a render reaches or not.

    Args:
        file: the path in the chart.
        line: the line in the file, from 1.
        text: the tag or the expression, on one line.
        way: the outcome at this point, such as "empty".
        counter: the counter of its probe.
        following, first, last: counters, only for an operand of `and` or `or` that may decide. `following` counts the
            evaluations of the next operand, `first` those of the first operand, and `last` the results of the whole.
        start: where `text` begins in the file, in bytes.
    """

    file: str
    line: int
    kind: Kind
    text: str
    way: str
    counter: str
    following: str = ""
    first: str = ""
    last: str = ""
    start: int = 0

    @property
    def name(self) -> str:
        """The name in reports: "if .Values.ingress.enabled: empty"."""
        return f"{self.text}: {self.way}"

    def is_reached(self, counts: Mapping[str, int]) -> bool:
        """Whether a render with these counts reached the point.

        An operand decides each time that it is evaluated and the next one is not. Where Helm refuses the chart inside
        the expression, the next one is missing as well: as many evaluations do not count as began without a result.
        """
        count = counts.get(self.counter, 0)
        if self.following:
            count -= counts.get(self.following, 0)
            count -= counts.get(self.first, 0) - counts.get(self.last, 0)
        return count > 0


@dataclass
class Points:
    """Collects the points of a file. `numbers` gives each counter of the chart its own number."""

    file: str
    source: bytes
    numbers: Iterator[int]
    found: list[Point] = field(default_factory=list)

    def counter(self) -> str:
        """A new counter."""
        return str(next(self.numbers))

    def add(
        self, node: Node, kind: Kind, way: str, counter: str, *, following: str = "", first: str = "", last: str = ""
    ) -> None:
        """Add a point at a node."""
        text = " ".join(self.source[node.start : node.end].decode("utf-8", errors="replace").split())
        line = self.source.count(b"\n", 0, node.start) + 1
        self.found.append(
            Point(self.file, line, kind, text or "the file", way, counter, following, first, last, node.start)
        )
