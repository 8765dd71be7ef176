"""Values that a template reads, and that neither values.yaml nor the schema declares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chartgate.values.chart import Chart
from chartgate.values.live_places import shape_of
from chartgate.values.shape import Path_, Schema, Shape, at
from chartgate.values.template_reads import reads_of
from chartgate.values.template_walk import EACH, Names

_COMMENTED = re.compile(rb"^\s*#[#\s]*(?:-\s*)?([\w.-]+):", re.MULTILINE)


@dataclass(frozen=True)
class UnknownRead:
    """A path that a template reads, up to the first key that is not declared.

    Args:
        path: the first item stands for all items of a list: `hosts.0.name`.
        template: the path of the template in the chart.
        line: the first line that reads it, from 1.
    """

    path: Path_
    template: str
    line: int


def unknown_reads(chart: Chart) -> list[UnknownRead]:
    """The reads of the chart's own templates that neither values.yaml, its comments included, nor the schema declares.

    If the schema allows no other keys at a place, it alone counts, because users cannot set what it refuses. Each path
    is there once, in the order of the files. Values of subcharts and `global` are left out: other charts read them. So
    are those that the chart imports from subcharts, and former names that it refuses.

    Raises:
        GateError: a file of the chart cannot be read.
    """
    shape = shape_of(chart)
    others = {"global", *chart.subchart_keys}
    commented = {name.decode() for name in _COMMENTED.findall(chart.files.contents.get("values.yaml", b""))}
    found: dict[Path_, UnknownRead] = {}
    for name, content in sorted(chart.files.contents.items()):
        if not name.startswith("templates/"):
            continue
        for read in reads_of(content):
            path = _up_to_unknown(read.path, shape, chart.defaults, commented)
            if not path or path[0] in others or path in found or chart.imports(read.path):
                continue
            if not is_former_name(chart, tuple(map(str, path))):
                found[path] = UnknownRead(path, name, content.count(b"\n", 0, read.start) + 1)
    return list(found.values())


def is_former_name(chart: Chart, path: Names) -> bool:
    """Whether a template fails as soon as this value is set: it is a former name of another one."""
    name = re.escape(".".join(path))
    guard = re.compile(rf"\bif\b[^}}]*\.Values\.{name}\b[^}}]*\}}\}}\s*\{{\{{-?\s*fail\b")
    return any(map(guard.search, chart.files.template_texts))


def _up_to_unknown(read: Names, shape: Shape, defaults: Mapping[str, Any], commented: set[str]) -> Path_:
    """The path up to the first key that is not declared; empty if all are."""
    schema: Schema = shape.resolved(shape.root)
    path: Path_ = ()
    for part in read:
        if part == EACH:
            # What values.yaml has in a list is an example of an item. Only a schema says what others may have.
            path = (*path, 0 if "items" in schema else EACH)
            schema = shape.resolved(schema.get("items", schema.get("additionalProperties")))
            continue
        beside = at(defaults, path) if EACH not in read[: len(path)] else None
        within = shape.properties(schema).get(part)
        if within is None and not (isinstance(beside, Mapping) and part in beside):
            # A map that is empty, or that the schema leaves open, has whatever keys its user gives it.
            has_keys = not path or bool(shape.properties(schema)) or (isinstance(beside, Mapping) and bool(beside))
            is_open = not has_keys or _takes_any(schema) or part in commented
            return () if is_open and not _is_closed(schema) else (*path, part)
        path = (*path, part)
        schema = shape.resolved(within)
    return ()


def _is_closed(schema: Schema) -> bool:
    return schema.get("additionalProperties") is False and "patternProperties" not in schema


def _takes_any(schema: Schema) -> bool:
    return bool(schema.get("additionalProperties")) or "patternProperties" in schema or "oneOf" in schema
