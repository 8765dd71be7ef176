"""`chartgate checks` and `chartgate explain KEY` or `KEY/RULE`: what the checks say about themselves."""

from argparse import Namespace

from rich import box
from rich.markup import escape
from rich.table import Table

from chartgate.commands.command import CLEAN, Command, add_settings, console
from chartgate.commands.words import Parser
from chartgate.errors import GateError
from chartgate.findings.check import Check, Rule
from chartgate.findings.registry import OF_COMMANDS, every_check
from chartgate.values.chart import read_chart
from chartgate.values.chart_reference import chart_argument


def add_own(parser: Parser) -> None:
    """The arguments that name a chart whose settings add checks."""
    parser.add_argument(
        "chart",
        type=chart_argument,
        metavar="CHART",
        nargs="?",
        help="a chart whose settings add checks",
    )
    add_settings(parser)


def _checks(options: Namespace) -> list[Check]:
    if options.settings and not options.chart:
        raise GateError("--settings needs a chart: name one")
    chart = read_chart(options.chart, settings_file=options.settings) if options.chart else None
    return [*every_check(chart), *OF_COMMANDS]


def list_checks(options: Namespace) -> int:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("key", no_wrap=True)
    table.add_column("what it asks", overflow="fold")
    for check in _checks(options):
        table.add_row(f"[bold]{escape(check.key)}[/bold]", escape(check.title))
    console().print(table)
    return CLEAN


def add_key(parser: Parser) -> None:
    parser.add_argument("key", metavar="KEY", help="a check, as `chartgate checks` lists it, or CHECK/RULE")
    add_own(parser)


def explain(options: Namespace) -> int:
    key, slash, rule_key = options.key.partition("/")
    by_key = {check.key: check for check in _checks(options)}
    check = by_key.get(key)
    if check is None:
        raise GateError(f'no check is called "{key}": choose one of {", ".join(by_key)}')
    if not slash:
        _print_check(check)
        return CLEAN
    rule = check.rule(rule_key)
    if rule is None:
        named = ", ".join(check.rules) or "they are those of another program"
        raise GateError(f'the check {key} has no rule "{rule_key}" of its own: choose one of {named}')
    _print_rule(check, rule_key, rule)
    return CLEAN


def _print_check(check: Check) -> None:
    _print(f"[bold]{escape(check.key)}[/bold]: {escape(check.title)}", ("Why", check.why), ("Source", check.source))
    for key, rule in check.rules.items():
        _print(f"[bold]{escape(f'{check.key}/{key}')}[/bold]: {escape(rule.text)} ({check.severity_of(key)})")


def _print_rule(check: Check, key: str, rule: Rule) -> None:
    _print(
        f"[bold]{escape(f'{check.key}/{key}')}[/bold]: {escape(rule.text)}",
        ("Severity", check.severity_of(key)),
        ("Why", check.why),
        ("Remedy", rule.remedy),
        ("Example of a fault", rule.example),
        ("Source", check.source),
    )


def _print(heading: str, *parts: tuple[str, str]) -> None:
    out = console()
    out.print(heading, soft_wrap=True)
    for label, text in parts:
        out.print(f"{label}: {escape(text)}", soft_wrap=True)


LIST = Command("checks", "list the checks", add_own, list_checks)
EXPLAIN = Command("explain", "say what a check or a rule asks, why, and what helps", add_key, explain)
