"""Cases × checks as a table of coloured cells; the cases stand in groups by the source they come from."""

from collections.abc import Sequence
from html import escape

from chartgate.findings.finding import Verdict
from chartgate.reports.results import Results, cell_of
from chartgate.values.case import Origin

MANY = 5

SOURCES: dict[Origin, str] = {
    "defaults": "The chart's defaults",
    "ci": "CI values",
    "document": "Examples of its documents",
    "matrix": "Matrix",
    "schema": "Values made from its schema",
}


def heat_map(results: Results, ids: dict[str, str]) -> str:
    """The section with the table."""
    heads = "".join(f'<th scope="col"><span>{escape(check)}</span></th>' for check in results.checks)
    rows: list[str] = []
    group = None
    for name, cells in results.cells.items():
        if (source := SOURCES[results.cases[name].origin]) != group:
            group = source
            rows.append(f'<tr class="group"><th colspan="{len(results.checks) + 1}">{escape(source)}</th></tr>')
        accepted = {acceptance.finding.check for acceptance in results.acceptances_of(name)}
        marks = "".join(
            _cell(cells.get(check, ()), ids.get(name, ""), accepted=check in accepted) for check in results.checks
        )
        clean = "" if any(cell_of(verdicts).findings for verdicts in cells.values()) else ' class="clean"'
        title = f'<a href="#{ids[name]}">{escape(name)}</a>' if name in ids else escape(name)
        rows.append(f'<tr{clean}><th scope="row">{title}</th>{marks}</tr>')
    return (
        '<section id="map"><h2>Cases × checks</h2><div class="tools">'
        '<input id="search" type="search" placeholder="Find a case" aria-label="Find a case" hidden>'
        '<label><input id="only" type="checkbox"> only cases with findings</label>'
        '<p class="legend"><i class="p"></i>passed<i class="a"></i>passed, with accepted exceptions'
        '<i class="f1"></i>findings<i class="x"></i>nothing to examine</p></div>'
        f"{_left_out(results, ids)}"
        f'<table class="map"><thead><tr><td></td>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></section>'
    )


def _left_out(results: Results, ids: dict[str, str]) -> str:
    if len(ids) == len(results.cases):
        return ""
    command = "chartgate render CHART --case NAME"
    return (
        '<p class="why">Of the cases that a program made, a few for each defect have a page here; '
        f"<code>{command}</code> prints the objects of any.</p>"
    )


def _cell(verdicts: Sequence[Verdict], case_id: str, *, accepted: bool) -> str:
    cell = cell_of(verdicts)
    if cell.findings:
        count = len(cell.findings)
        text = f'<a href="#{case_id}">{count}</a>' if case_id else f"{count}"
        return f'<td class="f{min(count, MANY)}">{text}</td>'
    if not cell.examined:
        return '<td class="x">–</td>'
    return f'<td class="{"a" if accepted else "p"}" title="{cell.examined} examined">✓</td>'
