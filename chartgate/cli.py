"""The command line: arguments in, exit code out. Everything else is wired in `gate`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from chartgate import gate
from chartgate.errors import GateError
from chartgate.reports.table import print_report

CLEAN, FINDINGS, UNUSABLE, INTERRUPTED = 0, 1, 2, 130

EXIT_CODES = "exit codes: 0 no findings; 1 findings; 2 wrong usage, or a tool that cannot be had; 130 interrupted"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        results = gate.run(options.chart, helm=options.helm, kubernetes=options.kube, case_pattern=options.case)
    except GateError as error:
        print(f"chartgate: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("chartgate: interrupted", file=sys.stderr)
        return INTERRUPTED
    # A report that goes to a file or a log must not be cut at a terminal's usual width.
    print_report(results, Console(highlight=False, width=None if sys.stdout.isatty() else 260))
    return FINDINGS if results.occurrences else CLEAN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chartgate",
        description="Render a Helm chart in every case it offers and check every object that comes out.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("chart", type=Path, metavar="CHART", help="folder of the chart")
    parser.add_argument(
        "--helm", nargs="+", default=[], metavar="SPEC", help="Helm versions: exact (3.17.3) or major (4)"
    )
    parser.add_argument("--kube", nargs="+", default=[], metavar="VERSION", help="Kubernetes versions, such as 1.29")
    parser.add_argument("--case", default="*", metavar="GLOB", help="only the cases whose name matches")
    return parser
