"""One mutant: a piece of a file with another text in its place."""

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chartgate.tools.chart_files import ChartFiles

FILTER = "removed filter"
CONDITION = "negated condition"
OPERAND = "removed operand"
OPERATOR = "other operator"
SWAP = "swapped arguments"
TEXT = "changed text"
NUMBER = "changed number"
VERSION = "other version"
PATTERN = "changed pattern"
GUARD = "removed guard"
LINE = "removed line"
SCALAR = "changed scalar"
KIND = "Secret as ConfigMap"
PROBE = "swapped probe"
DEFAULT = "changed default"
BOUND = "loosened bound"

KINDS: dict[str, str] = {
    FILTER: "`| quote`, `| trunc 63`, `| nindent 8` and other commands of a pipeline are removed",
    CONDITION: "`if X` becomes `if not (X)`",
    OPERAND: "an operand of `and` or `or` is removed",
    OPERATOR: "`eq` becomes `ne`, `lt` becomes `le`, `and` becomes `or`, and the reverse",
    SWAP: "the arguments of `default`, `merge`, `mergeOverwrite` and `ternary` change places",
    TEXT: 'a string in an expression, such as `eq .type "x"`, gets another end',
    NUMBER: "a number in an expression is one higher; an indentation is two smaller",
    VERSION: "a version in `semverCompare` is one minor version higher",
    PATTERN: "a regular expression loses an alternative or a member of a class",
    GUARD: "`fail` and `required` do nothing",
    LINE: "a line of a manifest, or of a script or configuration in `files/` (`.sh`, `.js`, `.lua`, `.py`, `.conf`, "
    "`.ini`, `.toml`, `.yaml`, `.tpl`), is removed",
    SCALAR: "a literal value in a manifest changes: a number, a boolean, a name, a path",
    KIND: "an object of the kind Secret becomes a ConfigMap",
    PROBE: "`livenessProbe` and `readinessProbe` change places",
    DEFAULT: "a default in `values.yaml` changes: a boolean, an integer, a text without quotes",
    BOUND: "`values.schema.json` accepts more: a `pattern` is removed, a bound is one looser, `required` is emptied, "
    "a `type` becomes any type, or further properties are allowed",
}
"""What each kind of mutant changes."""


WHOLE_FILE = -1
"""The region of what is outside of all arms and definitions of a template. An arm may begin at the first byte."""


@dataclass(frozen=True)
class Mutant:
    """The bytes of `file` from `start` to before `end` become `new`.

    Args:
        file: a path in the chart.
        kind: what was changed, a key of `KINDS`.
        line: the line of the file where the change begins, from 1.
        old: what stood there, on one line.
        now: what stands there instead, on one line; empty where it is removed.
        region: where the innermost arm or definition around it begins, in bytes, or `WHOLE_FILE`; None outside
            of templates.
        value: the path of the value that a change of a schema or of a default is about.
    """

    file: str
    kind: str
    start: int
    end: int
    new: str
    line: int
    old: str
    now: str
    region: int | None = None
    value: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.file}:{self.line}"

    @property
    def change(self) -> str:
        """What was changed, as reports and chartgate.yaml name it: `changed text: "a" → "b"`."""
        return f"{self.kind}: {self.old}" + (f" → {self.now}" if self.now else "")

    def about(self, chart: ChartFiles) -> str:
        """What the change is about, in words: the path of the file, the lines of the unchanged file where the change
        and the arm or definition around it begin, and the path of the value.
        """
        lines = chart.text(self.file).split("\n")
        begins = self.start if self.region in {None, WHOLE_FILE} else self.region
        around = lines[chart.contents[self.file].count(b"\n", 0, begins)]
        return " ".join([self.file, around, lines[self.line - 1], self.old, *self.value])

    def content(self, chart: ChartFiles) -> bytes:
        """The file with the change."""
        before = chart.contents[self.file]
        return before[: self.start] + self.new.encode() + before[self.end :]

    def applied(self, chart: ChartFiles) -> ChartFiles:
        """The chart with the change."""
        return chart.with_file(self.file, self.content(chart))

    def diff(self, chart: ChartFiles) -> str:
        """The change as a unified diff with one line around it."""
        before = chart.text(self.file).splitlines()
        after = self.content(chart).decode("utf-8", "replace").splitlines()
        lines = difflib.unified_diff(before, after, self.file, self.file, lineterm="", n=1)
        return "\n".join(lines)

    def digest(self, chart: ChartFiles) -> str:
        """A hash of the change, the same in each run for the same content of the file."""
        what = f"{self.file}\0{self.start}\0{self.end}\0{self.new}\0".encode() + chart.contents[self.file]
        return hashlib.sha256(what).hexdigest()


def together(mutants: Iterable[Mutant], chart: ChartFiles) -> dict[str, bytes]:
    """The files that mutants change, with all these changes. Two of them must not change the same bytes."""
    found: dict[str, bytes] = {}
    for one in sorted(mutants, key=lambda mutant: -mutant.start):
        before = found.get(one.file, chart.contents[one.file])
        found[one.file] = before[: one.start] + one.new.encode() + before[one.end :]
    return found


def with_mutants(mutants: Iterable[Mutant], chart: ChartFiles) -> ChartFiles:
    """The chart with all these changes."""
    return ChartFiles(chart.folder, {**chart.contents, **together(mutants, chart)})


def apart(mutants: Sequence[Mutant], most: int, number: int = 1) -> list[list[Mutant]]:
    """Groups of at most so many mutants. Two mutants of a group do not change the same bytes.

    Args:
        number: how many groups to fill, which become of about the same size. There are more of them if the mutants are
            too many, and further ones for mutants that overlap with one in each of these.
    """
    number = max(number, -(-len(mutants) // most))
    groups: list[list[Mutant]] = [[] for _ in range(number)]
    for one in mutants:
        for group in (*sorted(groups[:number], key=len), *groups[number:]):
            if len(group) < most and not any(_overlap(one, other) for other in group):
                group.append(one)
                break
        else:
            groups.append([one])
    return [group for group in groups if group]


def _overlap(one: Mutant, other: Mutant) -> bool:
    return one.file == other.file and one.start <= other.end and other.start <= one.end


@dataclass(frozen=True)
class Source:
    """A file of which mutants are made."""

    file: str
    content: bytes

    def mutant(
        self,
        kind: str,
        start: int,
        end: int,
        new: str,
        *,
        shown: tuple[int, int] | None = None,
        region: int | None = None,
        path: tuple[str, ...] = (),
    ) -> Mutant:
        """A mutant of the file.

        Args:
            shown: the bytes around the change that its description shows; the changed bytes alone by default.
        """
        first, last = shown or (start, end)
        old = _one_line(self.content[first:last])
        now = _one_line(self.content[first:start] + new.encode() + self.content[end:last])
        line = self.content.count(b"\n", 0, start) + 1
        return Mutant(self.file, kind, start, end, new, line, old, now, region, path)


def _one_line(text: bytes) -> str:
    return " ".join(text.decode("utf-8", "replace").split())
