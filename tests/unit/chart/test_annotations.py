"""Annotations: common ones on every object, and a value for those of each object; templates in them are evaluated."""

from dataclasses import replace
from typing import Any

import pytest

from chartgate.tools.kubernetes_yaml import read_one
from chartgate.values.shape import values_text
from tests.unit.chart.offered import OFFERED

MARK = "example.com/mark"
COMMON = {
    "commonAnnotations": {MARK: "{{ .Release.Name }}"},
    "redis": {"commonAnnotations": {MARK: "{{ .Release.Name }}"}},
}
# Everything that the chart can create besides what it creates by default.
ALL: dict[str, Any] = {
    "ingress": {"enabled": True, "traefikMiddleware": "always"},
    "httpRoute": {"enabled": True, "parentRefs": [{"name": "gateway"}]},
    "autoscaling": {"enabled": True},
    "podDisruptionBudget": {"enabled": True},
    "serviceMonitor": {"enabled": True},
    "prometheusRule": {"enabled": True},
    "redis": {"auth": {"enabled": True}},
    "storage": {
        "data": {"type": "pvc", "external": {"enabled": True}, "persistence": {"accessMode": "ReadWriteMany"}},
        "logs": {"fluentbit": {"output": {"type": "loki", "config": {"Host": "loki", "bearer_token": "secret"}}}},
    },
}
ALL["storage"]["data"]["external"]["accessMode"] = "ReadWriteMany"
# The value of the annotations of one object, and the objects: Kind/name of the release `x`.
OWN = {
    "deploymentAnnotations": ["Deployment/x-claude-relay"],
    "configMapAnnotations": [
        *(f"ConfigMap/x-claude-relay-{name}" for name in ("config", "fluent-bit-config", "metrics", "scripts"))
    ],
    "secretAnnotations": ["Secret/x-claude-relay-fluent-bit", "Secret/x-claude-relay-secret"],
    "service.annotations": ["Service/x-claude-relay"],
    "serviceAccount.annotations": ["ServiceAccount/x-claude-relay"],
    "ingress.annotations": ["Ingress/x-claude-relay"],
    "ingress.middlewareAnnotations": ["Middleware/x-claude-relay-blocked"],
    "httpRoute.annotations": ["HTTPRoute/x-claude-relay"],
    "networkPolicy.annotations": ["NetworkPolicy/x-claude-relay", "NetworkPolicy/x-claude-relay-test"],
    "autoscaling.annotations": ["HorizontalPodAutoscaler/x-claude-relay"],
    "podDisruptionBudget.annotations": ["PodDisruptionBudget/x-claude-relay"],
    "storage.data.persistence.annotations": ["PersistentVolumeClaim/x-claude-relay-data"],
    "storage.data.external.annotations": ["PersistentVolumeClaim/x-claude-relay-external-data"],
    "metrics.exporter.serviceAnnotations": ["Service/x-claude-relay-metrics"],
    "serviceMonitor.annotations": ["ServiceMonitor/x-claude-relay"],
    "prometheusRule.annotations": ["PrometheusRule/x-claude-relay"],
    "helmTest.annotations": ["Pod/x-claude-relay-test"],
    "redis.statefulSetAnnotations": ["StatefulSet/x-redis"],
    "redis.configMapAnnotations": ["ConfigMap/x-redis-config"],
    "redis.secretAnnotations": ["Secret/x-redis"],
    "redis.service.annotations": ["Service/x-redis"],
    "redis.service.headlessAnnotations": ["Service/x-redis-headless"],
    "redis.serviceAccount.annotations": ["ServiceAccount/x-redis"],
    "redis.networkPolicy.annotations": ["NetworkPolicy/x-redis"],
}
TRAEFIK = ["traefik.io/v1alpha1/Middleware"]
JOBS = ["Job", "Role", "RoleBinding", "ServiceAccount"]


@pytest.mark.parametrize(
    "name",
    # What a user adds in extraObjects has the user's own annotations.
    [name for name, case in OFFERED.items() if "extraObjects" not in "".join(case.values)],
)
def test_common_annotations_are_on_every_object(render: Any, name: str) -> None:
    case = OFFERED[name]
    release = render(case=replace(case, values=(*case.values, values_text(COMMON))))
    assert len(release)
    for obj in release:
        assert obj.annotations.get(MARK) == case.release, obj.ref


