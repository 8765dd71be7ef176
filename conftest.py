"""Fixtures of this project's own tests; `chart`, `cases`, `render` and `assert_conforms` are chartgate's plugin's."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chartgate.releases.helm_program import ask_program
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError, Values, texts_of
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.helm import Helm, find_helm
from chartgate.values.chart import Chart
from chartgate.values.settings import Settings

if TYPE_CHECKING:
    from tests.mutation_runs import Mutate, Report

MakeChart = Callable[[dict[str, str]], Path]


@pytest.fixture(scope="session", autouse=True)
def _kube_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """kubectl and Helm keep what an API server serves for hours, by its address. Another run may have used the port."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECACHEDIR", str(tmp_path_factory.mktemp("kube-cache")))
        yield


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
def chart_files(_chartgate_chart: Chart) -> ChartFiles:
    """The files of the chart, which `render` renders."""
    return _chartgate_chart.files


@pytest.fixture(scope="session")
def notes(
    chart_files: ChartFiles, helm: Helm, settings: Settings, render: Callable[..., Release]
) -> Callable[..., str]:
    """The NOTES.txt that a user reads after the installation; takes values, sets, release and namespace.

    The values are rendered too, which records them for `make coverage`.
    """

    def notes(
        values: Values = (),
        *,
        sets: Sequence[str] = (),
        release: str = settings.release,
        namespace: str = settings.namespace,
    ) -> str:
        render(values, sets=sets, release=release, namespace=namespace)
        # Helm 4 alone shows them without a cluster.
        arguments = [release, "--namespace", namespace, *sets, "--dry-run=client", "--hide-secret"]
        answer = ask_program(helm, chart_files, "install", arguments, texts_of(values))
        if answer["error"]:
            raise RenderError(answer["error"])
        return str(answer["manifests"].partition("\nNOTES:\n")[2])

    return notes


@pytest.fixture
def make_chart(tmp_path: Path) -> MakeChart:
    """Writes a chart called "tiny" with these files beside its Chart.yaml."""

    def make(files: dict[str, str]) -> Path:
        chart = tmp_path / "tiny"
        for name, text in {"Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n", **files}.items():
            path = chart / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return chart

    return make


@pytest.fixture
def mutate(make_chart: MakeChart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Mutate":
    """The exit code of `chartgate mutate`, and its JSON report, about a chart of these files and those of FILES.

    It uses one processor: a run starts a worker and a pytest for each, which takes longer than the tests of a small
    chart. tests/e2e/test_mutants.py uses all of them.
    """
    from chartgate import cli
    from tests.mutation_runs import FILES

    monkeypatch.setattr("chartgate.mutation.PROCESSES", 1)

    def run(files: dict[str, str], *options: str) -> "tuple[int, Report]":
        path = tmp_path / "mutants.json"
        code = cli.main(["mutate", str(make_chart({**FILES, **files})), "--json", str(path), *options])
        report = json.loads(path.read_text(encoding="utf-8"))
        assert isinstance(report, dict)
        return code, report

    return run
