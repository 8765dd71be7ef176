"""What the table shows of a run: small enough to be kept, and shown again when nothing has changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chartgate.findings.finding import Finding
from chartgate.findings.reproduction import Reproduction
from chartgate.reports.masking import as_yaml, secret_texts, values_without_secrets
from chartgate.reports.results import Results, cell_of
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
    """A run in numbers, and its findings in full, each with the names of the cases that have it.

    `coverage` tells what the cases of a matrix prove. `reproductions` are titles and values files that show a finding.
    """

    checks: Sequence[str]
    rows: Sequence[Row]
    coverage: Sequence[str]
    findings: Sequence[tuple[Finding, Sequence[str]]]
    reproductions: Sequence[tuple[str, str]]
    notices: Sequence[str]
    summary: str


def reproduction_text(reproduction: Reproduction, results: Results) -> str:
    """A values file; what the case's Secrets hold is masked in it."""
    secrets = secret_texts(obj for rendered in results.renders[reproduction.case] for obj in rendered.release)
    return values_without_secrets(as_yaml(dict(reproduction.values)), secrets)


def _proof(group: Proof) -> str:
    numbers = f"required {group.required:,}, covered {group.covered:,}, excluded {group.excluded:,}"
    numbers += f", uncovered {len(group.uncovered):,}"
    numbers += f", refused by the chart {group.refused:,}" if group.refused else ""
    numbers += f", not rendered {group.not_rendered:,}" if group.not_rendered else ""
    return f"every {group.strength} of {len(group.axes)} axes: {numbers}"


def _title(reproduction: Reproduction) -> str:
    finding = reproduction.finding
    return f"{finding.object}: {finding.what} [{finding.check}/{finding.rule}], of {reproduction.case}"


def overview_of(results: Results) -> Overview:
    """The overview of a run."""
    rows = []
    for name, cells in results.cells.items():
        found = {check: cell_of(verdicts) for check, verdicts in cells.items()}
        counts = {check: Count(cell.examined, len(cell.findings)) for check, cell in found.items()}
        rows.append(Row(name, results.cases[name].origin, counts))
    return Overview(
        results.checks,
        rows,
        [_proof(group) for group in results.coverage],
        list(results.occurrences.items()),
        [(_title(one), reproduction_text(one, results)) for one in results.reproductions],
        list(results.notices),
        results.summary,
    )
