"""`chartgate render CHART`: the objects of the chosen cases, as YAML."""

from argparse import Namespace

from chartgate.commands.command import CLEAN, FINDINGS, Command, add_chart, add_choice, choice_of
from chartgate.commands.rendering import rendered_with
from chartgate.commands.words import Parser
from chartgate.releases.render import RenderError
from chartgate.reports.masking import as_yaml, masked
from chartgate.tools.progress import say
from chartgate.values.chart import read_chart
from chartgate.values.selection import named_cases


def add_arguments(parser: Parser) -> None:
    add_chart(parser)
    add_choice(parser)


def run(options: Namespace) -> int:
    choice = choice_of(options)
    chart = read_chart(options.chart, choice.matrix, choice.settings)
    settings = chart.settings.with_versions(kubernetes=choice.kubernetes)
    outcome = CLEAN
    cases = named_cases(chart, choice)
    for text in chart.left_out:
        say(f"left out: {text}")
    for case in cases:
        try:
            release = rendered_with(chart.files, case, settings, choice)
        except RenderError as error:
            say(f"{case.name}: {error}")
            outcome = FINDINGS
            continue
        print(f"# case {case.name}: Helm {release.helm_version}, Kubernetes {release.kube_version}")
        for obj in release:
            print(f"---\n# Source: {obj.template}\n{as_yaml(masked(obj))}", end="")
    return outcome


COMMAND = Command(
    "render", "print the objects of the cases, by the last of the versions, Secrets masked", add_arguments, run
)
