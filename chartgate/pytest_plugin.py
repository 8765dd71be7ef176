"""The pytest plugin: fixtures that render a chart and judge what comes out, so that tests read as sentences.

The chart is named by `--chart FOLDER` or by `chartgate_chart` in pytest's settings. All is imported on first use: a
project that merely has chartgate installed pays nothing, and a fixture of its own called like one of these wins.
"""

import os
import warnings
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from chartgate.releases.jobs import Job
    from chartgate.releases.release import Release
    from chartgate.releases.render import Values
    from chartgate.tools.engines import Engine
    from chartgate.values.case import Case
    from chartgate.values.chart import Chart
    from chartgate.values.settings import Settings

INI = "chartgate_chart"
RECORD = "chartgate_coverage"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--chart FOLDER`, and the setting that stands for it; `--chartgate-coverage FILE`."""
    group = parser.getgroup("chartgate", "Helm charts (chartgate)")
    group.addoption(
        "--chartgate-coverage",
        dest=RECORD,
        metavar="FILE",
        help="record what the tests render, for chartgate coverage --also FILE",
    )
    try:
        group.addoption("--chart", dest=INI, metavar="FOLDER", help="the chart that the fixtures render")
    except ValueError:
        # Another plugin has an option of that name; the setting is still there.
        return
    finally:
        parser.addini(INI, "folder of the chart that the fixtures render, from the settings file's folder on")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the record anew; the processes of pytest-xdist add to that of the one that started them."""
    named = config.getoption(RECORD, None)
    if named and not hasattr(config, "workerinput"):
        try:
            Path(config.invocation_params.dir, named).write_bytes(b"")
        except OSError as error:
            raise pytest.UsageError(f"--chartgate-coverage: cannot write {named}: {error.strerror}") from error


def prepare(folder: Path) -> None:
    """Import what a first render imports, and read a chart, for a process that forks before it renders copies of this
    chart (tools/test_server): what a copy has in common with it is not parsed again.
    """
    import chartgate.releases.jobs
    import chartgate.releases.render
    import chartgate.tools.engines
    import chartgate.values.recorded_cases  # noqa: F401 (each imports the packages of the others)
    from chartgate.errors import GateError
    from chartgate.releases.stored_size import oversize
    from chartgate.tools.embedded.process import keep_copy
    from chartgate.values.chart import read_chart

    with suppress(GateError):  # the fixtures say what is wrong
        chart = read_chart(folder)
        _ = chart.offered_cases
        keep_copy(chart.files)
        oversize(chart.files, (), (), ())


@pytest.fixture(scope="session")
def _record(request: pytest.FixtureRequest) -> "Callable[[Job, Sequence[str]], None]":
    """Adds a render to the record, if there is one; each distinct one of a test once."""
    from chartgate.tools.helm import ASSUMED_KUBE_VERSION
    from chartgate.values.case import Case
    from chartgate.values.recorded_cases import recorded_line

    named = request.config.getoption(RECORD, None)
    path = Path(request.config.invocation_params.dir, named) if named else None
    known: set[Case] = set()

    def record(job: "Job", api_versions: Sequence[str]) -> None:
        if path is None:
            return
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        # Only what the render depends on, so that equal renders are equal cases.
        case = Case(
            test,
            values=job.case.values,
            sets=job.case.sets,
            release=job.case.release,
            namespace=job.case.namespace,
            kubernetes=job.exact if job.helm.knows_kube_version else ASSUMED_KUBE_VERSION,
            api_versions=(*api_versions, *job.case.api_versions),
        )
        if case not in known:
            known.add(case)
            with path.open("ab") as file:
                file.write(recorded_line(case))

    return record


@pytest.fixture(scope="session")
def chart(request: pytest.FixtureRequest) -> Path:
    """The chart's folder."""
    named = request.config.getoption(INI, None)
    if named:
        return Path(request.config.invocation_params.dir, named)
    written = str(request.config.getini(INI))
    if not written:
        pytest.fail(f"no chart: name its folder with --chart, or write {INI} = FOLDER into pytest's settings", False)
    return request.config.rootpath / written


@pytest.fixture(scope="session")
def _chartgate_chart(chart: Path) -> "Chart":
    """The chart as it was read, once for all fixtures."""
    from chartgate.values.chart import read_chart

    return read_chart(chart)


@pytest.fixture(scope="session")
def chart_settings(_chartgate_chart: "Chart") -> "Settings":
    """What the chart's chartgate.yaml says; the defaults without one."""
    return _chartgate_chart.settings


@pytest.fixture(scope="session")
def cases(_chartgate_chart: "Chart") -> "list[Case]":
    """Every case that the chart offers: its defaults, its CI values, the examples of its documents."""
    return _chartgate_chart.offered_cases


@pytest.fixture(scope="session")
def render(
    chart: Path,
    chart_settings: "Settings",
    _chartgate_chart: "Chart",
    _record: "Callable[[Job, Sequence[str]], None]",
) -> "Callable[..., Release]":
    """Renders the chart, with Helm's library for the last Kubernetes of its settings unless told otherwise.

    `render(values, sets=…, release=…, namespace=…, kube=…, api_versions=…, helm=…, cached=…)`, or `render(case=…)`;
    `values` is data, YAML text or several texts. A case is rendered with the versions that it binds. Where Helm
    refuses, `RenderError` is raised with Helm's own words.
    """
    from chartgate.releases.jobs import Job, render_case
    from chartgate.releases.render import texts_of
    from chartgate.tools.chart_files import read_chart_files
    from chartgate.tools.engines import default_engine, find_engine
    from chartgate.values.case import Case

    settings, named_chart = chart_settings, chart

    def render(
        values: "Values" = (),
        *,
        sets: Sequence[str] = (),
        release: str = settings.release,
        namespace: str = settings.namespace,
        kube: str = "",
        api_versions: Sequence[str] = settings.api_versions,
        helm: "Engine | None" = None,
        case: "Case | None" = None,
        chart: Path = named_chart,
        cached: bool = True,
    ) -> "Release":
        if case is None:
            case = Case("values", values=texts_of(values), sets=tuple(sets), release=release, namespace=namespace)
        bound = find_engine(case.helm) if case.helm else None
        job = Job(
            case, helm or bound or default_engine(settings.helm), kube or case.kubernetes or settings.kubernetes[-1]
        )
        if chart == named_chart:
            _record(job, api_versions)
        files = _chartgate_chart.files if chart == named_chart else read_chart_files(chart)
        return render_case(files, job, api_versions, cached=cached)

    return render


@pytest.fixture(scope="session")
def assert_conforms(chart_settings: "Settings", _chartgate_chart: "Chart") -> Callable[..., None]:
    """Fails with every finding that a release has, exceptions of chartgate.yaml aside.

    `assert_conforms(release, case=…, checks=…)`: `case` says which objects exist outside the chart; `checks` are the
    keys of the checks to run, all of them by default.
    """
    from chartgate.errors import GateError
    from chartgate.findings.acceptance import accept
    from chartgate.findings.extras import is_installed, left_out, require_installed
    from chartgate.findings.registry import every_check
    from chartgate.findings.runner import examine
    from chartgate.releases.rendered import Rendered
    from chartgate.values.case import Case

    every = every_check(_chartgate_chart)

    def assert_conforms(
        release: "Release", *, case: "Case | None" = None, checks: Collection[str] | None = None
    ) -> None:
        __tracebackhide__ = True
        known = [check.key for check in every]
        unknown = sorted(set(checks or ()) - set(known))
        if unknown:
            pytest.fail(f"no check is called {', '.join(unknown)}: choose from {', '.join(known)}", False)
        if not len(release):
            pytest.fail("the release has no object, so that nothing can conform", False)
        rendered = Rendered(case or Case("release"), release)
        try:
            require_installed(every, checks or ())
        except GateError as error:
            pytest.fail(str(error), False)
        for sentence in left_out(every) if checks is None else ():
            warnings.warn(sentence, pytest.PytestWarning, stacklevel=2)
        lines = []
        for check in filter(is_installed, every):
            if checks is None or check.key in checks:
                judged = accept([(check.key, examine(check, [rendered]))], (), chart_settings)
                found = [one for _, (verdict,) in judged.columns for one in verdict.findings]
                lines += [f"{finding.sentence} [{check.key}/{finding.rule}]" for finding in found]
        if lines:
            pytest.fail("\n".join(["the release does not conform:", *dict.fromkeys(lines)]), False)

    return assert_conforms
