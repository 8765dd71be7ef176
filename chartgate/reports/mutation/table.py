"""The report for people: each mutant that survives with its diff, a table of the kinds, then the numbers."""

from collections import Counter
from itertools import islice

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chartgate.releases.mutants.outcome import State
from chartgate.reports.coverage.result import percent_of
from chartgate.reports.mutation.result import MutationResult
from chartgate.tools.testers import GATE, PYTEST, UNITTEST

NOT_COUNTED: dict[State, str] = {
    "equal": "change only white space in the YAML, and no object",
    "unreached": "are at a place that no case and no test reaches: chartgate coverage lists such places",
}
_NEAREST = {
    "unseen": "no object that was rendered differs",
    "survived": "nearest: ",
}


SHOWN = 100
"""The number of survivors that the report shows."""


def print_mutation(result: MutationResult, seconds: float, console: Console) -> None:
    """Write the report to `console`."""
    for mutant, outcome in islice(result.survivors.items(), SHOWN):
        console.print(f"[bold]{escape(mutant.place)}[/bold]: {escape(mutant.change)}", soft_wrap=True)
        for line in mutant.diff(result.chart).splitlines()[3:]:
            colour = {"-": "red", "+": "green"}.get(line[:1], "dim")
            console.print(f"  [{colour}]{escape(line)}[/{colour}]", soft_wrap=True)
        console.print(f"  {escape(_NEAREST[outcome.state] + outcome.what)}\n", soft_wrap=True)
    if len(result.survivors) > SHOWN:
        console.print(f"and {len(result.survivors) - SHOWN} more: --json FILE lists all\n")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("mutants", overflow="fold")
    for heading in ("number", "by the gate", "by tests", "listed", "survive"):
        table.add_column(heading, justify="right", no_wrap=True)
    for kind, number in sorted(Counter(mutant.kind for mutant in result.outcomes).items()):
        own = [mutant for mutant in result.outcomes if mutant.kind == kind]
        by = Counter(result.outcomes[mutant].by for mutant in own if result.outcomes[mutant].is_killed)
        listed = sum(mutant in result.declared for mutant in own)
        left = sum(mutant in result.survivors for mutant in own)
        colour = "red" if left else "green"
        numbers = [
            str(number),
            str(by[GATE]),
            str(by[PYTEST] + by[UNITTEST]),
            str(listed),
            f"[{colour}]{left}[/{colour}]",
        ]
        table.add_row(escape(kind), *numbers)
    console.print(table)
    for fault in result.faults:
        console.print(f"[red]{escape(fault)}[/red]", soft_wrap=True)
    for notice in result.notices:
        console.print(f"[yellow]{escape(notice)}[/yellow]", soft_wrap=True)
    killed, counted = result.counted
    is_part = len(result.outcomes) < len(result.every)
    sample = f", a part of the {len(result.every)} mutants of the chart" if is_part else ""
    states = Counter(outcome.state for outcome in result.outcomes.values())
    for state, why in NOT_COUNTED.items():
        if states[state]:
            console.print(f"not counted: {states[state]} that {why}", soft_wrap=True)
    listed_in_all = f", {len(result.declared)} listed" if result.declared else ""
    if others := sum(bool(entry.noticed_by) for entry in result.declared.values()):
        listed_in_all += f" ({others} for other tests)"
    colour = "red" if result.survivors else "green"
    console.print(
        f"[{colour}]{percent_of(killed, counted)}[/{colour}]: {killed} of {counted} mutants are noticed{listed_in_all}"
        f"{sample}; {seconds:.1f} s",
        soft_wrap=True,
    )
