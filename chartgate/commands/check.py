"""`chartgate CHART`: the gate itself, with its reports."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from chartgate import gate
from chartgate.commands.command import (
    CLEAN,
    FINDINGS,
    INTERRUPTED,
    UNUSABLE,
    Command,
    add_chart,
    add_choice,
    add_offered,
    choice_of,
    shard,
)
from chartgate.commands.report_options import ReportOptions, WantedReports
from chartgate.commands.words import Parser
from chartgate.errors import GateError
from chartgate.findings.baseline import Baseline, read_baseline
from chartgate.findings.check import Check
from chartgate.findings.finding import SEVERITIES
from chartgate.findings.registry import every_check
from chartgate.findings.wanted_rules import require_known
from chartgate.reports.baseline import baseline_report
from chartgate.reports.code_quality import code_quality_report
from chartgate.reports.github import github_report
from chartgate.reports.html import html_report
from chartgate.reports.json_report import json_report
from chartgate.reports.junit import junit_report
from chartgate.reports.last_run import key_of, store_result, stored_result
from chartgate.reports.markdown import markdown_report
from chartgate.reports.overview import overview_of
from chartgate.reports.results import Results
from chartgate.reports.sarif import sarif_report
from chartgate.reports.table import print_report
from chartgate.tools.progress import say
from chartgate.values.chart import Chart, read_chart
from chartgate.values.chart_reference import ChartReference
from chartgate.values.selection import Choice

Source = Path | ChartReference

NEVER = "never"
REPORTS = ReportOptions[[Results]](
    {
        "junit": ("JUnit XML, for CI servers", junit_report),
        "sarif": ("SARIF 2.1.0, for code scanning", partial(sarif_report, base=Path())),
        "json": ("JSON, for programs", json_report),
        "markdown": ("Markdown, for the summary of a CI job and for comments", markdown_report),
        "github": ("GitHub's workflow commands, which annotate a pull request", partial(github_report, base=Path())),
        "code-quality": ("Code Quality, for GitLab", partial(code_quality_report, base=Path())),
        "write-baseline": ("the findings, for a later run with --baseline FILE", baseline_report),
        "html": ("one self-contained page", html_report),
    }
)


def add_arguments(parser: Parser) -> None:
    add_chart(parser, several=True)
    add_choice(parser)
    add_offered(parser)
    parser.add_argument("--full", action="store_true", help="every case with every Helm for every Kubernetes (hours)")
    parser.add_argument("--shard", type=shard, default=(1, 1), metavar="K/N", help="the K-th of N parts of the cases")
    parser.add_argument(
        "--api-server",
        action="store_true",
        help="start etcd and kube-apiserver, and send them every object (server-side apply with dry run)",
    )
    patterns = "CHECK or CHECK/RULE, with * as in file names"
    parser.add_words("--select", "RULE", f"only these checks and rules, and `render`: {patterns}")
    parser.add_words("--ignore", "RULE", f"without these checks and rules: {patterns}")
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="accept the findings in this file, which --write-baseline wrote; only new ones count",
    )
    parser.add_argument(
        "--fail-on",
        choices=[*(severity for severity in SEVERITIES if severity != "note"), NEVER],
        default="warning",
        help="the lowest severity of a finding with which the exit code is 1 (%(default)s)",
    )
    parser.add_argument(
        "--subcharts",
        action="store_true",
        help="also count warnings about objects of subcharts that come from a repository",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="also count warnings that users can fix with values, and those about the pods of helm test",
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="run again even if nothing changed since the last run; a run with a report always does",
    )
    REPORTS.add_to(parser)


def run(options: Namespace) -> int:
    """Check each chart. The exit code is the highest one: unusable, then findings, then clean."""
    wanted = REPORTS.wanted(options)
    several = len(options.chart) > 1
    if several:
        wanted.require_a_file_a_chart()
    choice = replace(
        choice_of(options),
        offered=options.offered,
        full=options.full,
        shard=options.shard,
        api_server=options.api_server,
        select=tuple(options.select),
        ignore=tuple(options.ignore),
        subcharts=options.subcharts,
        strict=options.strict,
    )
    before = read_baseline(options.baseline) if options.baseline else None
    charts, codes = _read_all(options.chart, choice)
    for source, chart in charts:
        if several:
            say(f"chart {source}")
        try:
            codes.append(_run(chart, choice, before, wanted, options))
        except GateError as error:
            if not several:
                raise
            print(f"chartgate: {error}", file=sys.stderr)
            codes.append(UNUSABLE)
        if codes[-1] == INTERRUPTED:
            break
    return max(codes)


def _read_all(sources: Sequence[Source], choice: Choice) -> tuple[list[tuple[Source, Chart]], list[int]]:
    """The charts of a run, and an exit code for each that cannot be used, which is reported.

    Raises:
        GateError: the only chart cannot be used, or no chart has a check or rule that a pattern names.
    """
    charts, checks, codes = list[tuple[Source, Chart]](), list[Check](), list[int]()
    for source in sources:
        try:
            chart = read_chart(source, choice.matrix, choice.settings)
            checks += every_check(chart)
            charts.append((source, chart))
        except GateError as error:
            if len(sources) == 1:
                raise
            say(f"chart {source}")
            print(f"chartgate: {error}", file=sys.stderr)
            codes.append(UNUSABLE)
    if charts:
        require_known((*choice.select, *choice.ignore), checks)
    return charts, codes


def _run(
    chart: Chart,
    choice: Choice,
    before: Baseline | None,
    wanted: WantedReports[[Results]],
    options: Namespace,
) -> int:
    """Check one chart, write its reports and print its table; returns the exit code."""
    wanted = wanted.of_chart(chart.name)
    out = wanted.console()
    key = partial(key_of, chart, choice, before)
    # A report shows objects and values, which are not stored.
    overview = None if wanted or options.fresh else stored_result(key())
    if overview is None:
        try:
            results = gate.check(chart, choice, before)
        except gate.Interrupted as interrupt:
            print_report(overview_of(interrupt.results), out)
            say("interrupted: the table shows the findings so far, and no report is written")
            return INTERRUPTED
        wanted.write(results)
        overview = overview_of(results)
        if results.complete:  # else the tools that are missing now may be available later
            # A new key: the tools that this run has downloaded are available to the next one.
            store_result(key(), overview)
    else:
        say("nothing changed since the last run: this is its result; --fresh runs again")
    print_report(overview, out)
    return FINDINGS if overview.fails(None if options.fail_on == NEVER else options.fail_on) else CLEAN


COMMAND = Command("check", "render a chart in every case it offers and check every object", add_arguments, run)
