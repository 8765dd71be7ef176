"""Content for empty values: lists, maps and strings that are empty in values.yaml and that a template reads.

The content comes from the comments of values.yaml, else from a list of well-known keys. Otherwise it is guessed from
the key and from the fields that the templates read.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from chartgate.tools.merging import merged
from chartgate.tools.walk import walk
from chartgate.values.chart import Chart
from chartgate.values.comment_examples import comment_examples
from chartgate.values.intent import meant_number, meant_text
from chartgate.values.known_values import ENV_BY_NAME, NAME, known_value
from chartgate.values.template_reads import Reads
from chartgate.values.template_walk import EACH, Names

_OF_HELM = frozenset({"global", "tags"})
_NUMBERS = ("replicas", "count", "seconds", "limit", "threshold", "percentage", "port")
_NAME = re.compile(r"[a-z]+(-[a-z0-9]+)?")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Filling:
    """Content for an empty value. `known`: the chart's author or Kubernetes defines its shape."""

    path: Names
    value: Any
    known: bool


def fillings(chart: Chart) -> list[Filling]:
    """A filling for each empty value that a template reads, those with the shortest paths first."""
    reads = chart.reads

    def wanted(path: Names) -> bool:
        return reads.uses(path) and path[0] not in _OF_HELM | chart.subchart_keys

    examples = comment_examples(chart.files.text("values.yaml"), wanted)
    empty = {path: default for path, default in _empty(chart.defaults, ()) if wanted(path)}
    absent = {path: None for path in examples if _is_absent(chart.defaults, path) and reads.names(path)}
    found = [
        filling
        for path, default in {**empty, **absent}.items()
        if (filling := _filling(path, default, examples.get(path), reads)) is not None
    ]
    for path, value in _of_maps(chart.defaults):
        if _is_context(path, value) and wanted(path):
            found += _container_context(path, reads)
        elif _is_probe_off(path, value) and wanted(path):
            found.append(Filling(path, {"enabled": True}, known=True))
    return sorted(found, key=lambda one: len(one.path))


def _of_maps(values: Any) -> Iterator[tuple[Names, Any]]:
    """What values hold outside of lists, with the path, each before what it holds."""
    for path, node in walk(values):
        if path and not any(isinstance(part, int) for part in path):
            yield tuple(map(str, path)), node


def _is_probe_off(path: Names, value: Any) -> bool:
    """Whether a value is a probe that is described and off by default: to the user, it is as an empty one."""
    return isinstance(value, Mapping) and path[-1].lower().endswith("probe") and value.get("enabled") is False


def _is_context(path: Names, value: Any) -> bool:
    return isinstance(value, Mapping | None) and path[-1].lower().endswith("securitycontext")


def _container_context(path: Names, reads: Reads) -> Iterator[Filling]:
    """A securityContext with all fields of a container, because the key may not say whether it is for a container."""
    fields = _fields(reads, path)
    switch = {"enabled": True} if "enabled" in fields else {}
    value = {**known_value("containerSecurityContext", {}), **switch}
    if path in reads.whole and fields <= value.keys():
        yield Filling(path, value, known=False)


def _empty(values: Any, path: Names) -> Iterator[tuple[Names, Any]]:
    if isinstance(values, Mapping) and values:
        if path and path[-1] == "resources" and not (values.get("requests") and values.get("limits")):
            yield path, {}  # a user may complete it
        for key, child in values.items():
            yield from _empty(child, (*path, str(key)))
    elif path and values in _EMPTY and not isinstance(values, bool):
        yield path, values


def _is_absent(values: Any, path: Names) -> bool:
    """Whether a map of the values could have this path, and does not have it."""
    for key in path[:-1]:
        values = values.get(key) if isinstance(values, Mapping) else None
    return isinstance(values, Mapping) and path[-1] not in values


def _filling(path: Names, default: Any, example: Any, reads: Reads) -> Filling | None:
    fits = default is None or isinstance(example, type(default))
    fields = _fields(reads, path)
    well_known = _well_known(path, default, fields, reads)
    if example not in _EMPTY and fits:
        # An example may show a part alone of what a map may hold.
        return Filling(path, merged(well_known, example), known=True)
    if well_known is not None:
        return Filling(path, well_known, known=True)
    if not reads.tests(path):
        return None  # the template writes it as it is, so that a guess shows nothing
    guess = _guess(path, default, fields, reads)
    return None if guess is None else Filling(path, guess, known=False)


def _well_known(path: Names, default: Any, fields: set[str], reads: Reads) -> Any:
    value = known_value(path[-1], default)
    if value == ENV_BY_NAME and ((*path, EACH) not in reads.whole or path in reads.whole):
        return None  # the template writes it as it is, so that it is no map of names
    item = value[0] if isinstance(value, list) else value
    if path[-1] == "securityContext" and (*path[:-1], "podSecurityContext") in reads.whole:
        value = item = known_value("containerSecurityContext", default)
    if isinstance(item, dict) and "image" in item:
        return [{**item, "name": invented(path)}]  # no other container of the pod may have the name
    if value == [{"name": NAME}] and (*path, EACH) in reads.whole and path not in reads.whole:
        return [NAME]  # the template writes each item as a name
    # What the template takes apart may have a shape of the chart's own.
    return value if not isinstance(item, dict) or fields <= item.keys() else None


def _fields(reads: Reads, path: Names) -> set[str]:
    """The keys that templates read of a map, or of each item of a list."""
    depth = len(path)
    below = [read[depth:] for read in (*reads.whole, *reads.tested) if len(read) > depth and read[:depth] == path]
    return {next((name for name in rest if name != EACH), "") for rest in below} - {""}


def _guess(path: Names, default: Any, fields: set[str], reads: Reads) -> Any:
    is_ranged = any(read[: len(path) + 1] == (*path, EACH) for read in (*reads.whole, *reads.tested))
    if isinstance(default, list) or (default is None and is_ranged):
        return [_map(path, fields) if fields else invented(path)]
    if isinstance(default, dict) or (default is None and fields):
        # A map of maps under names of the user's own: what is in them is not known.
        return None if is_ranged and fields else _map(path, fields) if fields else {"invented": invented(path)}
    return _scalar(path)


def _map(path: Names, fields: set[str]) -> dict[str, Any]:
    found = {name: _scalar((*path, name)) for name in sorted(fields)}
    return {name: value for name, value in found.items() if value is not None}


def _scalar(path: Names) -> str | int | None:
    key = path[-1]
    if key.lower().endswith(_NUMBERS):
        number: int = meant_number(key, None)(Random(0))
        return number
    try:
        make = meant_text(key, "")
    except LookupError:
        return None
    text = invented(path) if make is None else str(make(Random(0)))
    return invented(path) if _NAME.fullmatch(text) else text


def invented(path: Names) -> str:
    """A text that occurs nowhere else, and that is a valid name of an object.

    >>> invented(("auth", "password"))
    'invented-2ef9e7'
    """
    return f"invented-{hashlib.sha256('.'.join(path).encode()).hexdigest()[:6]}"
