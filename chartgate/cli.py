"""The command line: arguments in, exit code out. Each subcommand is a module in `commands`."""

import argparse
import gc
import importlib.metadata
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path

from chartgate.commands import check, checks, completion, convert_values, coverage, diff, live, matrix, mutate, render
from chartgate.commands.command import CLEAN, EXIT_CODES, FINDINGS, INTERRUPTED, UNUSABLE, parser_of
from chartgate.commands.completion import complete
from chartgate.commands.words import Parser
from chartgate.errors import GateError

__all__ = ["CLEAN", "FINDINGS", "INTERRUPTED", "UNUSABLE", "main"]

TRACE = "CHARTGATE_TRACE"
"""With this variable set, a fault of the gate's own ends with Python's traceback."""

COLLECTIONS = (1_000_000, 50, 100)
"""Thresholds of Python's collector, after gc.set_threshold: new containers until it looks for unreachable cycles.

A command keeps nearly all that it makes until it ends, and to look through all of it as often as Python 3.11 does by
default (after 700) takes a sixth of the time of a run. Set for the command alone: who calls the gate as a library or as
a plugin of pytest has a process with other needs.
"""

SUBCOMMANDS = {
    command.name: command
    for command in (
        render.COMMAND,
        matrix.COMMAND,
        checks.LIST,
        checks.EXPLAIN,
        diff.COMMAND,
        live.COMMAND,
        mutate.COMMAND,
        convert_values.COMMAND,
        coverage.COMMAND,
        completion.COMMAND,
    )
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    complete(SUBCOMMANDS, lambda name: parser_of(SUBCOMMANDS[name]) if name else _gate_parser())
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if threading.current_thread() is threading.main_thread():
        # What holds a temporary folder or another process has to let it go first.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.set_threshold(*COLLECTIONS)
    # Without a subcommand it is the gate. A chart in a folder called like a subcommand is given as ./render.
    command = SUBCOMMANDS.get(arguments[0]) if arguments else None
    try:
        if command is None:
            return check.COMMAND.run(_gate_parser().parse(arguments))
        return command.run(parser_of(command).parse(arguments[1:]))
    except GateError as error:
        print(f"chartgate: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("chartgate: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        if os.environ.get(TRACE):
            raise
        print(_fault(error), file=sys.stderr)
        return UNUSABLE


def _fault(error: Exception) -> str:
    """What to report: the error, where it arose, and how to see more."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return (
        f"chartgate: this is a fault of chartgate, not of the chart: {type(error).__name__} at {where}: {error}. "
        f"Report it with the chart and the output of the same command with {TRACE}=1"
    )


def _gate_parser() -> Parser:
    listed = "\n".join(f"  {command.name:<14} {command.help}" for command in SUBCOMMANDS.values())
    parser = Parser(
        prog="chartgate",
        description="Render a Helm chart in every case it offers and check every object that comes out.",
        epilog=f"subcommands (chartgate SUBCOMMAND --help):\n{listed}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    installed = importlib.metadata.version("chartgate")
    parser.add_argument("--version", action="version", version=f"%(prog)s {installed}")
    check.COMMAND.add_arguments(parser)
    return parser
