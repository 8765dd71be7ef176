"""From a finding to the line of the template that made the object, as far as the template's text tells it."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from chartgate.findings.finding import Finding
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.tools.chart_files import ChartFiles

_KEY = re.compile(r"^(?P<indent> *)(?P<item>(?:- +)*)[\"']?(?P<key>[^\s\"':#{][^\"':]*)[\"']?:(?:\s|$)")


@dataclass(frozen=True, order=True)
class Location:
    """A file and a line, counted from 1. `template` is the file's name inside the chart's folder."""

    template: str
    line: int


@dataclass
class Templates:
    """The templates of a chart."""

    chart: ChartFiles
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def locate(self, finding: Finding, rendered: Rendered | None) -> Location:
        """Where to look for a finding: the line in its template, or in the file that it is about, such as values.yaml.

        Where the file does not show the place, it is line 1 of it; where there is no such file, that of Chart.yaml.
        """
        obj = object_of(finding, rendered) if rendered else None
        if obj is None:
            file = finding.about.name if not finding.about.kind else ""
            lines = self._read(file)
            line = _deepest(lines, finding.where, 0, len(lines)) + 1
            return Location(file, line) if lines else Location("Chart.yaml", 1)
        template = obj.template.partition("/")[2]
        lines = self._read(template)
        # A packed subchart has no file of its own to point into.
        return Location(template, line_in(lines, obj, finding.where)) if lines else Location("Chart.yaml", 1)

    def _read(self, template: str) -> list[str]:
        if template not in self._lines:
            # Not splitlines(): an editor counts newlines alone.
            known = template in self.chart.contents
            self._lines[template] = self.chart.text(template).split("\n") if known else []
        return self._lines[template]


def object_of(finding: Finding, rendered: Rendered) -> KubeObject | None:
    """The object that a finding is about; None when it is about something else, such as the case."""
    return next((obj for obj in rendered.release if obj.about == finding.about), None)


def line_in(lines: list[str], obj: KubeObject, where: str) -> int:
    """The best line for the place `where` of `obj` in a template: the deepest key of the path that the text shows.

    A template makes parts of an object elsewhere, so keys that it does not show are passed over. The line of the
    object's `kind:` stands for the object itself, and 1 for a template that does not show even that.
    """
    kind = next(
        (at for at, line in enumerate(lines) if re.match(rf"\s*kind: *[\"']?{re.escape(obj.kind_key[1])}\b", line)),
        None,
    )
    if kind is None:
        return 1
    first = next((at + 1 for at in range(kind, -1, -1) if lines[at].startswith("---")), 0)
    last = next((at for at in range(kind, len(lines)) if lines[at].startswith("---")), len(lines))
    return _deepest(lines, where, kind, last, first) + 1


def _deepest(lines: list[str], where: str, found: int, end: int, position: int = 0) -> int:
    """The index of the line with the deepest key of a path that stands in some lines; `found` where none does."""
    indent = -1
    for key in _keys(where):
        at = _find_key(lines, key, position, end, indent)
        if at is not None:
            indent = _indent(lines[at])
            found, position, end = at, at + 1, _end_of_block(lines, at, end, indent)
    return found


def _keys(where: str) -> list[str]:
    """The keys of a path such as "spec.containers[0] (http).env"; other text yields words that no line has as key."""
    return [part for part in re.split(r"\.|\[\d+\]", re.sub(r" *\([^)]*\)", "", where)) if part.strip()]


def _find_key(lines: list[str], key: str, start: int, end: int, indent: int) -> int | None:
    """The shallowest line below `indent` that has `key`, the first of several."""
    found = [
        at
        for at in range(start, end)
        if (match := _KEY.match(lines[at])) and match["key"].strip() == key.strip() and _indent(lines[at]) > indent
    ]
    return min(found, key=lambda at: (_indent(lines[at]), at), default=None)


def _end_of_block(lines: list[str], at: int, end: int, indent: int) -> int:
    """Where the block under the key in line `at` ends. Template actions may stand at any column."""
    for below in range(at + 1, end):
        text = lines[below].strip()
        if not text or text.startswith(("{{", "#")):
            continue
        depth = len(lines[below]) - len(lines[below].lstrip())
        if depth < indent or (depth == indent and not text.startswith("- ")):
            return below
    return end


def _indent(line: str) -> int:
    match = _KEY.match(line)
    return len(match["indent"]) + len(match["item"]) if match else len(line) - len(line.lstrip())


def path_from(path: Path, base: Path) -> Path:
    """A file's path from folder `base` on when it lies in it, else its absolute path. Links stay as they are named."""
    absolute, root = Path(os.path.abspath(path)), Path(os.path.abspath(base))  # noqa: PTH100 (resolve() follows links)
    return absolute.relative_to(root) if absolute.is_relative_to(root) else absolute
