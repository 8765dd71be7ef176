"""`chartgate checks` and `chartgate explain KEY`: what the checks say about themselves."""

from argparse import ArgumentParser, Namespace

from rich import box
from rich.markup import escape
from rich.table import Table

from chartgate.commands.command import CLEAN, Command, console
from chartgate.errors import GateError
from chartgate.reports.declared import declared


def add_no_arguments(_: ArgumentParser) -> None:
    """`checks` takes none."""


def list_checks(_: Namespace) -> int:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("key", no_wrap=True)
    table.add_column("what it asks", overflow="fold")
    for check in declared().values():
        table.add_row(f"[bold]{escape(check.key)}[/bold]", escape(check.title))
    console().print(table)
    return CLEAN


def add_key(parser: ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help="key of a check, as `chartgate checks` lists it")


def explain(options: Namespace) -> int:
    checks = declared()
    if options.key not in checks:
        raise GateError(f'no check is called "{options.key}": choose one of {", ".join(checks)}')
    check = checks[options.key]
    out = console()
    out.print(f"[bold]{escape(check.key)}[/bold]: {escape(check.title)}", soft_wrap=True)
    for label, text in (("Why", check.why), ("Remedy", check.remedy), ("Source", check.source)):
        out.print(f"{label}: {escape(text)}", soft_wrap=True)
    return CLEAN


CHECKS = Command("checks", "list the checks", add_no_arguments, list_checks)
EXPLAIN = Command("explain", "say what a check asks, why, what helps, and where the rule comes from", add_key, explain)
