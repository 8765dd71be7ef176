"""What the gate found out, in the one form that every report reads."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from chartgate.findings.acceptance import Acceptance
from chartgate.findings.check import Check
from chartgate.findings.finding import SEVERITIES, Finding, Severity, Verdict
from chartgate.findings.registry import CHECKS
from chartgate.findings.reproduction import Reproduction
from chartgate.releases.rendered import Rendered
from chartgate.reports.defects import Defect, defects_of
from chartgate.reports.locations import Location, Templates
from chartgate.reports.masking import argument_without_secrets, as_yaml, secret_texts, values_without_secrets
from chartgate.reports.notices import told
from chartgate.reports.versions import tool_versions
from chartgate.tools.chart_files import ChartFiles
from chartgate.values.case import MADE, Case
from chartgate.values.proof import Proof

NO_FILES = ChartFiles(Path(), {})
EXAMPLES = 3
"""Cases that a program made which are told in full for a defect."""


@dataclass(frozen=True)
class Cell:
    """Case × check, over all renders of the case: how much was examined, what was found, how often it was accepted."""

    examined: int
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> str:
        """ "failed", "passed", or "empty": there was nothing to examine."""
        if self.findings:
            return "failed"
        return "passed" if self.examined else "empty"


@dataclass(frozen=True)
class Results:
    """Everything the gate found out: the verdicts of each check in order, and findings about the run itself.

    `chart` are the files that were rendered; `seconds` what each phase took; `coverage` proves, for
    each group of a matrix' axes, that the cases have every combination; `notices` tell what could not be done
    and what the checks note; `complete` says whether every tool was available;
    `reproductions` are the fewest values that show a finding, for some of those in cases that a program made;
    `left_out` says what the options left out of a whole run, empty for a whole one; `declared` are all checks that
    there are for the chart, whether the run asked them or not.
    """

    verdicts: Sequence[tuple[str, Sequence[Verdict]]]
    general: Sequence[Finding]
    summary: str
    chart: ChartFiles = NO_FILES
    acceptances: Sequence[Acceptance] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    coverage: Sequence[Proof] = ()
    notices: Sequence[str] = ()
    complete: bool = True
    reproductions: Sequence[Reproduction] = ()
    left_out: str = ""
    declared: Sequence[Check] = CHECKS

    @cached_property
    def by_key(self) -> Mapping[str, Check]:
        """The checks that there are, by their keys."""
        return {check.key: check for check in self.declared}

    @property
    def occurrences(self) -> dict[Finding, list[str]]:
        """Where each distinct finding occurs: the names of its cases in order. Findings are sorted by their check, and
        those of the first cases come first.
        """
        found = sorted(self.occurrences_by_render.items(), key=lambda entry: entry[0].check)
        return {finding: list(dict.fromkeys(rendered.case.name for rendered in renders)) for finding, renders in found}

    @cached_property
    def occurrences_by_render(self) -> dict[Finding, list[Rendered]]:
        """Where each distinct finding occurs: its renders in order; none for a finding about the run itself."""
        found: defaultdict[Finding, list[Rendered]] = defaultdict(list)
        for finding in self.general:
            found[finding] = []
        for _, verdicts in self.verdicts:
            for verdict in verdicts:
                for finding in verdict.findings:
                    found[finding].append(verdict.rendered)
        return dict(found)

    @property
    def told(self) -> list[str]:
        """All notices: what the options left out, then the others."""
        return told(self.left_out, self.notices)

    @property
    def by_severity(self) -> dict[Severity, int]:
        """How many distinct findings there are of each severity, the gravest first."""
        counts = Counter(finding.severity for finding in self.occurrences_by_render)
        return {severity: counts[severity] for severity in SEVERITIES if counts[severity]}

    @property
    def checks(self) -> list[str]:
        """The keys of the checks, in order."""
        return [key for key, _ in self.verdicts]

    @cached_property
    def cells(self) -> dict[str, dict[str, Cell]]:
        """What each check says of each case, by case and check, in order."""
        verdicts: defaultdict[str, defaultdict[str, list[Verdict]]] = defaultdict(lambda: defaultdict(list))
        for check, some in self.verdicts:
            for verdict in some:
                verdicts[verdict.rendered.case.name][check].append(verdict)
        return {case: {check: _cell(some) for check, some in cells.items()} for case, cells in verdicts.items()}

    @cached_property
    def locations(self) -> dict[Finding, Location]:
        """Where to look for each distinct finding, by the first render that has it."""
        return {
            finding: self.templates.locate(finding, renders[0] if renders else None)
            for finding, renders in self.occurrences_by_render.items()
        }

    @cached_property
    def templates(self) -> Templates:
        """The templates of the chart, to look up lines in."""
        return Templates(self.chart)

    @cached_property
    def versions(self) -> dict[str, list[str]]:
        """Versions of what the run was made with, by name."""
        return tool_versions([rendered.release for renders in self.renders.values() for rendered in renders])

    def shown_values(self, case: str) -> list[str]:
        """The values files of a case; what its Secrets hold is masked in them."""
        return [values_without_secrets(text, self._secrets(case)) for text in self.cases[case].values]

    def shown_sets(self, case: str) -> list[str]:
        """The --set arguments of a case, flag and value in turn; what its Secrets hold is masked in them."""
        return [argument_without_secrets(text, self._secrets(case)) for text in self.cases[case].sets]

    def shown_reproduction(self, reproduction: Reproduction) -> str:
        """The values that show a finding, as YAML; what the case's Secrets hold is masked in them."""
        return values_without_secrets(as_yaml(dict(reproduction.values)), self._secrets(reproduction.case))

    def _secrets(self, case: str) -> frozenset[str]:
        return secret_texts(obj for rendered in self.renders[case] for obj in rendered.release)

    @cached_property
    def defects(self) -> list[Defect]:
        """The findings as the defects that they are: the gravest first, and by their checks."""
        return sorted(defects_of(self.occurrences.items()), key=lambda defect: defect.finding.gravity)

    @property
    def defects_by_severity(self) -> dict[Severity, int]:
        """How many defects there are of each severity, the gravest first."""
        counts = Counter(defect.finding.severity for defect in self.defects)
        return {severity: counts[severity] for severity in SEVERITIES if counts[severity]}

    @cached_property
    def told_in_full(self) -> list[str]:
        """The cases that a page for people shows with their objects: of the many made ones, a few for each defect."""
        made = {name for name, case in self.cases.items() if case.origin in MADE}
        examples: set[str] = set()
        for defect in self.defects:
            examples.update([name for name in defect.cases if name in made][:EXAMPLES])
        return [name for name in self.cells if name not in made or name in examples]

    @cached_property
    def renders(self) -> dict[str, list[Rendered]]:
        """The distinct renders by case, failed ones included."""
        renders: defaultdict[str, dict[tuple[str, str], Rendered]] = defaultdict(dict)
        for _, verdicts in self.verdicts:
            for verdict in verdicts:
                rendered = verdict.rendered
                version = rendered.release.helm_version, rendered.release.kube_version
                renders[rendered.case.name].setdefault(version, rendered)
        return {case: list(found.values()) for case, found in renders.items()}

    def acceptances_of(self, case: str) -> list[Acceptance]:
        """What chartgate.yaml accepts in one case."""
        return self._acceptances_by_case.get(case, [])

    @cached_property
    def _acceptances_by_case(self) -> dict[str, list[Acceptance]]:
        found: defaultdict[str, list[Acceptance]] = defaultdict(list)
        for acceptance in self.acceptances:
            found[acceptance.case].append(acceptance)
        return dict(found)

    @cached_property
    def cases(self) -> dict[str, Case]:
        """The cases by name, in order."""
        return {name: renders[0].case for name, renders in self.renders.items()}


def _cell(verdicts: Iterable[Verdict]) -> Cell:
    """One cell of the table; each distinct finding counts once."""
    verdicts = list(verdicts)
    findings = dict.fromkeys(finding for verdict in verdicts for finding in verdict.findings)
    return Cell(sum(verdict.examined for verdict in verdicts), tuple(findings))
