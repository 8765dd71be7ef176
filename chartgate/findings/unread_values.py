"""Values that no template reads, and values that templates read under another name than values.yaml has."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import yaml

from chartgate.findings.check import Fault
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.chart import Chart
from chartgate.values.template_reads import Reads
from chartgate.values.template_walk import EACH, Names
from chartgate.values.unknown_reads import is_former_name

ALIKE, NEARLY_EQUAL = 0.8, 0.9
"""How alike two names are of which one is taken for a slip of the other, as difflib counts it: where no template reads
the other, and where one does.
"""
# Helm reads `tags` and `global` itself. By `enabled`, a chart that depends on this one switches it on.
_OF_HELM = frozenset({"tags", "global", "enabled"})


def judge(chart: Chart) -> Iterator[Fault]:
    """A fault for each value of values.yaml and of the CI values that no template reads, and for each misspelt one."""
    reads = chart.reads
    if () in reads.whole:
        return  # some template takes the values as a whole
    apart = _OF_HELM | chart.subchart_keys
    used = replace(reads, whole=reads.whole | chart.switches)
    yield from _unused(used, chart.defaults, "values.yaml", apart)
    yield from _unknown(reads, chart, apart)
    known = set(_ends(chart.defaults))
    for case in chart.ci_cases:
        try:
            values = read_one(case.values[0])
        except yaml.YAMLError:
            continue  # told where the file is read
        others = [path for path in _ends(values) if path not in known]
        yield from _unused(used, _only(others), f"{case.name}-values.yaml", apart)


def _unused(reads: Reads, values: Any, file: str, apart: frozenset[str]) -> Iterator[Fault]:
    for path in _topmost_unused(reads, values, ()):
        if path[0] not in apart:
            yield Fault("unused-value", ".".join(path), "is read by no template", object=file)


def _topmost_unused(reads: Reads, values: Any, path: Names) -> Iterator[Names]:
    """The paths of values that no template reads. If no value of a map is read, the path of the map stands for them."""
    if not (isinstance(values, Mapping) and values):
        if path and not reads.uses(path):
            yield path
        return
    within = {str(key): list(_topmost_unused(reads, child, (*path, str(key)))) for key, child in values.items()}
    if path and not reads.uses(path):
        yield path
        return
    for found in within.values():
        yield from found


def _unknown(reads: Reads, chart: Chart, apart: frozenset[str]) -> Iterator[Fault]:
    text = chart.files.text("values.yaml")
    for path in sorted(reads.whole | reads.tested):
        beside: Any = chart.defaults
        for depth, key in enumerate(path):
            if not isinstance(beside, Mapping) or key == EACH or path[0] in apart:
                break
            if key not in beside:
                # A key in a comment is one that the user may set.
                if f"{key}:" not in text and not chart.imports(path) and not is_former_name(chart, path[: depth + 1]):
                    yield from _misspelt(reads, path[: depth + 1], [str(other) for other in beside])
                break
            beside = beside[key]


def _misspelt(reads: Reads, path: Names, known: list[str]) -> Iterator[Fault]:
    meant = get_close_matches(path[-1], known, 1, ALIKE)
    if meant and reads.uses((*path[:-1], meant[0])):
        meant = get_close_matches(path[-1], meant, 1, NEARLY_EQUAL)
    if meant:
        name = ".".join((*path[:-1], meant[0]))
        what = f"is read by a template, and values.yaml has {name}"
        yield Fault("misspelt-value", ".".join(path), what, object="values.yaml")


def _ends(values: Any, path: Names = ()) -> Iterator[Names]:
    if isinstance(values, Mapping) and values:
        for key, child in values.items():
            yield from _ends(child, (*path, str(key)))
    elif path:
        yield path


def _only(paths: list[Names]) -> dict[str, Any]:
    """A mapping with only these paths."""
    found: dict[str, Any] = {}
    for path in paths:
        inner = found
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        inner[path[-1]] = True
    return found
