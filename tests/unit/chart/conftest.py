"""Fixtures of the chart's own tests."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from chartgate.releases.release import Release
from chartgate.releases.render import RenderError
from chartgate.tools import merging
from chartgate.tools.helm import Helm, find_helm
from chartgate.values.case import Case
from chartgate.values.settings import Settings


@pytest.fixture(scope="session", params=["3.2.4", "3", "4"])
def any_helm(request: pytest.FixtureRequest) -> Helm:
    """Each of the Helms that the gate runs."""
    return find_helm(str(request.param))


@pytest.fixture(scope="session")
def spellings() -> list[str]:
    """Paths under which the application serves its metrics."""
    return ["/metrics", "/METRICS", "/metrics/", "/Metrics/", "/mEtRiCs", "/prometheus", "/PROMETHEUS/", "//metrics"]


@pytest.fixture(scope="session")
def refused(render: Callable[..., Release]) -> Callable[..., str]:
    """Renders values that must be refused, and gives Helm's words."""

    def refused(values: Mapping[str, Any], **options: Any) -> str:
        with pytest.raises(RenderError) as refusal:
            render(values=values, **options)
        return str(refusal.value)

    return refused


@pytest.fixture(scope="session")
def releases(render: Callable[..., Release], cases: Sequence[Case], settings: Settings) -> list[Release]:
    """Every case with the newest Helm, on the oldest and the newest Kubernetes."""
    return [render(case=case, kube=kube) for case in cases for kube in settings.kubernetes]


@pytest.fixture(scope="session")
def nested() -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Values by path, as `--set` has them, to values as a file has them."""

    def nested(paths: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for path, value in paths.items():
            *parents, key = path.split(".")
            branch = values
            for parent in parents:
                branch = branch.setdefault(parent, {})
            branch[key] = value
        return values

    return nested


@pytest.fixture(scope="session")
def merged() -> Callable[[Any, Any], Any]:
    """Values over values, as Helm lays one file over another."""

    return merging.merged
