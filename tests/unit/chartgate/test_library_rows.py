"""Rows of a covering array that need no Helm program get none, and the array still covers what it did."""

from dataclasses import replace

from chartgate.values.covering_array import covering_rows
from chartgate.values.library_rows import with_library
from chartgate.values.matrix import Axis, Constraint, Group, Matrix
from chartgate.values.proof import prove

AXES = (
    Axis("helm", "helm", {label: label for label in ("embedded", "3", "4")}),
    *(Axis(name, "values", {str(label): {} for label in range(4)}) for name in "abcd"),
)
NAMES = tuple(axis.name for axis in AXES)
MATRIX = Matrix("m", AXES, (), (Group(2, NAMES, {}), Group(3, NAMES[1:], {})))


def programs(rows: list[dict[str, str]]) -> int:
    return sum(row["helm"] != "embedded" for row in rows)


def test_the_array_is_lighter_and_proven() -> None:
    heavy = covering_rows(MATRIX)
    light = [dict(row) for row in with_library(MATRIX, heavy)]
    assert programs(light) < programs(heavy)
    assert len(light) == len(heavy)
    assert all(group.holds for group in prove(MATRIX, light))


def test_a_constraint_that_speaks_of_the_library_is_kept() -> None:
    never = Constraint((("helm", frozenset({"embedded"})), ("a", frozenset({"1"}))))
    matrix = replace(MATRIX, constraints=(never,))
    light = with_library(matrix, covering_rows(matrix))
    assert not [row for row in light if row["helm"] == "embedded" and row["a"] == "1"]
    assert all(group.holds for group in prove(matrix, light))


def test_a_matrix_without_the_library_stays_as_it_is() -> None:
    rows = [{"helm": "3", "a": "0"}]
    assert with_library(Matrix("m", (Axis("helm", "helm", {"3": "3"}), AXES[1]), (), ()), rows) == rows
