"""`chartgate mutate CHART`: which small faults in the chart its cases and its tests notice."""

import time
from argparse import ArgumentTypeError, Namespace

from chartgate import mutation
from chartgate.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_chart,
    add_choice,
    add_fail_under,
    add_suites,
    choice_of,
    shard,
    suites_of,
)
from chartgate.commands.report_options import ReportOptions
from chartgate.commands.words import Parser
from chartgate.releases.mutants.mutant import KINDS
from chartgate.releases.mutants.tests import LONGEST
from chartgate.reports.mutation.json_report import mutation_json
from chartgate.reports.mutation.result import MutationResult
from chartgate.reports.mutation.table import print_mutation
from chartgate.values.chart import read_chart

REPORTS = ReportOptions[[MutationResult]]({"json": ("JSON, for programs", mutation_json)})
GENERATED = 60
"""The number of cases made of values.schema.json, of each sort: each is rendered many times."""


def add_arguments(parser: Parser) -> None:
    add_chart(parser)
    add_choice(parser, by_program=False)
    parser.set_defaults(generated=GENERATED)
    parser.add_argument(
        "--tests",
        action="append",
        default=[],
        metavar="PATH",
        help="pytest tests of the chart: a file, a folder or a node ID; may be repeated",
    )
    add_suites(parser, "run")
    parser.add_argument(
        "--seconds",
        type=_number,
        default=round(LONGEST),
        metavar="N",
        help="the time limit of the tests that are tried at a time; a slower test is left out (%(default)s)",
    )
    parser.add_argument("--file", default="*", metavar="GLOB", help="only mutants of files whose paths match")
    parser.add_argument(
        "--kind",
        action="append",
        default=[],
        choices=[*KINDS],
        metavar="KIND",
        help=f"only mutants of this kind: {', '.join(KINDS)}; may be repeated",
    )
    parser.add_argument("--sample", type=_number, default=0, metavar="N", help="try only N mutants, chosen by the seed")
    parser.add_argument("--shard", type=shard, default=(1, 1), metavar="K/N", help="the K-th of N parts of the mutants")
    parser.add_argument("--fresh", action="store_true", help="try mutants again that an earlier run has tried")
    add_fail_under(parser, "of the mutants is noticed")
    REPORTS.add_to(parser)


def run(options: Namespace) -> int:
    """Try the mutants, write the reports and print the table. Findings are too small a share, and faults."""
    wanted = REPORTS.wanted(options)
    begun = time.monotonic()
    choice = choice_of(options)
    chart = read_chart(options.chart, choice.matrix, choice.settings)
    asked = mutation.Wanted(
        files=options.file,
        kinds=frozenset(options.kind),
        sample=options.sample,
        seed=options.seed,
        shard=options.shard,
        tests=tuple(options.tests),
        suites=suites_of(options),
        seconds=options.seconds,
        fresh=options.fresh,
    )
    result = mutation.mutate(chart, choice, asked)
    wanted.write(result)
    print_mutation(result, time.monotonic() - begun, wanted.console())
    return FINDINGS if [*result.faults] or result.percent < options.fail_under else CLEAN


def _number(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f'"{text}" is not a number above 0')
    return int(text)


COMMAND = Command("mutate", "find small faults that a chart's cases and tests do not notice", add_arguments, run)
