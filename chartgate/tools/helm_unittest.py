"""helm-unittest, which runs a chart's suites: the user's own, else the one that the catalogue pins.

Source: README.md of helm-unittest, "Usage"; cmd/helm-unittest and pkg/unittest/formatter/xunit_report_xml.go in its
repository.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from chartgate.errors import GateError
from chartgate.tools.cache import scratch_folder
from chartgate.tools.catalogue import catalogue
from chartgate.tools.child_process import run_to_end
from chartgate.tools.go_programs import go_program
from chartgate.tools.testers import UNITTEST

PATTERN = "tests/*_test.yaml"
"""Where helm-unittest looks for suites by default, in the chart's folder."""
SNAPSHOTS = "__snapshot__"
"""The folder beside the suites in which helm-unittest keeps their snapshots, and writes new ones."""
_NAMES = (UNITTEST, "untt")
_PLUGIN = "unittest"
_HELM_SECONDS = 30
_WORDS = 200


@dataclass(frozen=True)
class TestResult:
    """What came of one test of a suite.

    Args:
        name: what `it` says.
        failed: it did not pass. A test that is skipped does not fail.
        words: why it failed, on one line.
    """

    __test__ = False  # it is no test, whatever pytest makes of its name

    name: str
    failed: bool
    words: str = ""


@dataclass(frozen=True)
class SuiteResults:
    """What came of a run.

    Args:
        tests: the results by suite, in the order of the suite.
        ended: why there are no results; empty if there are.
    """

    tests: dict[str, list[TestResult]]
    ended: str = ""


@dataclass(frozen=True)
class HelmUnittest:
    """A program.

    Args:
        command: how it starts.
        what: how reports name it.
        identity: differs between programs that may answer differently.
    """

    command: tuple[str, ...]
    what: str
    identity: str

    def run(self, chart: Path, suites: Sequence[str], seconds: float) -> SuiteResults:
        """Run suites. New snapshots are written beside them.

        Args:
            chart: the chart's folder.
            suites: the files, relative to the folder.
            seconds: the time limit.

        Raises:
            GateError: the program cannot be started.
            KeyboardInterrupt: as `run_to_end`.
        """
        chart = chart.resolve()
        with scratch_folder() as folder:
            report = folder / "report.xml"
            # A name that is absolute is no pattern. With --failfast, version 1.1.2 ends with a panic.
            files = [f"--file={chart / suite}" for suite in suites]
            options = ["--with-subchart=false", "--output-type=XUnit", f"--output-file={report}"]
            try:
                done = run_to_end(
                    [*self.command, *options, *files, "."],
                    folder=chart,
                    environment={**os.environ, "PWD": str(chart)},
                    text="",
                    seconds=seconds,
                )
            except subprocess.TimeoutExpired:
                return SuiteResults({}, f"takes more than {seconds:.0f} s")
            except OSError as error:
                raise GateError(f"{self.what}: cannot be started: {error.strerror}: install it anew") from error
            try:
                tests = _read(report)
            except (OSError, ET.ParseError):
                tests = {}
        is_whole = {*suites} <= {*tests}
        return SuiteResults(tests, "" if is_whole else _complaint(f"{done.stdout}\n{done.stderr}"))


def _read(report: Path) -> dict[str, list[TestResult]]:
    """The results in a report. A suite with several documents has one entry for all of them."""
    found: dict[str, list[TestResult]] = {}
    for suite in ET.parse(report).getroot().iter("assembly"):  # noqa: S314 (our own run has written it)
        tests = found.setdefault(suite.get("name", ""), [])
        for test in suite.iter("test"):
            words = _one_line(test.findtext("failure/stack-trace") or "")
            tests.append(TestResult(test.get("name", ""), test.get("result") == "Fail", words))
    return found


def _one_line(text: str) -> str:
    words = " ".join(text.split()).removeprefix("- ")
    return words if len(words) <= _WORDS else f"{words[:_WORDS]}…"


def _complaint(out: str) -> str:
    """What a run says that has no results for a suite."""
    lines = [line.strip() for line in out.splitlines() if line.strip()]
    after = next((number for number, line in enumerate(lines) if line.startswith(("Error", "### Error", "panic"))), -1)
    return _one_line(" ".join(lines[after : after + 3] if after >= 0 else lines[:3])) or "helm-unittest says nothing"


def find_program() -> HelmUnittest:
    """helm-unittest: the program on PATH, or the plugin of the Helm on PATH, else the pinned one.

    The user's own comes first: it is the one for which suites and snapshots were written.

    Raises:
        GateError: there is none, and the pinned one cannot be had.
    """
    for name in _NAMES:
        if path := shutil.which(name):
            digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            return HelmUnittest((path,), f"{path}, which is on PATH", digest)
    if (helm := shutil.which("helm")) and (version := _plugin(helm)):
        return HelmUnittest((helm, _PLUGIN), f"the plugin {_PLUGIN} {version} of {helm}", f"plugin {version}")
    version = catalogue().helm_unittest.version
    try:
        return HelmUnittest((str(pinned_program()),), f"helm-unittest {version}, which chartgate has built", version)
    except GateError as error:
        raise GateError(
            f"the chart has suites of helm-unittest, and none is on PATH: {error}; or install it, or leave the "
            "suites out with --no-unittest"
        ) from error


def pinned_program() -> Path:
    """The program that the catalogue pins, built once from its source.

    Raises:
        GateError: it cannot be downloaded, or does not build.
    """
    return go_program(catalogue().helm_unittest, "./cmd/helm-unittest")


def _plugin(helm: str) -> str:
    """The version of the plugin that Helm has; empty if it has none."""
    try:
        done = subprocess.run(
            [helm, "plugin", "list"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_HELM_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    rows = (line.split() for line in done.stdout.splitlines())
    return next((row[1] for row in rows if len(row) > 1 and row[0] == _PLUGIN), "")
