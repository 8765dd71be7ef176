"""What can be reached: whole templates, arms of branches, and the ways that an expression may go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from chartgate.tools.templates.nodes import Node

Kind = Literal["file", "define", "if", "with", "range", "and", "or", "default", "ternary", "include"]


@dataclass(frozen=True)
class Point:
    """One way that a template may go.

    `file` is a path in the chart and `line` a line of it, from 1. `text` is what stands there, on one line, and `way`
    says which way is meant, such as "empty".

    `counter` is the counter of the probe. Of an operand, a way is counted by what is not counted any more after it:
    `following` is the counter of the next operand, and `first` and `last` are those before and after the whole.
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

    @property
    def name(self) -> str:
        """Its name in reports: "if .Values.ingress.enabled: empty"."""
        return f"{self.text}: {self.way}"

    def is_reached(self, counts: Mapping[str, int]) -> bool:
        """Whether a render with these counts of its probes went this way.

        A render that is refused in the midst of an expression leaves open which operand it was at: those ways count
        as not reached.
        """
        count = counts.get(self.counter, 0)
        if self.following:
            count -= counts.get(self.following, 0)
            count -= counts.get(self.first, 0) - counts.get(self.last, 0)
        return count > 0


@dataclass
class Points:
    """Collects the points of a file. `numbers` gives each counter of the chart a number of its own."""

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
        """Add a way to go at a node."""
        text = " ".join(self.source[node.start : node.end].decode("utf-8", errors="replace").split())
        line = self.source.count(b"\n", 0, node.start) + 1
        self.found.append(Point(self.file, line, kind, text or "the file", way, counter, following, first, last))
