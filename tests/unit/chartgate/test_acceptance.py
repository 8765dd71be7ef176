"""Exceptions and declarations drop what they name, and only that."""

from collections.abc import Callable

from chartgate.findings.acceptance import Judged, accept
from chartgate.findings.finding import Finding, Verdict
from chartgate.releases.identity import About
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case
from chartgate.values.settings import Settings
from chartgate.values.settings_file import AcceptedFinding, Declaration

ReleaseOf = Callable[..., Release]

REASON = "a reason long enough"
POLICY = Finding("checkov", "CKV_1", About("Deployment", "a"), "spec", "what", "remedy")
MISSING = Finding(
    "references", "missing", About("Ingress", "a"), "spec", "what", "remedy", About("Service", "a-blocked")
)
FILES = Finding("chart", "kube-version", About("", "Chart.yaml"), "kubeVersion", "what", "remedy")


def judged(release_of: ReleaseOf, settings: Settings) -> Judged:
    verdict = Verdict(Rendered(Case("x"), release_of("")), 1, (POLICY, MISSING))
    return accept([("some", [verdict])], [FILES], settings)


def remaining(found: Judged) -> list[Finding]:
    in_renders = [finding for _, verdicts in found.columns for verdict in verdicts for finding in verdict.findings]
    return [*in_renders, *found.general]


def test_an_exception_drops_its_rule_on_its_objects(release_of: ReleaseOf) -> None:
    exception = AcceptedFinding("checkov", "CKV_1", REASON, "Deployment/*")
    found = judged(release_of, Settings(exceptions=(exception,)))
    assert (remaining(found), found.unused) == ([MISSING, FILES], [])
    assert [(one.finding, one.case, one.reason) for one in found.acceptances] == [(POLICY, "x", REASON)]


def test_an_exception_drops_findings_about_the_charts_files_and_the_run_too(release_of: ReleaseOf) -> None:
    exception = AcceptedFinding("chart", "kube-version", REASON, "*")
    found = judged(release_of, Settings(exceptions=(exception,)))
    assert (remaining(found), found.unused) == ([POLICY, MISSING], [])
    assert [(one.finding, one.case) for one in found.acceptances] == [(FILES, "")]


def test_outside_and_absent_drop_references_to_their_objects(release_of: ReleaseOf) -> None:
    for settings in (
        Settings(absent=(Declaration("Service/*-blocked", REASON),)),
        Settings(outside=(Declaration("Service/*-blocked", REASON),)),
    ):
        found = judged(release_of, settings)
        assert (remaining(found), found.unused) == ([POLICY, FILES], [])


def test_an_entry_that_matches_nothing_is_a_finding(release_of: ReleaseOf) -> None:
    settings = Settings(
        exceptions=(AcceptedFinding("checkov", "CKV_1", REASON, "StatefulSet/*"),),
        absent=(Declaration("Service/other", REASON),),
    )
    found = judged(release_of, settings)
    assert remaining(found) == [POLICY, MISSING, FILES]
    assert [(str(finding.about), finding.rule) for finding in found.unused] == [("chartgate.yaml", "unused")] * 2
    assert "StatefulSet/*" in found.unused[0].where


def test_a_finding_of_any_column_uses_an_entry(release_of: ReleaseOf) -> None:
    rendered = Rendered(Case("x"), release_of(""))
    columns = [("one", [Verdict(rendered, 1, (POLICY,))]), ("other", [Verdict(rendered, 1, (MISSING,))])]
    exceptions = (
        AcceptedFinding("checkov", "CKV_1", REASON, "*"),
        AcceptedFinding("references", "missing", REASON, "*"),
    )
    found = accept(columns, [], Settings(exceptions=exceptions))
    assert (remaining(found), found.unused) == ([], [])
