"""Findings of checkov about what a case's own values decide are not told; all others are."""

from collections.abc import Callable

import pytest

from chartgate.findings.checkov import CHECK
from chartgate.findings.checkov.asked_for import POD_FIELDS, asks_for
from chartgate.findings.finding import Finding
from chartgate.findings.user_values import UserValues
from chartgate.releases.objects import kube_object

FindingsOf = Callable[..., list[Finding]]

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      hostNetwork: true
      automountServiceAccountToken: true
      securityContext: {runAsUser: 999}
      containers:
        - name: web
          image: r/web:1.2.3
          imagePullPolicy: IfNotPresent
          env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: s, key: k}}}]
          securityContext: {readOnlyRootFilesystem: false}
          resources: {requests: {cpu: 1}}
---
# Of a chart that brings NetworkPolicies, none of which is for this pod.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: other}
spec: {podSelector: {matchLabels: {app: other}}}
"""


@pytest.fixture
def rules(findings_of: FindingsOf) -> Callable[..., set[str]]:
    """The policies that an object fails at, also those that are only noted, in a case with these values."""

    def rules(values: str = "", manifests: str = WEB) -> set[str]:
        found = findings_of(CHECK, manifests, values=[values] if values else (), notes=True)
        return {finding.rule for finding in found}

    return rules


@pytest.mark.parametrize(
    ("values", "dropped"),
    [
        ("web: {livenessProbe: {enabled: false}}", {"CKV_K8S_8"}),
        ("readinessProbe: null", {"CKV_K8S_9"}),
        ("networkPolicy: {enabled: false}", {"CKV2_K8S_6"}),
        ("web: {serviceAccount: {automount: true}}", {"CKV_K8S_38"}),
        ("automountServiceAccountToken: true", {"CKV_K8S_38"}),
        ("hostNetwork: true", {"CKV_K8S_19"}),
        ("podSecurityContext: {runAsUser: 999}", {"CKV_K8S_40"}),
        ("containerSecurityContext: {readOnlyRootFilesystem: false}", {"CKV_K8S_22"}),
        ("resources: {requests: {cpu: 1}}", {"CKV_K8S_11", "CKV_K8S_12", "CKV_K8S_13"}),
        ("extraEnv: [{name: TOKEN, valueFrom: {secretKeyRef: {name: s, key: k}}}]", {"CKV_K8S_35"}),
        ("image: r/web:1.2.3", {"CKV_K8S_43"}),
    ],
)
def test_what_the_values_decide_is_not_told(rules: Callable[..., set[str]], values: str, dropped: set[str]) -> None:
    everything = rules()
    assert dropped <= everything
    assert everything - rules(values) == dropped


@pytest.mark.parametrize(
    "values",
    [
        "livenessProbe: {enabled: true, periodSeconds: 5}",  # the template has it lost
        "automountServiceAccountToken: false",  # the template does the opposite
        "allowPrivilegeEscalation: false",  # the template ignores it
        "hostNetwork: false",
        "networkPolicy: {enabled: true}",
        "podSecurityContext: {runAsUser: 1000}",
        "resources: {requests: {cpu: 2}}",
        "imagePullPolicy: IfNotPresent",  # checkov looks at the image as well, which is the chart's
    ],
)
def test_what_the_template_makes_otherwise_is_reported(rules: Callable[..., set[str]], values: str) -> None:
    assert rules(values) == rules()


@pytest.mark.parametrize("key", ["rules/verbs", "rules/[*]/verbs", "rules/[7]/verbs", "rules/[0]/[0]", "kind/verbs"])
def test_a_path_that_leads_nowhere_is_not_decided(key: str) -> None:
    role = kube_object({"kind": "Role", "metadata": {"name": "r"}, "rules": [{"verbs": ["*"]}]}, "t", "apps")
    assert not asks_for(UserValues(("verbs: []",)), role, "CKV2_K8S_5", [key])


@pytest.mark.parametrize(
    ("values", "left"),
    [
        ("extraContainers: [{name: web, image: 'r/web:1.2.3'}]", {"CKV_K8S_19", "CKV_K8S_38", "CKV2_K8S_6"}),
        ("extraObjects: [{kind: Deployment, metadata: {name: web}}]", set()),
    ],
)
def test_containers_and_objects_of_the_values_are_the_users(
    rules: Callable[..., set[str]], values: str, left: set[str]
) -> None:
    found = rules(values)
    assert left <= found
    assert not found & {"CKV_K8S_8", "CKV_K8S_22", "CKV_K8S_35", "CKV_K8S_43"}


def test_policies_with_a_field_of_the_table_name_no_path_themselves(findings_of: FindingsOf) -> None:
    bare = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {SPEC containers: [{name: c, image: i}]}\n"
    shared = "hostPID: true, hostIPC: true, hostNetwork: true,"
    found = {f.rule: f.where for f in findings_of(CHECK, bare.replace("SPEC", shared)) if f.rule in POD_FIELDS}
    assert found == dict.fromkeys(POD_FIELDS, "object")


@pytest.mark.parametrize(
    ("values", "left_out"),
    [
        ("a: {probe: {}}", True),
        ("a: [{probe: }]", True),
        ("probe: ''", True),
        ("probe: {enabled: false, port: 1}", True),
        ("probe: {enabled: true}", False),
        ("probe: false", False),
        ("probe: 0", False),
        ("other: {}", False),
    ],
)
def test_values_leave_a_part_out_by_emptying_it(values: str, left_out: bool) -> None:
    assert UserValues((values,)).leaves_out("probe") is left_out
