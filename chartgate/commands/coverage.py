"""`chartgate coverage CHART`: which arms of the templates the cases reach."""

from argparse import Namespace
from dataclasses import replace
from functools import partial
from pathlib import Path

from chartgate import coverage
from chartgate.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_chart,
    add_choice,
    add_fail_under,
    add_offered,
    add_suites,
    choice_of,
    suites_of,
)
from chartgate.commands.report_options import ReportOptions
from chartgate.commands.words import Parser
from chartgate.reports.coverage.cobertura import cobertura_report
from chartgate.reports.coverage.html import coverage_page
from chartgate.reports.coverage.lcov import lcov_report
from chartgate.reports.coverage.result import TemplateCoverage
from chartgate.reports.coverage.table import print_coverage
from chartgate.values.chart import read_chart
from chartgate.values.recorded_cases import recorded_cases

REPORTS = ReportOptions[[TemplateCoverage]](
    {
        "cobertura": ("Cobertura XML, for CI servers", cobertura_report),
        "lcov": ("LCOV, for editors and code review", partial(lcov_report, base=Path())),
        "html": ("one self-contained page", coverage_page),
    }
)


def add_arguments(parser: Parser) -> None:
    add_chart(parser)
    add_choice(parser, by_program=False)
    add_offered(parser)
    parser.add_argument(
        "--also",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="count the renders in this file, which pytest --chartgate-coverage FILE wrote; may be repeated",
    )
    add_suites(parser, "render")
    add_fail_under(parser, "of the arms is reached")
    REPORTS.add_to(parser)


def run(options: Namespace) -> int:
    """Measure, write the reports and print the table. The exit code is 1 if the share is too small, or with faults."""
    wanted = REPORTS.wanted(options)
    choice = replace(choice_of(options), offered=options.offered)
    recorded = [case for path in options.also for case in recorded_cases(path)]
    chart = read_chart(options.chart, choice.matrix, choice.settings)
    found = coverage.measure(chart, choice, recorded, suites_of(options))
    wanted.write(found)
    print_coverage(found, wanted.console())
    return FINDINGS if found.faults or found.percent < options.fail_under else CLEAN


COMMAND = Command("coverage", "show which arms of a chart's templates its cases reach", add_arguments, run)
