"""The report for people: a table of cases × checks, then each distinct finding once, then the numbers."""

from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chartgate.findings.finding import Finding, Verdict
from chartgate.reports.results import Results, cell_of

NAMED_CASES = 3


def print_report(results: Results, console: Console) -> None:
    """Write the report to `console`."""
    console.print(_table(results))
    occurrences = results.occurrences
    for check, findings in groupby(sorted(occurrences), key=lambda finding: finding.check):
        console.print(f"\n[bold]{escape(check)}[/bold]")
        for finding in findings:
            console.print(_line(finding, occurrences[finding]), soft_wrap=True)
    colour = "red" if occurrences else "green"
    outcome = _counted(len(occurrences), "finding") if occurrences else "no findings"
    console.print(f"\n[{colour}]{outcome}[/{colour}]: {escape(results.summary)}", soft_wrap=True)


def _table(results: Results) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("case", overflow="fold")
    for check in results.checks:
        table.add_column(check, justify="right", no_wrap=True)
    for case, cells in results.cells.items():
        table.add_row(escape(case), *(_cell(cells.get(check, ())) for check in results.checks))
    return table


def _cell(verdicts: Sequence[Verdict]) -> str:
    cell = cell_of(verdicts)
    if cell.findings:
        return f"[red]{len(cell.findings)} found[/red]"
    return f"[green]{cell.examined} ok[/green]" if verdicts else "–"


def _line(finding: Finding, cases: Sequence[str]) -> str:
    where = f" {finding.where}:" if finding.where else ""
    text = f"{finding.object}:{where} {finding.what}: {finding.remedy} [{finding.rule}]"
    if not cases:
        return escape(text)
    named = "; ".join(cases[:NAMED_CASES])
    more = f"; and {len(cases) - NAMED_CASES} more" if len(cases) > NAMED_CASES else ""
    return f"{escape(text)} [dim]in {_counted(len(cases), 'case')}: {escape(named + more)}[/dim]"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
