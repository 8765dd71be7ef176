"""`chartgate live CHART`: whether each value of a chart has an effect."""

import time
from argparse import Namespace

from chartgate.commands.command import CLEAN, FINDINGS, Command, add_chart, add_choice, choice_of
from chartgate.commands.report_options import ReportOptions
from chartgate.commands.words import Parser
from chartgate.findings.live import accepted_unread, judge_live
from chartgate.releases.live_values import live_values
from chartgate.reports.live import findings_of, live_data, print_live
from chartgate.tools.engines import default_engine, find_engine
from chartgate.tools.progress import say
from chartgate.values.chart import read_chart
from chartgate.values.live_bases import Bases
from chartgate.values.live_places import live_places

REPORTS = ReportOptions({"json": ("the effect of each value as JSON, for programs", live_data)})


def add_arguments(parser: Parser) -> None:
    add_chart(parser)
    add_choice(parser)
    REPORTS.add_to(parser)


def run(options: Namespace) -> int:
    wanted = REPORTS.wanted(options)
    begun = time.monotonic()
    choice = choice_of(options)
    chart = read_chart(options.chart, choice.matrix, choice.settings)
    helm = find_engine(choice.helm[-1]) if choice.helm else default_engine(chart.settings.helm)
    places = live_places(chart)
    bases = Bases(chart, choice)
    effects = live_values(chart, bases, places, helm, accepted_unread(chart, places))
    judged = judge_live(chart, effects)
    if bases.missing_programs and None in effects.values():
        programs = ", ".join(bases.missing_programs)
        say(
            f"not tried with Helm {programs}, which is not installed: a value that matters only there counts as one "
            f"without an effect: run chartgate {options.chart} first, which gets these programs"
        )
    for text in chart.left_out:
        say(f"left out: {text}")
    wanted.write(chart.name, effects, judged)
    print_live(effects, judged, time.monotonic() - begun, wanted.console())
    return FINDINGS if any(finding.severity != "note" for finding in findings_of(judged)) else CLEAN


COMMAND = Command("live", "find values of a chart that have no effect", add_arguments, run)
