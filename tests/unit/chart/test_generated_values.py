"""Values made from the schema: accepted ones conform, hostile texts arrive whole, mutations are refused."""

from pathlib import Path
from typing import Any

import pytest

from chartgate.releases.render import RenderError
from chartgate.values.case import Case
from chartgate.values.generated import accepted_stream, refused_cases, without_contradictions
from chartgate.values.matrix import FILE_NAME, read_matrix
from chartgate.values.probes import hostile_probes, survival

CHART = Path(__file__).parents[3] / "charts" / "claude-relay"
ACCEPTED = 40


@pytest.mark.parametrize("case", refused_cases(CHART, 100, seed=1), ids=lambda case: case.name)
def test_helm_refuses_a_mutation_and_names_its_path(render: Any, case: Case) -> None:
    with pytest.raises(RenderError) as refusal:
        render(case=case)
    assert case.refused_as_expected(str(refusal.value)), (case.proves, case.refusal, case.values)


def test_accepted_values_render_to_objects_that_conform(render: Any, assert_conforms: Any) -> None:
    def refusal_of(case: Case) -> str:
        try:
            render(case=case)
        except RenderError as error:
            return str(error)
        return ""

    guards = read_matrix(CHART / FILE_NAME).guards
    accepted = without_contradictions(accepted_stream(CHART, 1), ACCEPTED, refusal_of, guards)
    assert len(accepted.cases) == ACCEPTED
    for case in accepted.cases:
        assert_conforms(render(case=case), case=case, checks=["schema", "pod-security", "list-keys", "leaks"])


def test_hostile_texts_arrive_whole(render: Any) -> None:
    reached, lost = 0, {}
    for probe in hostile_probes(CHART, 80, seed=1).probes:
        try:
            plain = render(case=probe.plain)
        except RenderError:
            continue  # a harmless text in this place contradicts another value
        hostile = render(case=probe.hostile)
        fate = survival(probe, [obj.manifest for obj in plain], [obj.manifest for obj in hostile])
        reached += bool(fate.places)
        if fate.lost:
            lost[probe.hostile.proves] = fate.lost
    assert not lost
    # The others are values that nothing reads, or that contradict, in the case at hand.
    assert reached >= 40
