"""A covering array: every combination occurs, none that is forbidden, and a proof that counts for itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path
from random import Random

import pytest

from chartgate.errors import GateError
from chartgate.values.array_cache import proven_rows
from chartgate.values.case import Case
from chartgate.values.covering_array import covering_rows
from chartgate.values.matrix import Axis, Constraint, Group, Matrix
from chartgate.values.matrix_cases import covering_cases
from chartgate.values.proof import prove
from chartgate.values.settings import Settings
from chartgate.values.solver import Solver

MakeChart = Callable[[dict[str, str]], Path]


def matrix_of(*sizes: int, strength: int = 2, constraints: tuple[Constraint, ...] = ()) -> Matrix:
    """Axes a, b, c … with that many labels 0, 1, 2 … each."""
    axes = tuple(
        Axis(name, "values", {str(label): {name: label} for label in range(size)})
        for name, size in zip("abcdefghijklmn", sizes, strict=False)
    )
    return Matrix("m", axes, constraints, (Group(strength, tuple(axis.name for axis in axes), {}),))


def forbidden(refusal: str | None = None, **labels: str) -> Constraint:
    """A combination: of each axis the labels that count, as a text of digits."""
    return Constraint(tuple((name, frozenset(digits)) for name, digits in labels.items()), "made up", refusal)


def test_every_pair_occurs_in_few_cases() -> None:
    matrix = matrix_of(4, 3, 3, 2, 2, 2)
    rows = covering_rows(matrix)
    for one, other in combinations(matrix.axes, 2):
        occurring = {(row[one.name], row[other.name]) for row in rows}
        assert occurring == set(product(one.labels, other.labels))
    assert 12 <= len(rows) <= 16


def test_a_group_may_be_combined_more_thoroughly_and_with_some_labels_only() -> None:
    matrix = matrix_of(5, 3, 3, 2, 2)
    thorough = Group(3, ("a", "b", "c"), {"a": frozenset({"0", "1"})})
    matrix = replace(matrix, groups=(*matrix.groups, thorough))
    rows = covering_rows(matrix)
    triples = {(row["a"], row["b"], row["c"]) for row in rows}
    assert triples >= set(product("01", "012", "012"))
    pairs, proof = prove(matrix, rows)
    assert (pairs.holds, pairs.required) == (True, 15 + 15 + 10 + 10 + 9 + 6 + 6 + 6 + 6 + 4)
    assert (proof.holds, proof.required, proof.excluded) == (True, 18, 0)


def test_equal_matrices_have_equal_cases() -> None:
    assert covering_rows(matrix_of(3, 3, 3, 3)) == covering_rows(matrix_of(3, 3, 3, 3))


def test_what_constraints_imply_is_excluded_too() -> None:
    # a=0 leaves only b=1, which leaves only c=1: so a=0, c=0 cannot occur, though no constraint says so.
    matrix = matrix_of(2, 2, 2, constraints=(forbidden(a="0", b="0"), forbidden(b="1", c="0")))
    (proof,) = prove(matrix, covering_rows(matrix))
    assert proof.holds
    assert (proof.required, proof.excluded) == (9, 3)


@pytest.mark.parametrize("seed", range(12))
def test_the_proof_agrees_with_trying_every_case(seed: int) -> None:
    random = Random(seed)
    sizes = [random.randint(2, 3) for _ in range(5)]
    rules = []
    for _ in range(random.randint(1, 6)):
        names = random.sample("abcde", random.randint(1, 3))
        rules.append(forbidden(**{name: str(random.randrange(sizes["abcde".index(name)])) for name in names}))
    matrix = matrix_of(*sizes, constraints=tuple(rules))
    every = [dict(zip("abcde", labels, strict=True)) for labels in product(*(axis.labels for axis in matrix.axes))]
    allowed = [row for row in every if not any(all(row[n] in ls for n, ls in rule.when) for rule in rules)]
    possible = {((x, row[x]), (y, row[y])) for row in allowed for x, y in combinations("abcde", 2)}
    (proof,) = prove(matrix, covering_rows(matrix))
    assert (proof.required, proof.covered, proof.uncovered, proof.broken) == (len(possible), len(possible), (), ())
    assert proof.required + proof.excluded == sum(x * y for x, y in combinations(sizes, 2))


def test_the_proof_tells_what_is_missing_and_what_must_not_be() -> None:
    matrix = matrix_of(2, 2, constraints=(forbidden(a="1", b="1"),))
    (proof,) = prove(matrix, [{"a": "0", "b": "0"}, {"a": "1", "b": "1"}])
    assert not proof.holds
    assert proof.uncovered == ("a=0, b=1", "a=1, b=0")
    assert proof.broken == ("a=1, b=1",)


def test_a_proof_of_nothing_does_not_hold() -> None:
    matrix = matrix_of(1, 2, constraints=(forbidden(a="0"),))
    (proof,) = prove(matrix, covering_rows(matrix))
    assert (proof.required, proof.holds) == (0, False)


def test_an_array_is_kept_and_proven_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    matrix = matrix_of(3, 3, 2)
    made = proven_rows(matrix)
    (kept,) = tmp_path.rglob("*.json")
    content = kept.read_bytes()
    monkeypatch.setattr("chartgate.values.covering_array.covering_rows", lambda _: pytest.fail("made again"))
    assert proven_rows(matrix) == made
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for damaged in (b"[", b"[]", b"7", b'[{"a": "0"}]', content.replace(b'"2"', b'"1"')):
        kept.write_bytes(damaged)
        assert proven_rows(matrix) == made
        assert kept.read_bytes() == content


def test_the_solver_sees_through_chains() -> None:
    matrix = matrix_of(2, 2, 2, constraints=(forbidden(a="0", b="0"), forbidden(b="1", c="01")))
    solver = Solver(matrix.axes, matrix.constraints)
    assert solver.completable(solver.columns.state({"a": "1"}))
    assert not solver.completable(solver.columns.state({"a": "0"}))


def test_a_case_has_the_choices_of_its_axes() -> None:
    axes = (
        Axis("helm", "helm", {"3.2.4": "3.2.4"}),
        Axis("kube", "kubernetes", {"1.28": "1.28"}),
        Axis("cluster", "apiVersions", {"full": ["a/v1/B"]}),
        Axis("release", "release", {"long": "a-long-name"}),
        Axis("one", "values", {"x": {"a": {"b": 1, "list": [1]}, "version": "$kubernetes", "price": "$1"}}),
        Axis("two", "values", {"y": {"a": {"c": ["$helm"], "list": []}}}),
    )
    matrix = Matrix("m", axes, (), (Group(2, tuple(axis.name for axis in axes), {}),))
    (case,) = covering_cases(matrix, Settings()).cases
    assert (case.name, case.origin, case.helm, case.kubernetes) == ("matrix/0001", "matrix", "3.2.4", "1.28")
    assert (case.release, case.namespace, case.api_versions) == ("a-long-name", "apps", ("a/v1/B",))
    values = {"a": {"b": 1, "list": [], "c": ["3.2.4"]}, "version": "1.28", "price": "$1"}
    assert json.loads(case.values[0]) == values
    assert "one=x" in case.proves
    assert case.refusal is None


def test_a_combination_to_be_refused_is_a_case_of_its_own_and_no_other_has_it() -> None:
    matrix = matrix_of(2, 3, 2, constraints=(forbidden("b and c quarrel", b="12", c="1"), forbidden(a="1", b="0")))
    coverage = covering_cases(matrix, Settings())
    refused = [case for case in coverage.cases if case.refusal]
    assert [case.proves for case in refused] == ["a=0, b=1, c=1", "a=0, b=2, c=1"]
    assert {case.refusal for case in refused} == {"b and c quarrel"}
    accepted = [case.proves for case in coverage.cases if not case.refusal]
    assert accepted
    assert not [proves for proves in accepted if "b=1, c=1" in proves or "b=2, c=1" in proves or "a=1, b=0" in proves]
    assert all(proof.holds for proof in coverage.proof)


@pytest.mark.parametrize(
    ("refusal", "message", "expected"),
    [
        ("config.port", "- config.port: Must be greater than or equal to 1", True),
        ("hosts.0.host", "- at '/hosts/0/host': got number, want string", True),
        ("labels.example.com/a", "- at '/labels/example.com~1a': got number, want string", True),
        ("a and b/c quarrel", "Error: a and b/c quarrel", True),
        ("labels.a", "- labels: Does not match pattern '^a$'", True),
        ("requests.memory", "- requests: Must be greater than or equal to 0/1", True),
        ("requests.memory", "- requests: memory is required", False),
        ("config.port", "- config: Invalid type. Expected: object, given: string", False),
        ("config.port", "- at '/config/host': got number, want string", False),
        (None, "anything", False),
    ],
)
def test_a_refusal_counts_in_either_notation_of_helm(refusal: str | None, message: str, expected: bool) -> None:
    assert Case("case", refusal=refusal).refused_as_expected(message) is expected


def test_a_refusal_that_cannot_be_tried_is_reported() -> None:
    matrix = matrix_of(2, 2, constraints=(forbidden("a is refused", a="1"), forbidden(a="1", b="01")))
    with pytest.raises(GateError, match="no case can have a=1"):
        covering_cases(matrix, Settings())
