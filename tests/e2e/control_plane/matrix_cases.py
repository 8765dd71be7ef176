"""The chart's matrix for one cluster: the axis of Kubernetes versions has one label, the version of the API server."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from chartgate.values.chart import read_chart
from chartgate.values.default_matrix import find_matrix
from chartgate.values.matrix import Combination, Matrix
from chartgate.values.matrix_cases import Coverage, covering_cases

Only = Mapping[str, frozenset[str]]


def cases_for(chart: Path, minor: str, *, whole: bool) -> Coverage:
    """The covering cases of the chart's matrix on Kubernetes `minor`, those to be refused among them.

    `whole`: every combination that the matrix asks for; else any two labels, which needs a fifth of the cases.
    """
    read = read_chart(chart)
    matrix = on_version(find_matrix(read), minor)
    return covering_cases(matrix if whole else of_pairs(matrix), read.settings)


def on_version(matrix: Matrix, minor: str) -> Matrix:
    """The matrix with `minor` as the only Kubernetes version, and without the constraints that are about others."""
    name = next(axis.name for axis in matrix.axes if axis.kind == "kubernetes")
    label = frozenset([minor])

    def narrowed(when: Combination) -> Combination:
        return tuple((axis, labels & label if axis == name else labels) for axis, labels in when)

    def of_group(only: Only) -> Only:
        return {axis: label if axis == name else labels for axis, labels in only.items()}

    constraints = (replace(constraint, when=narrowed(constraint.when)) for constraint in matrix.constraints)
    return replace(
        matrix,
        axes=tuple(replace(axis, choices={minor: minor}) if axis.name == name else axis for axis in matrix.axes),
        constraints=tuple(constraint for constraint in constraints if all(labels for _, labels in constraint.when)),
        groups=tuple(replace(group, only=of_group(group.only)) for group in matrix.groups),
    )


def of_pairs(matrix: Matrix) -> Matrix:
    """The matrix that asks for any two labels of any axes."""
    return replace(matrix, groups=tuple(group for group in matrix.groups if group.strength == 2))


def api_versions_of(matrix: Matrix) -> list[str]:
    """What the clusters of the matrix know beside Kubernetes' own kinds, each once."""
    choices = [choice for axis in matrix.axes if axis.kind == "apiVersions" for choice in axis.choices.values()]
    return sorted({version for choice in choices for version in choice})
