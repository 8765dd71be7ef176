"""The proof that cases cover a matrix: counted from the cases alone, whoever made them and however."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from chartgate.values.matrix import Constraint, Group, Matrix
from chartgate.values.solver import Solver

Row = Mapping[str, str]
"""The label of each axis."""


@dataclass(frozen=True)
class Proof:
    """What one group of axes asks for and what of it occurs.

    `required` combinations of `strength` labels can occur; `covered` of them do, and `uncovered` names the rest. The
    constraints leave no case for `excluded` further ones. `broken` names cases that have a forbidden combination.
    """

    strength: int
    axes: tuple[str, ...]
    required: int
    covered: int
    excluded: int
    uncovered: tuple[str, ...]
    broken: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether something was required and all of it is covered by cases that keep to the constraints."""
        return self.required > 0 and self.covered == self.required and not self.uncovered and not self.broken


def prove(matrix: Matrix, rows: Sequence[Row]) -> tuple[Proof, ...]:
    """A proof for each group of the matrix."""
    solver = Solver(matrix.axes, matrix.constraints)
    broken = tuple(_described(row) for row in rows if any(has(row, constraint) for constraint in matrix.constraints))
    return tuple(_group_proof(matrix, group, rows, solver, broken) for group in matrix.groups)


def has(row: Row, constraint: Constraint) -> bool:
    """Whether a row has the combination of a constraint."""
    return all(row[name] in labels for name, labels in constraint.when)


def _group_proof(matrix: Matrix, group: Group, rows: Sequence[Row], solver: Solver, broken: tuple[str, ...]) -> Proof:
    covered = excluded = 0
    uncovered = []
    columns = {name: [row[name] for row in rows] for name in group.axes}
    for names in combinations(group.axes, group.strength):
        occurring = set(zip(*(columns[name] for name in names), strict=True))
        for labels in _label_tuples(matrix, group, names):
            if labels in occurring:
                covered += 1
                continue
            wanted = dict(zip(names, labels, strict=True))
            if solver.completable(solver.columns.state(wanted)):
                uncovered.append(_described(wanted))
            else:
                excluded += 1
    required = covered + len(uncovered)
    return Proof(group.strength, group.axes, required, covered, excluded, tuple(uncovered), broken)


def _label_tuples(matrix: Matrix, group: Group, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    labels = {axis.name: axis.labels for axis in matrix.axes}
    return product(*([one for one in labels[name] if one in group.only.get(name, labels[name])] for name in names))


def _described(labels: Row) -> str:
    return ", ".join(f"{name}={label}" for name, label in labels.items())
