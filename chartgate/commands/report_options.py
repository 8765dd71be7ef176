"""The options of a command that write reports about its result, such as `--json FILE`."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, ParamSpec

from rich.console import Console

from chartgate.commands.command import console
from chartgate.commands.words import Parser
from chartgate.errors import GateError
from chartgate.reports.files import Content, is_stdout, require_writable, write_report

NAME = "{chart}"
"""Stands for the name of the chart in the name of a report."""

P = ParamSpec("P")


@dataclass(frozen=True)
class WantedReports(Generic[P]):
    """The reports that the options of a run ask for: each function that makes one, with the file that it goes to.

    The parameters `P` of these functions describe the result of the command.
    """

    files: tuple[tuple[Callable[P, Content], Path], ...]

    def __bool__(self) -> bool:
        return bool(self.files)

    def require_a_file_a_chart(self) -> None:
        """Refuse a file to which the reports about several charts would go.

        Raises:
            GateError: the name of a file does not contain `{chart}`.
        """
        for _, path in self.files:
            if NAME not in str(path):
                raise GateError(
                    f"{path}: several charts need a report each: write {NAME} where the chart's name belongs"
                )

    def of_chart(self, name: str) -> "WantedReports[P]":
        """The reports about the chart with this name: it replaces `{chart}` in the names of the files."""
        return WantedReports(tuple((make, Path(str(path).replace(NAME, name))) for make, path in self.files))

    def console(self) -> Console:
        """Where the table for people goes: to standard error if a report goes to standard output."""
        return console(stderr=any(is_stdout(path) for _, path in self.files))

    def write(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Write the reports about a result.

        Raises:
            GateError: a report cannot be written.
        """
        for make, path in self.files:
            write_report(path, make(*args, **kwargs))


@dataclass(frozen=True)
class ReportOptions(Generic[P]):
    """The formats that a command offers.

    Args:
        formats: by the name of the option without its dashes: the format and its use as the help text tells them, and
            the function from the result of the command to the content of the file.
    """

    formats: Mapping[str, tuple[str, Callable[P, Content]]]

    def add_to(self, parser: Parser) -> None:
        """Add the option `--NAME FILE` of each format."""
        for name, (text, _) in self.formats.items():
            parser.add_argument(
                f"--{name}", type=Path, metavar="FILE", help=f"write a report: {text}; - is standard output"
            )

    def wanted(self, options: Namespace) -> WantedReports[P]:
        """The reports that the user asks for. Call it before the work of the command: a wrong name is told at once.

        Raises:
            GateError: a file cannot be written, or two reports go to standard output.
        """
        named = [(make, getattr(options, name.replace("-", "_"))) for name, (_, make) in self.formats.items()]
        files = tuple((make, path) for make, path in named if path)
        require_writable(path for _, path in files)
        return WantedReports(files)
