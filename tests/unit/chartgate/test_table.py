"""The report on a terminal: a row a case where people wrote it, and columns that fit."""

import io
from collections.abc import Callable, Sequence

import pytest
from rich.console import Console

from chartgate.findings.finding import Finding, Verdict
from chartgate.findings.reproduction import Reproduction
from chartgate.releases.identity import About
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.reports.overview import Count, Overview, Row, overview_of
from chartgate.reports.results import Results
from chartgate.reports.table import print_report
from chartgate.values.case import Case

DEFECT = Finding("schema", "invalid", About("Pod", "a"), "", "what", "remedy")


def printed(cases: Sequence[tuple[Case, tuple[Finding, ...]]], release: Release, checks: list[str], width: int) -> str:
    columns = [(check, [Verdict(Rendered(case, release), 1, found) for case, found in cases]) for check in checks]
    out = io.StringIO()
    print_report(overview_of(Results(columns, [], "summary")), Console(file=out, width=width))
    return out.getvalue()


def test_cases_that_a_program_made_share_a_row_unless_something_was_found(release_of: Callable[..., Release]) -> None:
    cases = [(Case(f"matrix/{number}", origin="matrix"), ()) for number in range(20)]
    bad = (Case("matrix/bad", origin="matrix"), (DEFECT,))
    lines = printed([(Case("ci/a", origin="ci"), ()), *cases, bad], release_of(""), ["schema"], 100).splitlines()
    assert [line.split() for line in lines if "ok" in line or "found" in line][:3] == [
        ["ci/a", "1", "ok"],
        ["matrix/bad", "1", "found"],
        ["matrix:", "20", "cases", "without", "findings", "20", "ok"],
    ]


def test_many_checks_are_numbered_so_that_they_fit(release_of: Callable[..., Release]) -> None:
    checks = [f"check-{number}" for number in range(18)]
    text = printed(
        [(Case("ci/a", origin="ci"), ()), (Case("ci/b", origin="ci"), (DEFECT,))], release_of(""), checks, 120
    )
    assert "1 check-0, 2 check-1" in text
    (clean,) = [line for line in text.splitlines() if line.strip().startswith("ci/a")]
    assert clean.split() == ["ci/a", *["✓"] * 18]
    assert max(map(len, text.splitlines()[2:8])) <= 120


def test_a_defect_under_many_names_is_one_line_and_a_few_rows(release_of: Callable[..., Release]) -> None:
    def found(name: str, what: str) -> Finding:
        return Finding("schema", "invalid", About("Pod", name), "spec", what, "remedy")

    names = [f"release-{number}" for number in range(30)]
    cases = [(Case(f"matrix/{name}", origin="matrix"), (found(name, f"{name} is bad"),)) for name in names]
    other = (Case("ci/a", origin="ci"), (found("release-0", "is worse"),))
    text = printed([other, *cases], release_of(""), ["schema"], 100)
    assert "matrix/release-19 " in text
    assert "matrix/release-20" not in text
    assert "matrix: 10 more cases with findings" in text
    assert "Pod/release-0 and 29 more: spec: release-0 is bad: remedy [invalid] in 30 cases" in text
    assert "31 findings of 2 defects: summary" in text


def test_two_objects_of_one_release_are_two_defects(release_of: Callable[..., Release]) -> None:
    found = tuple(
        Finding("schema", "invalid", About("Pod", name), "spec", "is bad", "remedy") for name in ("web", "worker")
    )
    text = printed([(Case("ci/a", origin="ci"), found)], release_of(""), ["schema"], 100)
    assert "Pod/web: spec: is bad" in text
    assert "Pod/worker: spec: is bad" in text
    assert "2 findings: summary" in text


@pytest.mark.parametrize("width", [80, 60, 40])
def test_the_table_fits_its_width(width: int) -> None:
    checks = [f"check-{number}" for number in range(30)]
    cases = [f"README.md: an example with a long heading {number}" for number in range(3)]
    rows = [
        Row(case, "document", {check: Count(9, 1234 if check[-1] in "02468" else 0) for check in checks})
        for case in cases
    ]
    overview = Overview(checks, rows, [], {}, [], [], [], "summary")
    out = io.StringIO()
    print_report(overview, Console(file=out, width=width))
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert text.count("1234") == 3 * 15
    assert "without findings: check-1, check-3" in text


def test_values_that_show_several_findings_are_printed_once(release_of: Callable[..., Release]) -> None:
    case = Case("matrix/1", origin="matrix")
    findings = [Finding("schema", "invalid", About("Pod", name), "spec", "what", "remedy") for name in "abc"]
    values: tuple[dict[str, object], ...] = ({"open": True}, {"size": 3}, {"open": True})
    shown = [Reproduction(finding, case.name, some) for finding, some in zip(findings, values, strict=True)]
    columns = [("schema", [Verdict(Rendered(case, release_of("")), 1, tuple(findings))])]
    overview = overview_of(Results(columns, [], "summary", reproductions=shown))
    assert overview.reproductions == [
        ("Pod/a: what [schema/invalid], of matrix/1; Pod/c: what [schema/invalid], of matrix/1", "open: true\n"),
        ("Pod/b: what [schema/invalid], of matrix/1", "size: 3\n"),
    ]
