"""`chartgate checks` and `chartgate explain KEY` or `KEY/RULE`: what the checks say about themselves."""

from argparse import ArgumentParser, Namespace

from rich import box
from rich.markup import escape
from rich.table import Table

from chartgate.commands.command import CLEAN, Command, console
from chartgate.errors import GateError
from chartgate.findings.check import Check, Rule
from chartgate.findings.registry import BY_KEY, CHECKS


def add_no_arguments(_: ArgumentParser) -> None:
    """`checks` takes none."""


def list_checks(_: Namespace) -> int:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("key", no_wrap=True)
    table.add_column("what it asks", overflow="fold")
    for check in CHECKS:
        table.add_row(f"[bold]{escape(check.key)}[/bold]", escape(check.title))
    console().print(table)
    return CLEAN


def add_key(parser: ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help="a check, as `chartgate checks` lists it, or CHECK/RULE")


def explain(options: Namespace) -> int:
    key, slash, rule_key = options.key.partition("/")
    check = BY_KEY.get(key)
    if check is None:
        raise GateError(f'no check is called "{key}": choose one of {", ".join(BY_KEY)}')
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


LIST = Command("checks", "list the checks", add_no_arguments, list_checks)
EXPLAIN = Command("explain", "say what a check or a rule asks, why, and what helps", add_key, explain)
