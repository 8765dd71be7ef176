"""The report for people: a table of cases × checks, then each defect once, then the numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chartgate.findings.finding import SEVERITIES
from chartgate.reports.defects import Defect
from chartgate.reports.overview import Count, Overview, Row
from chartgate.tools.some_of import some_of
from chartgate.values.case import MADE, Origin

NAMED_CASES = 3
GAP = 3
"""Characters between two columns."""
MADE_CASES = 20
"""Cases of one source, made by a program, that have a row of their own: the twenty-first says nothing new."""


def print_report(overview: Overview, console: Console) -> None:
    """Write the report to `console`."""
    for part in _table(overview, console.width):
        console.print(part)
    for line in overview.coverage:
        console.print(escape(line), soft_wrap=True)
    for check, found in groupby(overview.defects, key=lambda defect: defect.finding.check):
        console.print(f"\n[bold]{escape(check)}[/bold]")
        for defect in found:
            console.print(_line(defect), soft_wrap=True)
    for title, values in overview.reproductions:
        console.print(f"\n[bold]These values show it:[/bold] {escape(title)}", soft_wrap=True)
        console.print(escape(values.rstrip()), soft_wrap=True)
    for notice in overview.notices:
        console.print(f"\n[yellow]{escape(notice)}[/yellow]", soft_wrap=True)
    number = sum(overview.findings.values())
    colour = "red" if number else "green"
    outcome = _counted(number, "finding") if number else "no findings"
    if len(overview.defects) < number:
        outcome += f" of {_counted(len(overview.defects), 'defect')}"
    if set(overview.findings) - {SEVERITIES[0]}:
        outcome += f" ({', '.join(_counted(count, severity) for severity, count in overview.findings.items())})"
    console.print(f"\n[{colour}]{outcome}[/{colour}]: {escape(overview.summary)}", soft_wrap=True)


def _table(overview: Overview, width: int) -> Iterator[Table | str]:
    """The table, in a form that fits into `width`.

    That is with the names of the checks; else with numbers for them, and a line that explains the numbers; else with
    the checks alone that have findings, in as many tables as needed.
    """
    rows = _rows(overview)
    names = max(map(len, rows), default=0)
    full = names + sum(max(len(check), len("10000 ok")) + 2 for check in overview.checks)
    if full <= width:
        yield _part(rows, {check: check for check in overview.checks}, wide=True)
        return
    labels = {check: str(number) for number, check in enumerate(overview.checks, 1)}
    widths = {
        check: GAP + max([len(label), *(len(str(row[check].findings)) for row in rows.values() if check in row)])
        for check, label in labels.items()
    }
    if min(names, width // 3) + sum(widths.values()) > width:
        found = [check for check in labels if any(row[check].findings for row in rows.values() if check in row)]
        clean = [check for check in labels if check not in found]
        if clean:
            yield escape(f"without findings: {', '.join(clean)}")
        labels = {check: labels[check] for check in found}
    if labels:
        yield escape(", ".join(f"{label} {check}" for check, label in labels.items()))
    for some in _chunks(labels, widths, width - min(names, width // 3)):
        yield _part(rows, {check: labels[check] for check in some}, wide=False, names=width // 3)


def _chunks(checks: Iterable[str], widths: Mapping[str, int], room: int) -> Iterator[list[str]]:
    """The checks in groups, each with columns that fit into `room` characters."""
    some: list[str] = []
    for check in checks:
        if some and sum(widths[each] for each in (*some, check)) > room:
            yield some
            some = []
        some.append(check)
    if some:
        yield some


def _part(
    rows: Mapping[str, Mapping[str, Count]], labels: Mapping[str, str], *, wide: bool, names: int | None = None
) -> Table:
    """A table with columns for the checks of `labels`; `names` is the most that the names of cases may take."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("case", overflow="fold", max_width=names)
    for label in labels.values():
        table.add_column(label, justify="right", no_wrap=True)
    for name, counts in rows.items():
        table.add_row(escape(name), *(_cell(counts.get(check), wide=wide) for check in labels))
    return table


def _rows(overview: Overview) -> dict[str, Mapping[str, Count]]:
    """A row a case; of the hundreds that a program makes, those without findings share one, and so do most others."""
    rows: dict[str, Mapping[str, Count]] = {}
    clean: dict[Origin, list[Row]] = {}
    defective: dict[Origin, list[Row]] = {}
    for row in overview.rows:
        if row.origin not in MADE:
            rows[row.case] = row.counts
            continue
        found = any(count.findings for count in row.counts.values())
        (defective if found else clean).setdefault(row.origin, []).append(row)
    for source, some in defective.items():
        rows.update((row.case, row.counts) for row in some[:MADE_CASES])
        if more := some[MADE_CASES:]:
            rows[f"{source}: {_counted(len(more), 'more case')} with findings"] = _sums(overview.checks, more)
    for source, some in clean.items():
        rows[f"{source}: {_counted(len(some), 'case')} without findings"] = _sums(overview.checks, some)
    return rows


def _sums(checks: Sequence[str], rows: Sequence[Row]) -> dict[str, Count]:
    counts = {check: [row.counts[check] for row in rows if check in row.counts] for check in checks}
    return {
        check: Count(sum(count.examined for count in found), sum(count.findings for count in found))
        for check, found in counts.items()
        if found
    }


def _cell(count: Count | None, *, wide: bool) -> str:
    if count is None:
        return "–"
    if count.findings:
        return f"[red]{count.findings}{' found' if wide else ''}[/red]"
    return f"[green]{count.examined} ok[/green]" if wide else "[green]✓[/green]" if count.examined else "–"


def _line(defect: Defect) -> str:
    finding, cases = defect.finding, defect.cases
    others = f" and {len(defect.objects) - 1} more" if len(defect.objects) > 1 else ""
    where = f" {finding.where}:" if finding.where else ""
    severity = () if finding.severity == SEVERITIES[0] else (finding.severity,)
    rules = ", ".join((finding.rule, *finding.also, *severity))
    text = f"{finding.about}{others}:{where} {finding.what}: {finding.remedy} [{rules}]"
    if not cases:
        return escape(text)
    named = some_of(cases, NAMED_CASES, "; ")
    return f"{escape(text)} [dim]in {_counted(len(cases), 'case')}: {escape(named)}[/dim]"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
