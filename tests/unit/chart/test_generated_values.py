"""Values one step away from accepted ones: Helm refuses each by its path."""

from pathlib import Path
from typing import Any

import pytest

from chartgate.releases.render import RenderError
from chartgate.values.case import Case
from chartgate.values.generated import refused_cases

CHART = Path(__file__).parents[3] / "charts" / "claude-relay"


@pytest.mark.parametrize("case", refused_cases(CHART, 100, seed=1), ids=lambda case: case.name)
def test_helm_refuses_a_mutation_and_names_its_path(render: Any, case: Case) -> None:
    with pytest.raises(RenderError) as refusal:
        render(case=case)
    assert case.refused_as_expected(str(refusal.value)), (case.proves, case.refusal, case.values)
