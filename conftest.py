"""Fixtures of this project's own tests; `chart`, `cases`, `render` and `assert_conforms` are chartgate's plugin's."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chartgate.releases.render import Values, render_notes
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.helm import Helm, find_helm
from chartgate.values.settings import Settings


@pytest.fixture(scope="session")
def helm() -> Helm:
    """The newest Helm."""
    return find_helm("4")


@pytest.fixture(scope="session")
def oldest_helm() -> Helm:
    """The oldest Helm that the project supports and the catalogue has."""
    return find_helm("3.2.4")


@pytest.fixture(scope="session")
def settings(chart_settings: Settings) -> Settings:
    """What the chart's chartgate.yaml says."""
    return chart_settings


@pytest.fixture(scope="session")
def notes(chart: Path, helm: Helm, settings: Settings) -> Callable[..., str]:
    """The project's NOTES.txt, rendered; takes values, sets, release and namespace."""

    def notes(
        values: Values = (),
        *,
        sets: Sequence[str] = (),
        release: str = settings.release,
        namespace: str = settings.namespace,
    ) -> str:
        return render_notes(
            read_chart_files(chart), helm=helm, values=values, sets=sets, release=release, namespace=namespace
        )

    return notes
