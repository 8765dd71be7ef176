"""The cases of a matrix: a covering array of those that must render, and one for each combination to be refused."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from chartgate.errors import GateError
from chartgate.tools.merging import merged
from chartgate.values.array_cache import proven_rows
from chartgate.values.case import Case
from chartgate.values.matrix import Axis, Constraint, Matrix
from chartgate.values.proof import Proof, Row, has, proven_by
from chartgate.values.settings import Settings
from chartgate.values.solver import Solver, bits

BETWEEN_PROGRAMS = 3
"""Of so many combinations to be refused, one is tried with another Helm than the plainest."""


@dataclass(frozen=True)
class Coverage:
    """The cases of a matrix, a proof for each group of its axes, and the labels of each case that must render."""

    cases: tuple[Case, ...]
    proof: tuple[Proof, ...]
    matrix: Matrix
    rows: Mapping[str, Row]

    def proven_by(self, rendered: Collection[str], refused: Collection[str]) -> tuple[Proof, ...]:
        """The proofs of a run in which the cases of these names were rendered, and refused by the chart itself."""
        if self.rows.keys() <= set(rendered):
            return self.proof
        return proven_by(
            self.matrix,
            self.proof,
            [row for name, row in self.rows.items() if name in rendered],
            [row for name, row in self.rows.items() if name in refused and name not in rendered],
        )


def covering_cases(matrix: Matrix, settings: Settings, *, full: bool = False) -> Coverage:
    """Few cases that have every combination the matrix asks for, and one for each that Helm must refuse.

    The settings say under which release name and in which namespace. With `full` each
    case is there once for every Helm and every Kubernetes of the matrix that the constraints leave it.

    Raises:
        GateError: a combination to be refused cannot occur, since the other constraints forbid it.
    """
    base = Case("", release=settings.release, namespace=settings.namespace, origin="matrix")
    rows, proof = proven_rows(matrix)
    if full:
        rows = list(_for_every_version(matrix, rows))
    named = {f"matrix/{number:04d}": row for number, row in enumerate(rows, 1)}
    cases = [_case(matrix, row, replace(base, name=name)) for name, row in named.items()]
    for number, (row, refusal) in enumerate(_refused_rows(matrix), 1):
        cases.append(_case(matrix, row, replace(base, name=f"matrix/refused-{number:03d}", refusal=refusal)))
    return Coverage(tuple(cases), proof, matrix, named)


def _for_every_version(matrix: Matrix, rows: Sequence[Row]) -> Iterator[Row]:
    versions = [axis for axis in matrix.axes if axis.kind in {"helm", "kubernetes"}]
    names = [axis.name for axis in versions]
    distinct = {tuple((name, label) for name, label in row.items() if name not in names): row for row in rows}
    for row in distinct.values():
        for labels in product(*(axis.labels for axis in versions)):
            varied = {**row, **dict(zip(names, labels, strict=True))}
            if not any(has(varied, constraint) for constraint in matrix.constraints):
                yield varied


def _case(matrix: Matrix, row: Row, base: Case) -> Case:
    """The case with these labels. Its values say in their first lines which ones they are."""
    versions: dict[str, str] = {}
    release = base.release
    api_versions: tuple[str, ...] = ()
    values: dict[str, Any] = {}
    for axis in matrix.axes:
        choice = axis.choices[row[axis.name]]
        match axis.kind:
            case "helm" | "kubernetes":
                versions[axis.kind] = choice
            case "release":
                release = choice
            case "apiVersions":
                api_versions += tuple(choice)
            case "values":
                values = merged(values, choice)
    return replace(
        base,
        proves=", ".join(f"{name}={label}" for name, label in row.items()),
        values=(json.dumps(with_versions(values, versions), ensure_ascii=False, indent=1),),
        release=release,
        helm=versions.get("helm"),
        kubernetes=versions.get("kubernetes"),
        api_versions=api_versions,
    )


def with_versions(value: Any, versions: Mapping[str, str]) -> Any:
    """The values with the texts $helm and $kubernetes replaced by the case's versions."""
    if isinstance(value, Mapping):
        return {key: with_versions(child, versions) for key, child in value.items()}
    if isinstance(value, list):
        return [with_versions(child, versions) for child in value]
    if isinstance(value, str) and value.startswith("$"):
        return versions.get(value[1:], value)
    return value


def _refused_rows(matrix: Matrix) -> Iterator[tuple[dict[str, str], str]]:
    """For each combination to be refused a case that has it and is plain otherwise, with the refusal's text.

    Versions take turns, so that every Helm and every Kubernetes has something to refuse.
    """
    turn = 0
    for constraint in matrix.constraints:
        if constraint.refusal is None:
            continue
        others = Solver(matrix.axes, [other for other in matrix.constraints if other is not constraint])
        for labels in product(*(sorted(labels) for _, labels in constraint.when)):
            wanted = dict(zip((name for name, _ in constraint.when), labels, strict=True))
            row = _plainest(others, matrix.axes, wanted, turn)
            if row is None and matrix.narrowed:
                continue
            if row is None:
                raise GateError(f"{matrix.source}: {_unreachable(constraint, wanted)}")
            yield row, constraint.refusal
            turn += 1


def _plainest(solver: Solver, axes: tuple[Axis, ...], wanted: Mapping[str, str], turn: int) -> dict[str, str] | None:
    state = solver.columns.state(wanted)
    if not solver.completable(state):
        return None
    for axis in axes:
        open_columns = bits(state & solver.columns.axis[axis.name])
        shift = _turn_of(axis, turn) % len(open_columns)
        for bit in open_columns[shift:] + open_columns[:shift]:
            narrowed = state & ~solver.columns.axis[axis.name] | bit
            if solver.completable(narrowed):
                state = narrowed
                break
    return solver.columns.named(state)


def _turn_of(axis: Axis, turn: int) -> int:
    """Which label is next: Kubernetes versions take turns; so do Helm versions, the plainest in between."""
    if axis.kind == "helm":
        return 0 if turn % BETWEEN_PROGRAMS else turn // BETWEEN_PROGRAMS
    return turn if axis.kind == "kubernetes" else 0


def _unreachable(constraint: Constraint, wanted: Row) -> str:
    labels = ", ".join(f"{name}={label}" for name, label in wanted.items())
    return (
        f'constraints.refuse: no case can have {labels}, to be refused with "{constraint.refusal}", since another '
        "constraint forbids it: remove it here, or narrow the other"
    )
