"""`chartgate completion SHELL`: prints the completion script of a shell, and answers the requests of that script."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Collection
from typing import Any

import argcomplete
from argcomplete.completers import BaseCompleter, FilesCompleter
from argcomplete.shell_integration import shellcode

from chartgate.commands.command import CLEAN, Command

PROGRAM = "chartgate"
SHELLS = ("bash", "zsh", "fish")
_FIRST_WORD = "_ARGCOMPLETE"
"""The environment variable of argcomplete that counts the word, from 1, after which the arguments begin."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, help="the shell, whose startup file evaluates the output")


def run(options: Namespace) -> int:
    print(shellcode([PROGRAM], shell=options.shell))
    return CLEAN


def complete(subcommands: Collection[str], parser_for: Callable[[str], ArgumentParser]) -> None:
    """Answer a shell that asks for completions, and end the program. Return at once if no shell asks.

    Args:
        subcommands: the names of the subcommands.
        parser_for: gives the parser of a subcommand, and for "" that of the gate.
    """
    if _FIRST_WORD not in os.environ:
        return
    line = os.environ.get("COMP_LINE", "")[: int(os.environ.get("COMP_POINT", "0"))]
    words = line.split()
    # A word is complete when something follows it.
    known = words[1:] if line.endswith(" ") else words[1:-1]
    command = known[0] if known and known[0] in subcommands else ""
    if command:
        os.environ[_FIRST_WORD] = "2"
    completer = _Completer(() if known else subcommands)
    argcomplete.autocomplete(parser_for(command), always_complete_options=False, default_completer=completer)


class _Completer(BaseCompleter):
    """Completes files, and subcommands at the place of one."""

    def __init__(self, subcommands: Collection[str]) -> None:
        self._subcommands = subcommands

    def __call__(self, *, prefix: str, **others: Any) -> list[str]:
        files: list[str] = FilesCompleter()(prefix, **others)
        return [*(name for name in self._subcommands if name.startswith(prefix)), *files]


COMMAND = Command("completion", "print the completion script for a shell", add_arguments, run)
