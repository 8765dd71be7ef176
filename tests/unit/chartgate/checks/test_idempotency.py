"""The check of equal renders: what may differ between two renders, and between two versions of a chart."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.idempotency import CHECK
from chartgate.findings.runner import examine
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case

FindingsOf = Callable[..., list[Finding]]

WEB = """\
kind: StatefulSet
metadata: {name: web, labels: {helm.sh/chart: web-1}}
spec:
  selector: {matchLabels: {a: b}}
  replicas: 1
  template:
    metadata: {annotations: {checksum/secret: '1'}}
    spec: {containers: [{name: c, args: [a]}]}
  volumeClaimTemplates: [{metadata: {name: d}}]
---
kind: Secret
metadata: {name: web}
data: {a: eA==}
"""
OTHER_SECRET = WEB.replace("eA==", "eQ==").replace("checksum/secret: '1'", "checksum/secret: '2'")


def test_equal_renders_have_no_findings(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, WEB, variants={"again": WEB, "next-version": WEB.replace("web-1", "web-2")}) == []


def test_a_generated_secret_may_differ_with_its_checksum(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, WEB, variants={"again": OTHER_SECRET, "next-version": OTHER_SECRET}) == []


def test_a_checksum_of_nothing_that_differs_is_found(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(CHECK, WEB, variants={"again": WEB.replace("'1'", "'2'")})
    assert (finding.rule, finding.where) == ("differs", "spec.template.metadata.annotations.checksum/secret")


def test_whatever_else_differs_is_found(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(CHECK, WEB, variants={"again": OTHER_SECRET.replace("[a]", "[b]")})
    assert (finding.rule, finding.where) == ("differs", "spec.template.spec.containers[c].args[0]")


def test_an_object_with_a_random_name_is_found_in_both(findings_of: FindingsOf) -> None:
    found = findings_of(
        CHECK,
        WEB,
        variants={"again": WEB.replace("kind: Secret\nmetadata: {name: web", "kind: Secret\nmetadata: {name: w2")},
    )
    assert [(finding.rule, str(finding.about)) for finding in found] == [
        ("comes-and-goes", "Secret/web"),
        ("comes-and-goes", "Secret/w2"),
    ]


def test_a_checksum_or_a_label_that_charts_have_by_helm_create_is_a_note(release_of: Callable[..., Release]) -> None:
    assert CHECK.severity_of("rolls-by-label") == "note"
    later = release_of(WEB.replace("checksum/secret: '1'", "checksum/secret: '2'"))
    others = {"again": release_of(WEB), "next-version": later}
    (verdict,) = examine(CHECK, [Rendered(Case("a"), release_of(WEB), others)])
    assert [note.where for note in verdict.notes] == ["spec.template.metadata.annotations.checksum/secret"]
    assert verdict.findings == ()


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("replicas: 1", "replicas: 2", []),
        ("[a]", "[web-2]", ["rolls"]),
        ("{a: b}", "{a: web-2}", ["immutable"]),
        ("{name: d}", "{name: d, labels: {helm.sh/chart: web-2}}", ["immutable"]),
    ],
)
def test_a_new_version_changes_no_pod_and_nothing_that_is_fixed(
    findings_of: FindingsOf, old: str, new: str, rules: list[str]
) -> None:
    found = findings_of(CHECK, WEB, variants={"again": WEB, "next-version": WEB.replace(old, new)})
    assert [finding.rule for finding in found] == rules


def test_a_hook_may_change(findings_of: FindingsOf) -> None:
    job = "kind: Job\nmetadata: {name: j, annotations: {helm.sh/hook: post-install}}\nspec: {template: {spec: {a: 1}}}"
    assert findings_of(CHECK, job, variants={"again": job, "next-version": job.replace("1", "2")}) == []


JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec: {template: {metadata: {labels: {helm.sh/chart: web-1}}, spec: {containers: [{name: c, image: 'web:1'}]}}}
"""


@pytest.mark.parametrize(
    ("comparison", "old", "new", "rules"),
    [
        ("next-version", "web-1", "web-2", ["immutable"]),
        ("next-application", "web:1", "web:2", ["immutable"]),
        ("next-version", "name: migrate", "name: migrate-2", []),
        ("next-application", "name: migrate", "name: migrate-2", []),
        ("next-application", "kind: Job", "kind: Job", []),
    ],
)
def test_a_job_that_an_upgrade_would_change_is_found(
    findings_of: FindingsOf, comparison: str, old: str, new: str, rules: list[str]
) -> None:
    found = findings_of(CHECK, JOB, variants={"again": JOB, comparison: JOB.replace(old, new)})
    assert [finding.rule for finding in found] == rules


def test_a_new_version_of_the_application_may_replace_pods(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, WEB, variants={"again": WEB, "next-application": WEB.replace("[a]", "[b]")}) == []


def test_a_pod_alone_cannot_change(findings_of: FindingsOf) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, args: [web-1]}]}\n"
    (finding,) = findings_of(CHECK, pod, variants={"again": pod, "next-version": pod.replace("web-1", "web-2")})
    assert finding.rule == "immutable"


@pytest.mark.parametrize(("hook", "findings"), [("test", 0), ("test-success", 0), ("pre-upgrade", 2)])
def test_a_pod_of_a_test_may_have_another_name_each_time(findings_of: FindingsOf, hook: str, findings: int) -> None:
    pod = f"kind: Pod\nmetadata: {{name: t-abc, annotations: {{helm.sh/hook: {hook}}}}}\n"
    assert len(findings_of(CHECK, pod, variants={"again": pod.replace("abc", "def")})) == findings


def test_the_old_label_of_the_chart_is_a_note_as_the_new_one_is(findings_of: FindingsOf) -> None:
    web = WEB.replace("metadata: {annotations:", "metadata: {labels: {chart: web-1}, annotations:")
    later = {"next-version": web.replace("chart: web-1", "chart: web-2")}
    assert findings_of(CHECK, web, variants=later) == []
    (note,) = findings_of(CHECK, web, variants=later, notes=True)
    assert note.rule == "rolls-by-label"
