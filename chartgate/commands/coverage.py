"""`chartgate coverage CHART`: which arms of the templates the cases reach."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from chartgate import coverage
from chartgate.commands.command import CLEAN, FINDINGS, Command, add_chart, add_choice, choice_of, console
from chartgate.commands.words import Parser
from chartgate.reports.coverage.cobertura import cobertura_report
from chartgate.reports.coverage.html import coverage_page
from chartgate.reports.coverage.lcov import lcov_report
from chartgate.reports.coverage.result import TemplateCoverage
from chartgate.reports.coverage.table import print_coverage
from chartgate.reports.files import is_stdout, require_writable, write_report
from chartgate.values.chart import read_chart
from chartgate.values.recorded_cases import recorded_cases

FORMATS: dict[str, tuple[str, Callable[[TemplateCoverage], bytes]]] = {
    "cobertura": ("Cobertura XML, for CI servers", cobertura_report),
    "lcov": ("LCOV, for editors and code review", partial(lcov_report, base=Path())),
    "html": ("one self-contained page", coverage_page),
}


def add_arguments(parser: Parser) -> None:
    add_chart(parser)
    add_choice(parser)
    parser.add_argument(
        "--offered", action="store_true", help="only the cases that people wrote: defaults, ci/, documents"
    )
    parser.add_argument(
        "--also",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="count the renders in this file, which pytest --chartgate-coverage FILE wrote; may be repeated",
    )
    parser.add_argument(
        "--fail-under",
        type=_percent,
        default=0.0,
        metavar="PERCENT",
        help="the exit code is 1 if a smaller share of the arms is reached (%(default)s)",
    )
    for name, (text, _) in FORMATS.items():
        parser.add_argument(
            f"--{name}", type=Path, metavar="FILE", help=f"write a report: {text}; - is standard output"
        )


def run(options: Namespace) -> int:
    """Measure, write the reports and print the table. Findings are too small a share, and faults."""
    wanted: dict[str, Path] = {name: path for name in FORMATS if (path := getattr(options, name))}
    require_writable(wanted.values())
    choice = replace(choice_of(options), offered=options.offered)
    recorded = [case for path in options.also for case in recorded_cases(path)]
    found = coverage.measure(read_chart(options.chart, choice.matrix, choice.settings), choice, recorded)
    for name, path in wanted.items():
        write_report(path, FORMATS[name][1](found))
    print_coverage(found, console(stderr=any(map(is_stdout, wanted.values()))))
    return FINDINGS if found.faults or found.percent < options.fail_under else CLEAN


def _percent(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:
        raise ArgumentTypeError(f'"{text}" is not a share from 0 to 100')
    return share


COMMAND = Command("coverage", "show which arms of a chart's templates its cases reach", add_arguments, run)
