"""Which cases a run has: all of them by default, and parts that together are the whole."""

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from chartgate.errors import GateError
from chartgate.values.chart import read_chart
from chartgate.values.proof import Proof
from chartgate.values.selection import Choice, Selection, named_cases, select

MakeChart = Callable[[dict[str, str]], Path]

CHART = {
    "values.yaml": "open: false\nport: 80\n",
    "values.schema.json": '{"type": "object", "additionalProperties": false, "properties": '
    '{"open": {"type": "boolean"}, "port": {"type": "integer", "minimum": 1, "maximum": 65535}}}',
    "ci/a-values.yaml": "open: true\n",
}


def names(selection: Selection) -> list[str]:
    accepted = islice(selection.accepted, selection.wanted)
    return [case.name for case in (*selection.cases, *accepted)]


def test_a_run_has_offered_cases_a_matrix_and_generated_ones(make_chart: MakeChart) -> None:
    found = names(select(read_chart(make_chart(CHART)), Choice(generated=4)))
    assert {"defaults", "ci/a", "matrix/0001", "schema/accepted-0004", "schema/refused-0004"} <= set(found)


def test_offered_cases_are_those_that_people_wrote(make_chart: MakeChart) -> None:
    assert names(select(read_chart(make_chart(CHART)), Choice(offered=True))) == ["defaults", "ci/a"]


@pytest.mark.parametrize("parts", [2, 3])
def test_shards_share_the_cases_among_them(make_chart: MakeChart, parts: int) -> None:
    chart = make_chart(CHART)
    whole = names(select(read_chart(chart), Choice(generated=5)))
    shards = [names(select(read_chart(chart), Choice(generated=5, shard=(k, parts)))) for k in range(1, parts + 1)]
    assert sorted(name for shard in shards for name in shard) == sorted(whole)


def test_a_seed_makes_the_same_cases_again_and_another_one_others(make_chart: MakeChart) -> None:
    chart = make_chart(CHART)

    def values(seed: int) -> list[tuple[str, ...]]:
        selection = select(read_chart(chart), Choice(generated=8, seed=seed))
        return [case.values for case in islice(selection.accepted, 8)]

    assert values(1) == values(1) != values(2)


def test_only_the_cases_of_the_kubernetes_that_is_asked_for(make_chart: MakeChart) -> None:
    selection = select(read_chart(make_chart(CHART)), Choice(kubernetes=("1.19",), generated=0))
    assert {case.kubernetes for case in selection.cases} == {None, "1.19"}


def proven(selection: Selection) -> tuple[Proof, ...]:
    """What a run proves in which every chosen case is rendered."""
    names = {case.name for case in selection.cases}
    return selection.coverage.proven_by(names, ()) if selection.coverage else ()


def test_the_array_is_made_for_the_versions_that_are_asked_for(make_chart: MakeChart) -> None:
    selection = select(read_chart(make_chart(CHART)), Choice(helm=("4",), kubernetes=("1.30",), generated=0))
    made = [case for case in selection.cases if case.origin == "matrix" and case.refusal is None]
    assert {(case.helm, case.kubernetes) for case in made} == {("4", "1.30")}
    assert selection.coverage is not None
    assert selection.coverage.proof
    assert all(group.complete for group in proven(selection))


@pytest.mark.parametrize("narrow", [{"pattern": "matrix/0001"}, {"shard": (1, 2)}, {"offered": True}])
def test_part_of_the_array_does_not_prove_the_whole(make_chart: MakeChart, narrow: dict[str, Any]) -> None:
    choice = Choice(generated=0, **narrow)
    proof = proven(select(read_chart(make_chart(CHART)), choice))
    assert bool(proof) is not choice.offered
    assert not any(group.complete for group in proof)
    assert choice.left_out


def test_a_single_case_of_any_sort_is_found_by_its_name(make_chart: MakeChart) -> None:
    chart = make_chart(CHART)
    for name in ("ci/a", "matrix/0002", "schema/accepted-0003", "schema/refused-0002"):
        assert [case.name for case in named_cases(read_chart(chart), Choice(pattern=name, generated=5))] == [name]


def test_the_cases_of_a_matrix_that_is_named_stand_beside_those_that_people_wrote(
    make_chart: MakeChart, tmp_path: Path
) -> None:
    matrix = tmp_path / "matrix.yaml"
    axes = [{"name": name, "values": {"off": {}, "on": {"open": True}}} for name in ("a", "b")]
    matrix.write_text(json.dumps({"axes": axes, "strength": [{"t": 1}]}))
    found = [case.name for case in named_cases(read_chart(make_chart(CHART), matrix), Choice(matrix=matrix))]
    assert found == ["defaults", "ci/a", "matrix/0001", "matrix/0002"]


def test_a_pattern_without_a_case_is_reported(make_chart: MakeChart) -> None:
    with pytest.raises(GateError, match=r'no case matches "none": the chart has defaults, ci/a; others are'):
        select(read_chart(make_chart(CHART)), Choice(pattern="none", generated=2))
