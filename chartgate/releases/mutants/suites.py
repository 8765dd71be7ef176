"""The chart's suites of helm-unittest, and the program that runs them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chartgate.errors import GateError
from chartgate.releases import store
from chartgate.tools.helm_unittest import SNAPSHOTS, HelmUnittest, find_program
from chartgate.tools.reading import Reading
from chartgate.values.unittest_cases import UnittestJob, suite_files, unittest_jobs


@dataclass(frozen=True)
class Suite:
    """A suite.

    Args:
        file: relative to the chart's folder.
        jobs: its tests, as far as chartgate can read them.
        is_read: whether chartgate can read all of it. Only helm-unittest decides whether a suite is valid.
        files: the suite and its snapshots.
        digest: a hash of all that the suite depends on beside the chart: itself, its snapshots and its values files.
    """

    file: str
    jobs: tuple[UnittestJob, ...]
    is_read: bool
    files: tuple[Path, ...]
    digest: str


@dataclass(frozen=True)
class FoundSuites:
    """The suites of a chart, and the program that runs them: None if there are no suites."""

    suites: tuple[Suite, ...] = ()
    program: HelmUnittest | None = None

    @property
    def files(self) -> list[Path]:
        """The files of the suites, and their snapshots."""
        return [file for suite in self.suites for file in suite.files]

    def basis(self, name: str = "") -> str:
        """A hash of all on which the results of a suite depend beside the chart; without a name, of all suites."""
        wanted = [(one.file, one.digest) for one in self.suites if not name or one.file == name]
        return store.key_of(self.program.identity if self.program else "", wanted)


def find_suites(folder: Path, patterns: Sequence[str]) -> FoundSuites:
    """The suites of a chart, and the program that runs them.

    Args:
        folder: the chart's folder.
        patterns: of their files in the folder, as helm-unittest takes them.

    Raises:
        GateError: a pattern leads out of the folder, a file cannot be read, or helm-unittest cannot be had.
    """
    suites = tuple(_suite(folder, name, path) for name, path in suite_files(folder, patterns).items())
    return FoundSuites(suites, find_program()) if suites else FoundSuites()


def _suite(folder: Path, name: str, path: Path) -> Suite:
    reading = Reading()
    jobs: list[UnittestJob] | None = None
    with suppress(GateError, TypeError):
        jobs = unittest_jobs(folder, name, reading)
    files = [path, *sorted((path.parent / SNAPSHOTS).glob(f"{path.name}*.snap"))]
    for file in files:
        reading.content(file)
    return Suite(name, tuple(jobs or ()), jobs is not None, tuple(files), reading.digest)
