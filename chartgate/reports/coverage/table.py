"""The report for people: a table of the templates, then each arm that nothing reaches, then the numbers."""

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chartgate.reports.coverage.result import TemplateCoverage, percent_of

LONGEST = 100
"""The number of characters of an arm's text that the report shows."""


def print_coverage(coverage: TemplateCoverage, console: Console) -> None:
    """Write the report to `console`."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("template", overflow="fold")
    for heading in (*coverage.reached, "arms", "reached", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, points in coverage.files.items():
        reached, number = coverage.counted(points)
        own = [str(coverage.counted(points, [source])[0]) for source in coverage.reached]
        colour = "green" if reached == number else "red"
        share = f"[{colour}]{percent_of(reached, number)}[/{colour}]"
        table.add_row(escape(name), *own, str(number), str(reached), share)
    console.print(table)
    for point in coverage.missed:
        console.print(f"{escape(place(point.file, point.line))}: {escape(shown(point.name))}", soft_wrap=True)
    for fault in coverage.faults:
        console.print(f"[red]{escape(fault)}[/red]", soft_wrap=True)
    for notice in coverage.notices:
        console.print(f"[yellow]{escape(notice)}[/yellow]", soft_wrap=True)
    reached, number = coverage.counted(coverage.points)
    renders = ", ".join(f"{source} {count}" for source, count in coverage.renders.items())
    excused = f", {len(coverage.excused)} declared unreachable" if coverage.excused else ""
    colour = "red" if coverage.missed or coverage.faults else "green"
    console.print(
        f"\n[{colour}]{percent_of(reached, number)}[/{colour}]: {reached} of {number} arms{excused}; renders: "
        f"{renders}{'' if coverage.faults else '; each was rendered without probes too, and was the same'}",
        soft_wrap=True,
    )


def place(file: str, line: int) -> str:
    """Where something is, in a form that editors open."""
    return f"{file}:{line}"


def shown(text: str) -> str:
    """The text of an arm, with the middle left out if it is long: the end says which way is meant."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
