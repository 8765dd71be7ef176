"""`chartgate diff CHART_A CHART_B`: what an upgrade from A to B changes for whoever installed A in one of its cases."""

from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

from chartgate.commands.command import CLEAN, FINDINGS, Command, add_chart, add_choice, choice_of
from chartgate.commands.rendering import rendered_with
from chartgate.commands.report_options import ReportOptions
from chartgate.commands.words import Parser
from chartgate.errors import GateError
from chartgate.releases.release import Release
from chartgate.releases.render import RenderError
from chartgate.reports.diff.compare import Difference, compare, random_places
from chartgate.reports.diff.report import diff_data, print_diff
from chartgate.tools.progress import track
from chartgate.values.case import Case
from chartgate.values.chart import Chart, read_chart
from chartgate.values.selection import Choice, named_cases
from chartgate.values.settings import Settings

REPORTS = ReportOptions({"json": ("the differences as JSON, for programs", diff_data)})


def add_arguments(parser: Parser) -> None:
    add_chart(parser, "chart_a", "the chart as it is installed, whose cases are compared")
    add_chart(parser, "chart_b", "the chart to upgrade to")
    add_choice(parser)
    REPORTS.add_to(parser)


def run(options: Namespace) -> int:
    wanted = REPORTS.wanted(options)
    choice = choice_of(options)
    before, after = read_chart(options.chart_a, choice.matrix, choice.settings), read_chart(options.chart_b)
    settings = before.settings.with_versions(kubernetes=choice.kubernetes)
    # Where Helm has to refuse a case, there is nothing to upgrade.
    cases = [case for case in named_cases(before, choice) if case.refusal is None]
    if not cases:
        raise GateError(f'every case that matches "{choice.pattern}" is to be refused: there is nothing to compare')

    def difference(case: Case) -> Difference:
        return _difference(before, after, case, settings, choice)

    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        differences = list(track(pool.map(difference, cases), len(cases), "comparing"))
    wanted.write(str(options.chart_a), str(options.chart_b), differences)
    print_diff(differences, wanted.console())
    return FINDINGS if any(each.immutable or each.refused for each in differences) else CLEAN


def _difference(before: Chart, after: Chart, case: Case, settings: Settings, choice: Choice) -> Difference:
    releases: list[Release] = []
    # The second render of the same chart shows what differs every time, such as generated secrets.
    for chart, cached in ((before, True), (before, False), (after, True)):
        try:
            releases.append(rendered_with(chart.files, case, settings, choice, cached=cached))
        except RenderError as error:
            return Difference(case.name, refused=f"{chart.folder} does not render the case: {error}")
    once, again, upgraded = releases
    return compare(case.name, once, upgraded, random_places(once, again))


COMMAND = Command("diff", "show what changes for each case of a chart between two versions of it", add_arguments, run)
