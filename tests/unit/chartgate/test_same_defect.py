"""A defect is told once, however many versions, objects of one helper or random names show it."""

from dataclasses import replace

import pytest

from chartgate.findings.finding import Finding
from chartgate.releases.identity import About
from chartgate.reports.defects import defects_of


def found(check: str, rule: str, objects: list[str], where: str, what: list[str]) -> list[tuple[Finding, list[str]]]:
    return [
        (Finding(check, rule, About(*obj.split("/")), where, text, "do it"), ["defaults"])
        for obj in objects
        for text in what
    ]


@pytest.mark.parametrize(
    ("findings", "defects"),
    [
        (found("schema", "invalid", ["Job/a"], "spec", [f"no (Kubernetes 1.{n})" for n in range(19, 38)]), 1),
        (found("labels", "missing", [f"Job/{n}" for n in range(10)], "metadata.labels", ["instance is missing"]), 1),
        (found("names", "characters", ["Service/no_", "Deployment/no_-web"], "metadata.name", ["is not a label"]), 1),
        (found("api-server", "enum", [f"Job/a-{end}" for end in ("x7k2p", "0b9qq", "zz1zz")], "spec", ["no"]), 1),
        (found("api-server", "enum", ["Job/a", "Job/b"], "spec", ["no"]), 2),
        (found("api-server", "enum", ["Job/a-backup", "Job/a-restore"], "spec", ["no"]), 2),
        (found("api-server", "enum", ["Job/a"], "spec", ["is A", "is B"]), 2),
    ],
)
def test_findings_of_one_defect_are_one_line(findings: list[tuple[Finding, list[str]]], defects: int) -> None:
    assert len(defects_of(findings)) == defects


def test_equal_faults_of_two_objects_of_one_name_are_two_defects() -> None:
    ((finding, cases),) = found("schema", "invalid", ["Job/a"], "spec", ["no"])
    elsewhere = replace(finding, about=replace(finding.about, namespace="other"))
    assert len(defects_of([(finding, cases), (elsewhere, cases)])) == 2


def test_the_refusal_of_many_cases_is_one_defect() -> None:
    refused = Finding("render", "refused", About("", ""), "Helm 4.3.1", "never", "try it")
    cases = ("defaults", "ci/a", "matrix/0001")
    (defect,) = defects_of((replace(refused, about=About("", case)), [case]) for case in cases)
    assert defect.cases == cases


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        (["1.30"], "no (Kubernetes 1.30)"),
        (["1.30", "1.29"], "no (Kubernetes 1.29 and 1.30)"),
        (["1.30", "1.9", "1.29"], "no (3 versions of Kubernetes from 1.9 to 1.30)"),
    ],
)
def test_the_line_of_a_defect_tells_all_of_its_versions(versions: list[str], told: str) -> None:
    findings = found("schema", "invalid", ["Job/a"], "spec", [f"no (Kubernetes {version})" for version in versions])
    (defect,) = defects_of(findings)
    assert defect.finding.what == told


def test_what_each_helm_says_of_a_case_is_one_defect() -> None:
    words = {
        "Helm 3.19.0": "Error: template: a:1: no\n\nUse --debug flag to render out invalid YAML",
        "Helm 4.3.1": "Error: template: a:1: no",
        "Helm embedded 4.2.3": "template: a:1: no",
    }
    refused = [
        (Finding("render", "refused", About("", "ci/a"), who, what, "try"), ["ci/a"]) for who, what in words.items()
    ]
    empty = [(Finding("render", "empty", About("", "ci/b"), who, "renders nothing", "look"), ["ci/b"]) for who in words]
    assert len(defects_of(refused)) == len(defects_of(empty)) == 1


def test_what_no_container_has_is_one_defect() -> None:
    places = ["spec.template.spec.containers[0] (a)", "spec.template.spec.initContainers[1] (b)"]
    findings = [
        (
            Finding("pod-security", "seccomp", About(kind, "x"), f"{where}.seccompProfile", "is not set", "set it"),
            ["ci/a"],
        )
        for kind in ("Deployment", "Job")
        for where in places
    ]
    (defect,) = defects_of(findings)
    assert [str(about) for about in defect.objects] == ["Deployment/x", "Job/x"]


def test_what_a_version_does_not_know_of_definitions_is_one_defect() -> None:
    places = {"a": "spec.versions[0].a", "b": "spec.versions[1].b"}
    findings = [
        (Finding("schema", "invalid", About("CustomResourceDefinition", name), where, "no", "do it"), ["ci/a"])
        for name, where in places.items()
    ]
    assert len(defects_of(findings)) == 1


def test_a_part_that_the_schema_and_the_server_ask_for_is_one_defect() -> None:
    about, path = About("Ingress", "x"), "spec.rules[0].http.paths[0]"
    server = Finding(
        "api-server", "required", about, f"{path}.pathType", "is missing, and every path must have it", "add"
    )
    schema = Finding("schema", "invalid", about, path, '"pathType" is a required property (Kubernetes 1.22)', "compare")
    other = replace(schema, what='"path" is a required property (Kubernetes 1.22)')
    defects = defects_of([(one, ["ci/a"]) for one in (server, schema, other)])
    assert [defect.finding.where for defect in defects] == [f"{path}.pathType", path]


def test_what_one_place_shows_in_several_ways_is_one_defect() -> None:
    differs = [Finding("engines", "differs", About("ConfigMap", "x"), "data.a", f"is {word}", "do") for word in "ab"]
    assert len(defects_of([(one, ["ci/a"]) for one in differs])) == 1
    findings = [
        (
            Finding("references", "selector-overlap", About("Service", name), "spec.selector", f"matches {name}", "do"),
            [case],
        )
        for name, case in (("one-web", "ci/a"), ("two-web", "ci/b"))
    ]
    assert len(defects_of(findings)) == 1
