"""What all subcommands share: exit codes, the arguments that choose cases and versions, and the console."""

import argparse
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from rich.console import Console

from chartgate.errors import GateError
from chartgate.values.case import Case

CLEAN, FINDINGS, UNUSABLE, INTERRUPTED = 0, 1, 2, 130

EXIT_CODES = "exit codes: 0 no findings; 1 findings; 2 wrong usage, or a tool that cannot be had; 130 interrupted"


@dataclass(frozen=True)
class Command:
    """A subcommand: its name, one sentence about it, its arguments, and its work, which returns the exit code."""

    name: str
    help: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def console() -> Console:
    """Where reports go. Colours are for terminals, and for those who have not set NO_COLOR."""
    # A report that goes to a file or a log must not be cut at a terminal's usual width.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def add_chart(parser: ArgumentParser, name: str = "chart", text: str = "folder of the chart") -> None:
    """The positional argument that names a chart."""
    parser.add_argument(name, type=Path, metavar=name.upper(), help=text)


def add_choice(parser: ArgumentParser) -> None:
    """The arguments that choose versions and cases."""
    parser.add_argument(
        "--helm", nargs="+", default=[], metavar="SPEC", help="Helm versions: exact (3.17.3) or major (4)"
    )
    parser.add_argument("--kube", nargs="+", default=[], metavar="VERSION", help="Kubernetes versions, such as 1.29")
    parser.add_argument("--case", default="*", metavar="GLOB", help="only the cases whose name matches")


def parser_of(command: Command) -> ArgumentParser:
    """The parser of one subcommand."""
    parser = argparse.ArgumentParser(
        prog=f"chartgate {command.name}", description=f"{command.help[0].upper()}{command.help[1:]}.", epilog=EXIT_CODES
    )
    command.add_arguments(parser)
    return parser


def matching(cases: list[Case], pattern: str) -> list[Case]:
    """The cases whose name matches the glob.

    Raises:
        GateError: none does.
    """
    found = [case for case in cases if fnmatchcase(case.name, pattern)]
    if not found:
        raise GateError(f'no case matches "{pattern}": the chart has {", ".join(case.name for case in cases)}')
    return found
