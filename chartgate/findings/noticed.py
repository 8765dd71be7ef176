"""What the checks find in a changed chart and not in the chart itself."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property

from chartgate.findings.acceptance import accept
from chartgate.findings.check import Check
from chartgate.findings.finding import Column, Finding
from chartgate.findings.foreign_subcharts import ForeignSubcharts
from chartgate.findings.left_to_users import LeftToUsers
from chartgate.findings.registry import every_check
from chartgate.findings.runner import examine, examine_files
from chartgate.findings.scopes import EachComparison, WholeChart
from chartgate.releases.comparisons import LIBRARY, Comparison, compare
from chartgate.releases.fixed_texts import with_fixed_texts
from chartgate.releases.jobs import Job, render_jobs
from chartgate.releases.rendered import Rendered
from chartgate.tools.chart_files import ChartFiles
from chartgate.values.chart import Chart
from chartgate.values.settings import Settings


def not_asked(chart: Chart) -> list[str]:
    """The keys of the checks that are left out here."""
    return [check.key for check in every_check(chart) if check.apart]


class Noticed:
    """The checks of the gate, asked about a chart and about changed copies of it.

    Checks that start another program for many objects, such as checkov, are left out: one start takes longer than all
    other checks of a mutant.

    Args:
        chart: the unchanged chart.
        settings: those of the run.
    """

    def __init__(self, chart: Chart, settings: Settings) -> None:
        self._chart, self._settings = chart, settings
        self._known: dict[Job, frozenset[Finding]] = {}
        self._compared_before: dict[tuple[Job, str], frozenset[Finding]] = {}

    @cached_property
    def _checks(self) -> list[Check]:
        return [check for check in every_check(self._chart) if not check.apart]

    def by_renders(self, changed: ChartFiles, jobs: Sequence[Job]) -> Finding | None:
        """The first new finding about renders, one job after another.

        Raises:
            GateError: Helm, or a program that a check needs, cannot be used.
        """
        for job in jobs:
            found = self._of_job(changed, job)
            if found and (new := _new(found, self._before(job))):
                return new
        return None

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """What the checks compare a render with, such as an upgrade."""
        scopes = (scope for check in self._checks for scope in check.scopes if isinstance(scope, EachComparison))
        return [one for one in dict.fromkeys(scope.comparison for scope in scopes) if one is not LIBRARY]

    def by_comparison(self, changed: ChartFiles, job: Job, comparison: Comparison) -> Finding | None:
        """The first new finding from comparing a render with another way to make it, such as an upgrade.

        Raises:
            GateError: as `by_renders`.
        """
        key = (job, comparison.key)
        if key not in self._compared_before:
            self._compared_before[key] = self._compared(self._chart.files, job, comparison)
        return _new(self._compared(changed, job, comparison), self._compared_before[key])

    def has_compared(self, job: Job) -> bool:
        """Whether it is known how a render of the unchanged chart differs that is made otherwise."""
        return any((job, one.key) in self._compared_before for one in self.comparisons)

    def by_files(self, changed: ChartFiles) -> Finding | None:
        """The first new finding about the files of the chart.

        Raises:
            GateError: the changed chart cannot be read.
        """
        return _new(self._of_files(replace(self._chart, files=changed)), self._files_before)

    def _before(self, job: Job) -> frozenset[Finding]:
        if job not in self._known:
            self._known[job] = self._of_job(self._chart.files, job)
        return self._known[job]

    def _of_job(self, files: ChartFiles, job: Job) -> frozenset[Finding]:
        # As whoever compares renders has rendered it already (releases/mutants/prints.py).
        return self._found(render_jobs(with_fixed_texts(files), [job], self._settings.api_versions))

    def _compared(self, files: ChartFiles, job: Job, comparison: Comparison) -> frozenset[Finding]:
        renders = render_jobs(files, [job], self._settings.api_versions)
        return self._found(compare(files, renders, [comparison], self._settings.api_versions))

    def _found(self, renders: Sequence[Rendered]) -> frozenset[Finding]:
        columns: list[Column] = [(check.key, examine(check, renders)) for check in self._checks]
        apart = [ForeignSubcharts(self._chart.files).reason, LeftToUsers(columns).reason]
        judged = accept(columns, (), self._settings, None, apart)
        return frozenset(one for _, verdicts in judged.columns for verdict in verdicts for one in verdict.findings)

    @cached_property
    def _files_before(self) -> frozenset[Finding]:
        return self._of_files(self._chart)

    def _of_files(self, chart: Chart) -> frozenset[Finding]:
        checks = [check for check in self._checks if any(isinstance(scope, WholeChart) for scope in check.scopes)]
        found = [finding for check in checks for finding in examine_files(check, chart) if finding.severity != "note"]
        return frozenset(accept((), found, self._settings).general)


def _new(found: Collection[Finding], before: Collection[Finding]) -> Finding | None:
    """The first finding of a rule that is broken more often than before; None if there is none.

    A finding that only reads differently, such as one about an object with another name, is not new.
    """
    counts = Counter((finding.check, finding.rule) for finding in before)
    more = Counter((finding.check, finding.rule) for finding in found) - counts
    new = (one for one in found if one not in before and (one.check, one.rule) in more)
    return min(new, key=lambda one: (one.gravity, one.check, one.rule, one.sentence), default=None)
