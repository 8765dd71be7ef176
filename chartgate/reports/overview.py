"""What the table shows of a run: small enough to be kept, and shown again when nothing has changed since."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chartgate.findings.finding import SEVERITIES, Severity
from chartgate.findings.reproduction import Reproduction
from chartgate.reports.defects import Defect
from chartgate.reports.results import Results
from chartgate.values.case import Origin
from chartgate.values.proof import Proof


@dataclass(frozen=True)
class Count:
    """Case × check: how much was examined, and how many distinct findings there are. None of both: not looked at."""

    examined: int
    findings: int


@dataclass(frozen=True)
class Row:
    """A case, and its count by check."""

    case: str
    origin: Origin
    counts: Mapping[str, Count]


@dataclass(frozen=True)
class Overview:
    """A run in numbers, and its defects in full: `findings` is how many distinct findings of each
    severity they are, the gravest first.

    `coverage` tells what the cases of a matrix prove.
    `reproductions` are titles and values files that show a finding.
    """

    checks: Sequence[str]
    rows: Sequence[Row]
    coverage: Sequence[str]
    findings: Mapping[Severity, int]
    defects: Sequence[Defect]
    reproductions: Sequence[tuple[str, str]]
    notices: Sequence[str]
    summary: str

    def fails(self, threshold: Severity | None) -> bool:
        """Whether there is a finding of this severity or a graver one; with None no finding fails."""
        failing = SEVERITIES[: SEVERITIES.index(threshold) + 1] if threshold else ()
        return any(self.findings.get(severity) for severity in failing)


def _proof(group: Proof) -> str:
    numbers = f"required {group.required:,}, covered {group.covered:,}, excluded {group.excluded:,}"
    numbers += f", uncovered {len(group.uncovered):,}"
    numbers += f", refused by the chart {group.refused:,}" if group.refused else ""
    numbers += f", not rendered {group.not_rendered:,}" if group.not_rendered else ""
    return f"every {group.strength} of {len(group.axes)} axes: {numbers}"


def _title(reproduction: Reproduction) -> str:
    finding = reproduction.finding
    return f"{finding.about}: {finding.what} [{finding.check}/{finding.rule}], of {reproduction.case}"


def _reproductions(results: Results) -> list[tuple[str, str]]:
    """The titles of findings with the values that show them; findings that the same values show share a title."""
    titles: defaultdict[str, list[str]] = defaultdict(list)
    for one in results.reproductions:
        titles[results.shown_reproduction(one)].append(_title(one))
    return [("; ".join(some), values) for values, some in titles.items()]


def overview_of(results: Results) -> Overview:
    """The overview of a run."""
    rows = [
        Row(
            name,
            results.cases[name].origin,
            {check: Count(cell.examined, len(cell.findings)) for check, cell in cells.items()},
        )
        for name, cells in results.cells.items()
    ]
    return Overview(
        results.checks,
        rows,
        [_proof(group) for group in results.coverage],
        results.by_severity,
        results.defects,
        _reproductions(results),
        results.told,
        results.summary,
    )
