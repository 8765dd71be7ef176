"""Exceptions and declarations drop what they name, and only that."""

from collections.abc import Callable

from chartgate.findings.accepted import accept
from chartgate.findings.finding import Finding, Verdict
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case
from chartgate.values.settings import AcceptedFinding, Declaration, Settings

REASON = "a reason long enough"
POLICY = Finding("checkov", "CKV_1", "Deployment/a", "spec", "what", "remedy")
MISSING = Finding("references", "missing", "Ingress/a", "spec", "what", "remedy", "Service/a-blocked")


def verdict_of(release_of: Callable[..., Release], *findings: Finding) -> Verdict:
    return Verdict(Rendered(Case("x"), release_of("")), 1, findings)


def test_an_exception_drops_its_rule_on_its_objects(release_of: Callable[..., Release]) -> None:
    verdict = verdict_of(release_of, POLICY, MISSING)
    exception = AcceptedFinding("checkov", "CKV_1", "Deployment/*", REASON)
    (left,), unused = accept([verdict], Settings(exceptions=(exception,)))
    assert (left.findings, unused) == ((MISSING,), [])


def test_outside_and_absent_drop_references_to_their_objects(release_of: Callable[..., Release]) -> None:
    verdict = verdict_of(release_of, POLICY, MISSING)
    for settings in (
        Settings(absent=(Declaration("Service/*-blocked", REASON),)),
        Settings(outside=(Declaration("Service/*-blocked", REASON),)),
    ):
        (left,), unused = accept([verdict], settings)
        assert (left.findings, unused) == ((POLICY,), [])


def test_an_entry_that_matches_nothing_is_a_finding(release_of: Callable[..., Release]) -> None:
    settings = Settings(
        exceptions=(AcceptedFinding("checkov", "CKV_1", "StatefulSet/*", REASON),),
        absent=(Declaration("Service/other", REASON),),
    )
    (left,), unused = accept([verdict_of(release_of, POLICY)], settings)
    assert left.findings == (POLICY,)
    assert [(finding.object, finding.rule) for finding in unused] == [("chartgate.yaml", "unused")] * 2
    assert "StatefulSet/*" in unused[0].where
