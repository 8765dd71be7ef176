"""Rows of a covering array made cheaper: rendered by Helm's library wherever no combination needs a program."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from chartgate.values.matrix import Group, Matrix
from chartgate.values.proof import Row, has

LIBRARY = "embedded"


def with_library(matrix: Matrix, rows: Sequence[Row]) -> list[Row]:
    """The rows, as many as can be with the label `embedded` on the axis of Helm versions; they cover the same.

    A row keeps its version where it is the only one left with some combination of it, or where a constraint says so.
    """
    axis = next((axis.name for axis in matrix.axes if axis.kind == "helm" and LIBRARY in axis.labels), None)
    if axis is None:
        return list(rows)
    groups = [group for group in matrix.groups if axis in group.axes]
    times = Counter(combination for row in rows for combination in _combinations(groups, axis, row))
    lighter: list[Row] = []
    for row in rows:
        own = list(_combinations(groups, axis, row))
        light = {**row, axis: LIBRARY}
        needed = row[axis] == LIBRARY or any(times[combination] == 1 for combination in own)
        if needed or any(has(light, constraint) for constraint in matrix.constraints):
            lighter.append(row)
            continue
        times.subtract(own)
        times.update(_combinations(groups, axis, light))
        lighter.append(light)
    return lighter


def _combinations(groups: Sequence[Group], axis: str, row: Row) -> Iterator[tuple[int, tuple[tuple[str, str], ...]]]:
    """What a row has of the combinations with `axis` that each group asks for."""
    for number, group in enumerate(groups):
        others = [name for name in group.axes if name != axis and row[name] in group.only.get(name, {row[name]})]
        for names in combinations(others, group.strength - 1):
            yield number, ((axis, row[axis]), *((name, row[name]) for name in names))
