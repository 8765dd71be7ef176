"""The schema check: strict, by version, custom resources included."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.runner import examine
from chartgate.findings.schema import CHECK
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.schemas import strict
from chartgate.values.case import Case
from tests.unit.chartgate.manifests import DEFINITION, WIDGET

FindingsOf = Callable[..., list[Finding]]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, annotations: null}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: i, resources: {limits: {cpu: 0.5}}, ports: [{containerPort: 80}]}]}
"""


@pytest.mark.parametrize("kube", ["1.19", "1.24", "1.25", "1.37"])
def test_a_valid_object_passes_in_every_version(findings_of: FindingsOf, kube: str) -> None:
    assert findings_of(CHECK, DEPLOYMENT, kube=kube) == []


@pytest.mark.parametrize("kube", ["1.19", "1.37"])
def test_an_unknown_field_and_a_wrong_type_are_found_with_their_place(findings_of: FindingsOf, kube: str) -> None:
    wrong = DEPLOYMENT.replace("image: i", "imag: i").replace("containerPort: 80", "containerPort: http")
    findings = findings_of(CHECK, wrong, kube=kube)
    assert {finding.where for finding in findings} == {
        "spec.template.spec.containers[0]",
        "spec.template.spec.containers[0].ports[0].containerPort",
    }


def test_a_removed_api_version_is_found(findings_of: FindingsOf) -> None:
    budget = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: x}\nspec: {minAvailable: 1}"
    assert findings_of(CHECK, budget, kube="1.19") == []
    (deprecated,) = findings_of(CHECK, budget, kube="1.22")
    assert (deprecated.rule, deprecated.remedy) == ("deprecated", "use policy/v1 where it is served")
    (removed,) = findings_of(CHECK, budget, kube="1.25")
    assert removed.rule == "not-served"
    assert "only by 1.19 to 1.24" in removed.what


def test_an_older_stable_version_is_no_successor(findings_of: FindingsOf) -> None:
    scaler = (
        "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\n"
        "spec: {maxReplicas: 2, scaleTargetRef: {kind: Deployment, name: x}}"
    )
    assert findings_of(CHECK, scaler, kube="1.19") == []
    assert [finding.rule for finding in findings_of(CHECK, scaler, kube="1.23")] == ["deprecated"]


MONITOR = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: x}\nspec: "


def test_custom_resources_are_validated_strictly(findings_of: FindingsOf) -> None:
    assert (
        findings_of(CHECK, MONITOR + "{selector: {matchLabels: {a: b}}, endpoints: [{targetPort: 1, interval: 30s}]}")
        == []
    )
    findings = findings_of(CHECK, MONITOR + "{selector: {}, endpoints: [{intervall: 30s}]}")
    assert [finding.where for finding in findings] == ["spec.endpoints[0]"]


def test_a_kind_without_schema_is_a_note(release_of: Callable[..., Release]) -> None:
    release = release_of("apiVersion: a.example/v1\nkind: Odd\nmetadata: {name: x}")
    (verdict,) = examine(CHECK, [Rendered(Case("written"), release)])
    assert verdict.findings == ()
    (note,) = verdict.notes
    assert note.what == "is not checked, since no schema of a.example/v1 Odd is known"


WIDGETS = f"{DEFINITION}---\n{WIDGET}"


def test_a_custom_resource_is_held_to_the_charts_own_definition(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, WIDGETS) == []
    for wrong, where in (("{size: big}", "spec.size"), ("{sise: 3}", "spec")):
        (finding,) = findings_of(CHECK, WIDGETS.replace("{size: 3}", wrong))
        assert (finding.rule, finding.where) == ("invalid", where)


def test_a_definition_that_cannot_be_read_defines_nothing(findings_of: FindingsOf) -> None:
    found = findings_of(CHECK, WIDGETS.replace("schema: {openAPIV3Schema", "skema: {openAPIV3Schema"))
    assert {finding.rule for finding in found} == {"invalid"}


def test_a_secrets_data_is_never_quoted(findings_of: FindingsOf) -> None:
    findings = findings_of(CHECK, "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata: {a: 48151623}")
    assert [finding.where for finding in findings] == ["data.a"]
    assert "48151623" not in str(findings)


def test_strict_closes_what_kubernetes_would_prune() -> None:
    schema = strict(
        {
            "type": "object",
            "properties": {
                "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"a": {}}},
                "port": {"anyOf": [{"type": "integer"}], "x-kubernetes-int-or-string": True},
                "maybe": {"type": "string", "nullable": True},
            },
        }
    )
    assert schema["additionalProperties"] is False
    assert "additionalProperties" not in schema["properties"]["open"]
    assert schema["properties"]["port"] == {"type": ["integer", "string"]}
    assert schema["properties"]["maybe"] == {"type": ["string", "null"]}


def test_what_a_case_makes_for_two_versions_is_valid_for_those_between(release_of: Callable[..., Release]) -> None:
    def rendered(kube: str, manifests: str) -> Rendered:
        return Rendered(Case("x"), release_of(manifests, kube))

    ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x}\nspec: {rules: []}"
    verdicts = examine(CHECK, [rendered("1.19", ingress), rendered("1.37", ingress)])
    assert [verdict.examined for verdict in verdicts] == [18, 1]
    alone = examine(CHECK, [rendered("1.19", ingress), rendered("1.37", ingress.replace("x", "y"))])
    assert [verdict.examined for verdict in alone] == [1, 1]


def test_an_object_that_a_version_between_refuses_is_found(release_of: Callable[..., Release]) -> None:
    budget = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: x}\nspec: {minAvailable: 1}"
    releases = [Rendered(Case("x"), release_of(budget, kube)) for kube in ("1.19", "1.24")]
    first, last = examine(CHECK, releases)
    assert [finding.what[-4:] for finding in first.findings] == ["1.21", "1.22", "1.23"]
    assert [finding.what[-4:] for finding in last.findings] == ["1.24"]
