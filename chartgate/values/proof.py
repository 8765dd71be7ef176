"""The proof that cases cover a matrix: counted from the cases alone, whoever made them and however."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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

    A case covers something when it is rendered. `refused` combinations occur only in cases that the chart itself
    refuses, `not_rendered` ones only in cases that the run left out.
    """

    strength: int
    axes: tuple[str, ...]
    required: int
    covered: int
    excluded: int
    uncovered: tuple[str, ...]
    broken: tuple[str, ...] = ()
    refused: int = 0
    not_rendered: int = 0

    @property
    def holds(self) -> bool:
        """Whether something was required, and cases that keep to the constraints have all of it.

        A combination that no case has is a fault of the array; one that was not rendered is told beside it.
        """
        told = self.covered + self.refused + self.not_rendered
        return self.required > 0 and told == self.required and not self.uncovered and not self.broken

    @property
    def complete(self) -> bool:
        """Whether all that was required was rendered."""
        return self.holds and self.covered == self.required


def prove(matrix: Matrix, rows: Sequence[Row]) -> tuple[Proof, ...]:
    """A proof for each group of the matrix."""
    solver = Solver(matrix.axes, matrix.constraints)
    broken = tuple(_described(row) for row in rows if any(has(row, constraint) for constraint in matrix.constraints))
    return tuple(_group_proof(matrix, group, rows, solver, broken) for group in matrix.groups)


def proven_by(
    matrix: Matrix, whole: Sequence[Proof], rendered: Sequence[Row], refused: Sequence[Row]
) -> tuple[Proof, ...]:
    """The proofs of a run, in which only some cases of an array became objects.

    Args:
        whole: the proofs of the whole array.
        rendered: the rows of the cases that were rendered.
        refused: the rows of the cases that the chart itself refused.
    """
    counted = []
    for proof, group in zip(whole, matrix.groups, strict=True):
        done, answered = (_covered(matrix, group, rows) for rows in (rendered, [*rendered, *refused]))
        counted.append(replace(proof, covered=done, refused=answered - done, not_rendered=proof.covered - answered))
    return tuple(counted)


def has(row: Row, constraint: Constraint) -> bool:
    """Whether a row has the combination of a constraint."""
    return all(row[name] in labels for name, labels in constraint.when)


def _covered(matrix: Matrix, group: Group, rows: Sequence[Row]) -> int:
    """How many of the combinations that a group asks for occur in the rows."""
    return sum(
        len(occurring.intersection(_label_tuples(matrix, group, names))) for names, occurring in _occurring(group, rows)
    )


def _occurring(group: Group, rows: Sequence[Row]) -> Iterator[tuple[tuple[str, ...], set[tuple[str, ...]]]]:
    """The labels that occur together in the rows, for each combination of axes."""
    columns = {name: [row[name] for row in rows] for name in group.axes}
    for names in combinations(group.axes, group.strength):
        yield names, set(zip(*(columns[name] for name in names), strict=True))


def _group_proof(matrix: Matrix, group: Group, rows: Sequence[Row], solver: Solver, broken: tuple[str, ...]) -> Proof:
    covered = excluded = 0
    uncovered = []
    for names, occurring in _occurring(group, rows):
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