def test_each_object_has_a_value_for_its_annotations(render: Any, merged: Any, nested: Any) -> None:
    missing = {obj.ref for obj in render(values=ALL, release="x", api_versions=TRAEFIK)} - {
        ref for refs in OWN.values() for ref in refs
    }
    assert not missing, "add a value for the annotations of these objects, and list it in OWN"
    for path, refs in OWN.items():
        values = merged(ALL, nested({path: {MARK: "{{ .Release.Namespace }}-{{ .Chart.Name }}"}}))
        release = render(values=values, release="x", namespace="n", api_versions=TRAEFIK)
        chart = "redis" if path.startswith("redis.") else "claude-relay"
        assert {obj.ref: obj.annotations[MARK] for obj in release if MARK in obj.annotations} == dict.fromkeys(
            refs, f"n-{chart}"
        ), path


LINES = "first\nsecond\n"


def test_an_annotation_of_several_lines_keeps_its_last_line_break(render: Any, merged: Any, nested: Any) -> None:
    values: dict[str, Any] = ALL
    for path in OWN:
        values = merged(values, nested({path: {"zz": LINES}}))
    values = merged(values, {"podAnnotations": {"zz": LINES}, "redis": {"podAnnotations": {"zz": LINES}}})
    for obj in render(values=values, api_versions=TRAEFIK):
        assert obj.annotations.get("zz", LINES) == LINES, obj.ref
        if obj.pod_template is not None and obj.kind != "Pod":
            assert obj.pod_template["metadata"]["annotations"]["zz"] == LINES, obj.ref


def test_the_objects_of_the_job_and_its_secrets_have_annotations(render: Any) -> None:
    values = {
        "global": {"secretsJob": True},
        "secretsJob": {"annotations": {MARK: "job", "helm.sh/hook": "post-install"}},
        "secretAnnotations": {MARK: "secret"},
    }
    release = render(values=values, release="x")
    marked = [obj for obj in release if obj.annotations.get(MARK) == "job"]
    assert sorted(obj.kind for obj in marked) == JOBS
    assert {obj.annotations["helm.sh/hook"] for obj in marked} == {"pre-install,pre-upgrade"}
    (job,) = release.of_kind("Job")
    wanted = read_one(job.container("secrets").env["WANTED"]["value"].encode())
    assert [secret["metadata"]["annotations"][MARK] for secret in wanted["secrets"]] == ["secret"]


def test_the_annotation_of_an_object_overrides_the_common_one(render: Any) -> None:
    values = {"commonAnnotations": {MARK: "common", "helm.sh/resource-policy": "no"}, "secretAnnotations": {MARK: ""}}
    release = render(values=values, release="x")
    assert release.get("Service", "x-claude-relay").annotations[MARK] == "common"
    secret = release.get("Secret", "x-claude-relay-secret")
    assert (secret.annotations[MARK], secret.annotations["helm.sh/resource-policy"]) == ("", "keep")


def test_common_annotations_change_no_pod_and_no_immutable_field(render: Any) -> None:
    config = {"jwtSecret": "j", "encryptionKey": "e", "adminPassword": "p"}
    before, after = (render(values={"config": config, **values}, release="x") for values in ({}, COMMON))
    for kind, path in (("Deployment", "spec"), ("StatefulSet", "spec")):
        assert before.only(kind).at(path) == after.only(kind).at(path)


# What other programs evaluate, and what Helm's language would take for its own.
OTHERS = [
    "(uid={{username}})",
    '{{- with secret "secret/relay" -}}{{ .Data.data.key }}{{- end }}',
    "{{ .Values }}",
    "{{ $labels.instance }}",
    "{{",
    "{{ includes }}",
]


@pytest.mark.parametrize("text", OTHERS)
def test_a_text_with_braces_that_is_no_template_of_helm_is_left_as_it_is(render: Any, any_helm: Any, text: str) -> None:
    values = {
        "podAnnotations": {MARK: text, "a": '{{ include "claude-relay.fullname" . }}'},
        "extraEnv": [{"name": "LDAP_SEARCH_FILTER", "value": text}],
    }
    deployment = render(values=values, release="x", helm=any_helm).only("Deployment")
    annotations = deployment.at("spec.template.metadata.annotations")
    assert (annotations[MARK], annotations["a"]) == (text, "x-claude-relay")
    assert deployment.container("http").env["LDAP_SEARCH_FILTER"]["value"] == text


def test_a_template_in_an_annotation_cannot_read_generated_secrets(render: Any) -> None:
    release = render(values={"commonAnnotations": {MARK: "{{ .Release.Name }} {{ toJson .Release }}"}})
    text = release.only("Deployment").annotations[MARK]
    assert text.startswith('relay {"')
    assert "_claudeRelay" not in text
