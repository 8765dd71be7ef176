"""Values that a template reads and nobody can know of: neither values.yaml nor the schema has them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartgate.tools.templates.lexer import TemplateError
from chartgate.tools.templates.nodes import Chain, Command, Field, Function, Node, String, Variable
from chartgate.tools.templates.parser import parse
from chartgate.values.chart import Chart
from chartgate.values.live_places import shape_of
from chartgate.values.shape import Path_, Schema, Shape, at

VALUES = "Values"
LOOKING_UP = frozenset({"index", "get", "hasKey"})
"""Functions that take values and keys of them."""
METHODS = frozenset({"AsMap", "YAML", "Table", "PathValue", "Encode"})
"""What Helm's values can do of their own (helm/pkg/chart/common/values.go)."""
_COMMENTED = re.compile(rb"^\s*#[#\s]*(?:-\s*)?([\w.-]+):", re.MULTILINE)


@dataclass(frozen=True)
class UnknownRead:
    """A path that a template reads, and the first line where one does: `template` is its path in the chart."""

    path: Path_
    template: str
    line: int


def unknown_reads(chart: Chart) -> list[UnknownRead]:
    """The reads of the chart's own templates of which neither values.yaml, be it in a comment, nor the schema knows.

    Where the schema is closed, it alone counts, because no user can set what it refuses. Each path is there once, in
    the order of the files. Values of subcharts and below `global` are those of other charts.

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
        for path, start in _reads(content):
            if path[0] not in others and path not in found and _is_unknown(path, shape, chart.defaults, commented):
                found[path] = UnknownRead(path, name, content.count(b"\n", 0, start) + 1)
    return list(found.values())


def _reads(content: bytes) -> Iterator[tuple[Path_, int]]:
    """The paths of values that a template reads, each with its place in the text; none of what is no template."""
    try:
        tree = parse(content)
    except TemplateError:
        return  # Helm tells it
    for node in tree.walk():
        path = _path(node)
        if path and path[0] not in METHODS:
            yield path, node.start


def _path(node: Node) -> Path_:
    """The values path that a node reads; empty where it reads none."""
    if isinstance(node, Command) and len(node.operands) > 1:
        function, values, *keys = node.operands
        if isinstance(function, Function) and function.name in LOOKING_UP and _is_values(values):
            names = [key.value for key in keys if isinstance(key, String)]
            return (*_after_values(values), *names) if len(names) == len(keys) else ()
    return _after_values(node)


def _is_values(node: Node) -> bool:
    return VALUES in _names(node)


def _after_values(node: Node) -> tuple[str, ...]:
    """What stands after `.Values`, whatever the root is called: `$.Values.a`, `.context.Values.a`."""
    names = _names(node)
    return names[names.index(VALUES) + 1 :] if VALUES in names else ()


def _names(node: Node) -> tuple[str, ...]:
    return node.names if isinstance(node, Field | Variable | Chain) else ()


def _is_unknown(path: Path_, shape: Shape, defaults: Mapping[str, Any], commented: set[str]) -> bool:
    schema: Schema = shape.resolved(shape.root)
    for length, part in enumerate(path):
        beside = at(defaults, path[:length])
        within = shape.properties(schema).get(str(part))
        if within is None and not (isinstance(beside, Mapping) and part in beside):
            if _is_closed(schema):
                return True
            # A map that is empty, or that the schema leaves open, has whatever keys its user gives it.
            has_keys = not length or bool(shape.properties(schema)) or (isinstance(beside, Mapping) and bool(beside))
            return has_keys and not _takes_any(schema) and str(part) not in commented
        schema = shape.resolved(within)
    return False


def _is_closed(schema: Schema) -> bool:
    return schema.get("additionalProperties") is False and "patternProperties" not in schema


def _takes_any(schema: Schema) -> bool:
    return bool(schema.get("additionalProperties")) or "patternProperties" in schema or "oneOf" in schema
