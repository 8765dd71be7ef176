"""Covering arrays kept by content: making one takes seconds, proving a known one a fraction of that."""

import hashlib
import inspect
import json
from pathlib import Path

from chartgate.tools.cache import cache_folder, load, write_whole
from chartgate.values import covering_array, library_rows, solver
from chartgate.values.library_rows import with_library
from chartgate.values.matrix import Matrix
from chartgate.values.proof import Proof, Row, prove


def proven_rows(matrix: Matrix) -> tuple[list[Row], tuple[Proof, ...]]:
    """The rows of a covering array for `matrix`, and the proof, which is counted anew also for rows that were kept.

    Raises:
        GateError: the cache cannot be written.
    """
    path = cache_folder("arrays") / f"{_key(matrix)}.json"
    kept = _load(path, matrix)
    if kept:
        proof = prove(matrix, kept)
        if all(group.holds for group in proof):
            return kept, proof
    rows = with_library(matrix, covering_array.covering_rows(matrix))
    write_whole(path, json.dumps(rows).encode())
    return rows, prove(matrix, rows)


def _key(matrix: Matrix) -> str:
    """Hash of all that the array depends on: labels, constraints, groups and the program that makes it."""
    what = [
        [(axis.name, axis.labels) for axis in matrix.axes],
        [[(name, sorted(labels)) for name, labels in constraint.when] for constraint in matrix.constraints],
        [
            (group.strength, group.axes, sorted((name, sorted(labels)) for name, labels in group.only.items()))
            for group in matrix.groups
        ],
        [inspect.getsource(module) for module in (covering_array, library_rows, solver)],
    ]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def _load(path: Path, matrix: Matrix) -> list[Row]:
    """The kept rows; none when there are none, or when they are not rows of this matrix."""
    rows = load(path, list[dict[str, str]]) or []
    labels = {axis.name: set(axis.labels) for axis in matrix.axes}
    fitting = all(row.keys() == labels.keys() and all(row[name] in labels[name] for name in row) for row in rows)
    return list(rows) if fitting else []
