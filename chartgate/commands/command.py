"""What all subcommands share: exit codes, the arguments that choose cases and versions, and the console."""

import re
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

from rich.console import Console

from chartgate.commands.words import Parser
from chartgate.tools.helm_unittest import PATTERN
from chartgate.tools.progress import say
from chartgate.tools.reading import Reading
from chartgate.values.chart_reference import chart_argument
from chartgate.values.ci_cases import values_text
from chartgate.values.matrix import FILE_NAME
from chartgate.values.selection import GENERATED, Choice
from chartgate.values.settings import FILE_NAME as SETTINGS_FILE

CLEAN, FINDINGS, UNUSABLE, INTERRUPTED = 0, 1, 2, 130

EXIT_CODES = "exit codes: 0 no findings; 1 findings; 2 wrong usage, or a tool that cannot be had; 130 interrupted"


@dataclass(frozen=True)
class Command:
    """A subcommand: its name, one sentence about it, its arguments, and its work, which returns the exit code."""

    name: str
    help: str
    add_arguments: Callable[[Parser], None]
    run: Callable[[Namespace], int]


def console(*, stderr: bool = False) -> Console:
    """Where text for people goes. Colours are for terminals, and for those who have not set NO_COLOR.

    Args:
        stderr: write to standard error, because standard output gets a report for programs.
    """
    # A report that goes to a file or a log must not be cut at a terminal's usual width.
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, width=None if terminal else 160)


def add_chart(
    parser: Parser,
    name: str = "chart",
    text: str = "the chart",
    *,
    several: bool = False,
) -> None:
    """The positional argument that names a chart, or several charts."""
    kinds = "a folder, an archive (.tgz), oci://HOST/PATH[:VERSION], or REPOSITORY/NAME[:VERSION] after helm repo add"
    nargs = "+" if several else None
    parser.add_argument(name, type=chart_argument, metavar=name.upper(), nargs=nargs, help=f"{text}: {kinds}")


def add_choice(parser: Parser, *, by_program: bool = True) -> None:
    """The arguments that choose versions and cases.

    Args:
        by_program: a Helm program may render. The command has no `--helm` if Helm's library renders everything.
    """
    if by_program:
        parser.add_words("--helm", "SPEC", "Helm versions: exact (3.17.3), major (4), or embedded: Helm's library")
    else:
        parser.set_defaults(helm=())
    parser.add_words("--kube", "VERSION", "Kubernetes versions, such as 1.29")
    parser.add_argument(
        "-f",
        "--values",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="judge the chart with this values file alone, as the case `options`; may be repeated, a later file wins; "
        "- reads standard input",
    )
    parser.add_argument(
        "--set",
        type=_assignment,
        action="append",
        default=[],
        dest="sets",
        metavar="KEY=VALUE",
        help="set a value of the case `options`, as helm --set does; it wins over the values files",
    )
    parser.add_argument("--case", default="*", metavar="GLOB", help="only the cases whose name matches")
    parser.add_argument("--matrix", type=Path, metavar="FILE", help=f"a matrix in place of the chart's {FILE_NAME}")
    add_settings(parser)
    parser.add_argument(
        "--generated",
        type=_count,
        default=GENERATED,
        metavar="N",
        help="cases made of values.schema.json, of each sort (%(default)s)",
    )
    parser.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help='seed of generated cases, or "random" (%(default)s)'
    )


def add_offered(parser: Parser) -> None:
    """The option that leaves the cases out that the gate made."""
    parser.add_argument(
        "--offered", action="store_true", help="only the cases that people wrote: defaults, ci/, documents"
    )


def add_suites(parser: Parser, verb: str) -> None:
    """The options that name suites of helm-unittest. `verb` says what is done with them."""
    suites = parser.add_mutually_exclusive_group()
    suites.add_argument(
        "--unittest",
        action="append",
        metavar="GLOB",
        help=f"suites of helm-unittest in the chart's folder, by default {PATTERN}; may be repeated",
    )
    suites.add_argument("--no-unittest", action="store_true", help=f"do not {verb} suites of helm-unittest")


def suites_of(options: Namespace) -> tuple[str, ...]:
    """The patterns of the suites of helm-unittest."""
    return () if options.no_unittest else tuple(options.unittest or (PATTERN,))


def add_fail_under(parser: Parser, what: str) -> None:
    """The option that makes too small a share a finding. `what` says of what: "of the arms is reached"."""
    parser.add_argument(
        "--fail-under",
        type=_percent,
        default=0.0,
        metavar="PERCENT",
        help=f"the exit code is 1 if a smaller share {what} (%(default)s)",
    )


def add_settings(parser: Parser) -> None:
    """The argument that names a settings file."""
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help=f"a settings file in place of the chart's {SETTINGS_FILE}"
    )


def choice_of(options: Namespace) -> Choice:
    """What the arguments of `add_choice` choose.

    Raises:
        GateError: a values file cannot be read or is not a mapping in YAML.
    """
    reading = Reading()
    return Choice(
        helm=tuple(options.helm),
        kubernetes=tuple(options.kube),
        pattern=options.case,
        matrix=options.matrix,
        settings=options.settings,
        generated=options.generated,
        seed=options.seed,
        values=tuple(values_text(named_file(path), reading, may_be_pipe=True) for path in options.values),
        sets=tuple(word for assignment in options.sets for word in ("--set", assignment)),
    )


def named_file(path: Path) -> Path:
    """The file that an argument names; - is standard input."""
    return Path("/dev/stdin") if path == Path("-") else path


def shard(text: str) -> tuple[int, int]:
    """The K-th of N parts, as an argument: K/N."""
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise ArgumentTypeError(f'"{text}" is not a part such as 2/8')
    return int(found[1]), int(found[2])


def _percent(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:
        raise ArgumentTypeError(f'"{text}" is not a share from 0 to 100')
    return share


def _assignment(text: str) -> str:
    if "=" not in text.lstrip("="):
        raise ArgumentTypeError(f'"{text}" is not KEY=VALUE, such as image.tag=1.2.3')
    return text


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f'"{text}" is not a number of cases')
    return int(text)


def _seed(text: str) -> int:
    """A number, or one that nobody chose; it is printed, so that the run can be repeated."""
    if text == "random":
        seed = SystemRandom().randrange(2**31)
        say(f"--seed {seed}")
        return seed
    if not text.isdecimal():
        raise ArgumentTypeError(f'"{text}" is neither a number nor "random"')
    return int(text)


def parser_of(command: Command) -> Parser:
    """The parser of one subcommand."""
    parser = Parser(
        prog=f"chartgate {command.name}", description=f"{command.help[0].upper()}{command.help[1:]}.", epilog=EXIT_CODES
    )
    command.add_arguments(parser)
    return parser
