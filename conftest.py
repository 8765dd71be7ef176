"""Fixtures of all tests: the tools, the chart, and `render`."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chartgate.releases.release import Release
from chartgate.releases.render import RenderError, Values, render_notes
from chartgate.releases.render import render as render_chart
from chartgate.tools.helm import Helm, find_helm
from chartgate.values.case import Case
from chartgate.values.discovery import find_cases
from chartgate.values.settings import Settings, read_settings

Render = Callable[..., Release]
Notes = Callable[..., str]

__all__ = ["Notes", "Render", "RenderError"]


@pytest.fixture(scope="session")
def helm() -> Helm:
    """The newest Helm."""
    return find_helm("4")


@pytest.fixture(scope="session")
def oldest_helm() -> Helm:
    """The oldest Helm that the project supports and the catalogue has."""
    return find_helm("3.2.4")


@pytest.fixture(scope="session")
def chart() -> Path:
    """The project's chart."""
    return Path(__file__).parent / "charts" / "claude-relay"


@pytest.fixture(scope="session")
def settings(chart: Path) -> Settings:
    """What the chart's chartgate.yaml says."""
    return read_settings(chart)


@pytest.fixture(scope="session")
def cases(chart: Path, settings: Settings) -> list[Case]:
    """Every case that the chart offers."""
    return find_cases(chart, settings)


@pytest.fixture(scope="session")
def render(chart: Path, helm: Helm, settings: Settings) -> Render:
    """Renders the project's chart; a refusal is a `RenderError` whose text is Helm's own."""
    newest_helm = helm

    def render(
        values: Values = (),
        *,
        sets: Sequence[str] = (),
        release: str = settings.release,
        namespace: str = settings.namespace,
        kube: str = settings.kubernetes[-1],
        api_versions: Sequence[str] = settings.api_versions,
        helm: Helm = newest_helm,
        case: Case | None = None,
        chart: Path = chart,
        cached: bool = True,
    ) -> Release:
        if case is not None:
            values, sets, release, namespace = case.values, case.sets, case.release, case.namespace
        return render_chart(
            chart,
            helm=helm,
            values=values,
            sets=sets,
            release=release,
            namespace=namespace,
            kube_version=kube,
            api_versions=api_versions,
            cached=cached,
        )

    return render


@pytest.fixture(scope="session")
def notes(chart: Path, helm: Helm, settings: Settings) -> Notes:
    """The project's NOTES.txt, rendered; takes values, sets, release and namespace."""

    def notes(
        values: Values = (),
        *,
        sets: Sequence[str] = (),
        release: str = settings.release,
        namespace: str = settings.namespace,
    ) -> str:
        return render_notes(chart, helm=helm, values=values, sets=sets, release=release, namespace=namespace)

    return notes
