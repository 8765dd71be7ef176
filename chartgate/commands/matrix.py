"""`chartgate matrix CHART`: the covering array of the chart's matrix, proven, and what no axis varies."""

from argparse import Namespace
from pathlib import Path

from rich import box
from rich.markup import escape
from rich.table import Table

from chartgate.commands.command import CLEAN, FINDINGS, Command, add_chart, console
from chartgate.commands.words import Parser
from chartgate.values.chart import read_chart
from chartgate.values.default_matrix import find_matrix
from chartgate.values.matrix import FILE_NAME
from chartgate.values.matrix_cases import covering_cases
from chartgate.values.matrix_gaps import gaps
from chartgate.values.proof import Proof

NAMED = 10


def add_arguments(parser: Parser) -> None:
    add_chart(parser)
    parser.add_argument("--matrix", type=Path, metavar="FILE", help=f"the matrix, in place of the chart's {FILE_NAME}")


def run(options: Namespace) -> int:
    chart = read_chart(options.chart, options.matrix)
    matrix = find_matrix(chart)
    coverage = covering_cases(matrix, chart.settings)
    out = console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("every combination of")
    for heading in ("required", "covered", "excluded", "uncovered"):
        table.add_column(heading, justify="right")
    for proof in coverage.proof:
        table.add_row(f"{proof.strength} of {len(proof.axes)} axes", *(f"{number:,}" for number in _numbers(proof)))
    out.print(table)
    for title, names in (
        ("uncovered", [name for proof in coverage.proof for name in proof.uncovered]),
        ("forbidden, and in a case", [name for proof in coverage.proof for name in proof.broken]),
    ):
        for name in list(dict.fromkeys(names))[:NAMED]:
            out.print(f"[red]{title}:[/red] {escape(name)}", soft_wrap=True)
    missing = gaps(matrix, chart.shape) if chart.shape else []
    for gap in missing[:NAMED]:
        out.print(f"[yellow]{escape(gap)}[/yellow]", soft_wrap=True)
    if len(missing) > NAMED:
        out.print(f"[yellow]and {len(missing) - NAMED} more that no axis has[/yellow]", soft_wrap=True)
    refused = sum(case.refusal is not None for case in coverage.cases)
    proven = all(proof.holds for proof in coverage.proof)
    outcome = "[green]proven[/green]" if proven else "[red]not proven[/red]"
    out.print(f"{outcome}: cases {len(coverage.cases)}, {refused} of them to be refused", soft_wrap=True)
    return CLEAN if proven else FINDINGS


def _numbers(proof: Proof) -> tuple[int, int, int, int]:
    return proof.required, proof.covered, proof.excluded, len(proof.uncovered)


COMMAND = Command(
    "matrix", "prove the covering array of the chart's matrix, and list what no axis varies", add_arguments, run
)
