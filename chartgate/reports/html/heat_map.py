"""Cases × checks, in groups by the source that the cases come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from chartgate.reports.results import Cell, Results
from chartgate.values.case import Origin

MANY = 5
"""Findings from which on a cell is not coloured more strongly."""

SOURCES: dict[Origin, str] = {
    "defaults": "The chart's defaults",
    "ci": "CI values",
    "document": "Examples of its documents",
    "options": "Values of the command line",
    "matrix": "Matrix",
    "filled": "Empty values, filled",
    "schema": "Values made from its schema",
}


@dataclass(frozen=True)
class Mark:
    """One cell of the table: how many findings, how much was examined, and the name of its colour."""

    findings: int
    examined: int
    style: str


@dataclass(frozen=True)
class MapRow:
    """A case, and a mark for each check."""

    case: str
    clean: bool
    marks: Sequence[Mark]


@dataclass(frozen=True)
class MapGroup:
    """The cases of one source."""

    source: str
    rows: Sequence[MapRow]


def heat_map(results: Results) -> list[MapGroup]:
    """The table, in the order of the cases."""
    groups = groupby(results.cells, key=lambda name: SOURCES[results.cases[name].origin])
    return [MapGroup(source, [_row(results, name) for name in names]) for source, names in groups]


def _row(results: Results, name: str) -> MapRow:
    accepted = {acceptance.finding.check for acceptance in results.acceptances_of(name)}
    cells = {check: results.cells[name].get(check, Cell(0, ())) for check in results.checks}
    marks = [_mark(cell, accepted=check in accepted) for check, cell in cells.items()]
    return MapRow(name, not any(cell.findings for cell in cells.values()), marks)


def _mark(cell: Cell, *, accepted: bool) -> Mark:
    count = len(cell.findings)
    return Mark(count, cell.examined, f"f{min(count, MANY)}" if count else "a" if accepted else "p")
