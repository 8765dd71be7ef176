"""The report for people: a table of cases × checks, then each distinct finding once, then the numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chartgate.findings.finding import Finding, Verdict

NAMED_CASES = 3


@dataclass(frozen=True)
class Results:
    """Everything the gate found out: the verdicts of each check in order, and findings about the run itself."""

    verdicts: Sequence[tuple[str, Sequence[Verdict]]]
    general: Sequence[Finding]
    summary: str

    @property
    def occurrences(self) -> dict[Finding, list[str]]:
        """Where each distinct finding occurs: the cases in order, each with its versions."""
        found: defaultdict[Finding, list[str]] = defaultdict(list)
        for finding in self.general:
            found[finding] = []
        for _, verdicts in self.verdicts:
            for verdict in verdicts:
                for finding in verdict.findings:
                    found[finding].append(verdict.rendered.case.name)
        return {finding: list(dict.fromkeys(cases)) for finding, cases in found.items()}


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
    rows: defaultdict[str, dict[str, list[Verdict]]] = defaultdict(dict)
    for check, verdicts in results.verdicts:
        table.add_column(check, justify="right", no_wrap=True)
        for verdict in verdicts:
            rows[verdict.rendered.case.name].setdefault(check, []).append(verdict)
    for case, cells in rows.items():
        table.add_row(escape(case), *(_cell(cells.get(check, ())) for check, _ in results.verdicts))
    return table


def _cell(verdicts: Iterable[Verdict]) -> str:
    verdicts = list(verdicts)
    distinct = {finding for verdict in verdicts for finding in verdict.findings}
    if distinct:
        return f"[red]{len(distinct)} found[/red]"
    return f"[green]{sum(verdict.examined for verdict in verdicts)} ok[/green]" if verdicts else "–"


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
