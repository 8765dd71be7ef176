"""The report for people: a table of cases × checks, then each distinct finding once, then the numbers."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chartgate.findings.finding import Finding, Verdict
from chartgate.reports.results import Results, cell_of
from chartgate.values.case import Origin

NAMED_CASES = 3
MADE = frozenset({"matrix", "schema"})
"""Origins of cases that no person wrote."""


def print_report(results: Results, console: Console) -> None:
    """Write the report to `console`."""
    for part in _table(results, console.width):
        console.print(part)
    occurrences = results.occurrences
    for check, findings in groupby(sorted(occurrences), key=lambda finding: finding.check):
        console.print(f"\n[bold]{escape(check)}[/bold]")
        for finding in findings:
            console.print(_line(finding, occurrences[finding]), soft_wrap=True)
    for notice in results.notices:
        console.print(f"\n[yellow]{escape(notice)}[/yellow]", soft_wrap=True)
    colour = "red" if occurrences else "green"
    outcome = _counted(len(occurrences), "finding") if occurrences else "no findings"
    console.print(f"\n[{colour}]{outcome}[/{colour}]: {escape(results.summary)}", soft_wrap=True)


def _table(results: Results, width: int) -> Iterator[Table | str]:
    """The table; where it would not fit into `width`, with numbers for the checks, and a line that explains them."""
    rows = _rows(results)
    full = max(map(len, rows), default=0) + sum(max(len(check), len("10000 ok")) + 2 for check in results.checks)
    wide = full <= width
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("case", overflow="fold")
    for number, check in enumerate(results.checks, 1):
        table.add_column(check if wide else str(number), justify="right", no_wrap=True)
    for name, cells in rows.items():
        table.add_row(escape(name), *(_cell(cells.get(check, ()), wide=wide) for check in results.checks))
    if not wide:
        yield escape(", ".join(f"{number} {check}" for number, check in enumerate(results.checks, 1)))
    yield table


def _rows(results: Results) -> dict[str, dict[str, list[Verdict]]]:
    """A row a case; of the hundreds that a program makes, those without findings share one."""
    rows: dict[str, dict[str, list[Verdict]]] = {}
    shared: dict[Origin, list[str]] = {}
    for name, cells in results.cells.items():
        origin = results.cases[name].origin
        if origin in MADE and not any(cell_of(verdicts).findings for verdicts in cells.values()):
            shared.setdefault(origin, []).append(name)
        else:
            rows[name] = cells
    for source, names in shared.items():
        rows[f"{source}: {_counted(len(names), 'case')} without findings"] = {
            check: [verdict for name in names for verdict in results.cells[name].get(check, ())]
            for check in results.checks
        }
    return rows


def _cell(verdicts: Sequence[Verdict], *, wide: bool) -> str:
    cell = cell_of(verdicts)
    if cell.findings:
        return f"[red]{len(cell.findings)}{' found' if wide else ''}[/red]"
    if not verdicts:
        return "–"
    return f"[green]{cell.examined} ok[/green]" if wide else "[green]✓[/green]" if cell.examined else "–"


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
