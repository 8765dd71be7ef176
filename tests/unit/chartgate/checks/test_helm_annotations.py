"""The check of what Helm reads on an object: hooks, annotations, and the order in which objects are there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate import gate
from chartgate.findings.finding import Finding
from chartgate.findings.helm_annotations import CHECK
from chartgate.values.selection import Choice

FindingsOf = Callable[..., list[Finding]]
MakeChart = Callable[[dict[str, str]], Path]


def object_with(annotation: str, value: str, place: str = "annotations") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, {place}: {{{annotation}: '{value}'}}}}\n"


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        ("helm.sh/hook", "pre-install"),
        ("helm.sh/hook", "Pre-Install, post-upgrade"),
        ("helm.sh/hook", "test-success"),
        ("helm.sh/hook-weight", "-5"),
        ("helm.sh/hook-delete-policy", "before-hook-creation,hook-succeeded"),
        ("helm.sh/hook-output-log-policy", "hook-failed"),
        ("helm.sh/resource-policy", "keep"),
        ("helm.sh/chart", "a-1.0.0"),
        ("example.com/hook", "what I like"),
    ],
)
def test_what_helm_reads_has_no_findings(findings_of: FindingsOf, annotation: str, value: str) -> None:
    assert findings_of(CHECK, object_with(annotation, value)) == []


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        ("helm.sh/hook-weight", "five"),
        ("helm.sh/hook-weight", "1.5"),
        ("helm.sh/hook-delete-policy", "hook-succeded"),
        ("helm.sh/hook-output-log-policy", "always"),
        ("helm.sh/resource-policy", "kepp"),
        ("helm.sh/hooks", "pre-install"),
        ("helm.sh/hook-delete-policies", "hook-failed"),
        ("helm.sh/resourcepolicy", "keep"),
    ],
)
def test_what_helm_does_not_read_is_found(findings_of: FindingsOf, annotation: str, value: str) -> None:
    assert [finding.rule for finding in findings_of(CHECK, object_with(annotation, value))] == ["annotation"]


def test_a_hook_that_is_a_label_is_found(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(CHECK, object_with("helm.sh/hook", "test", "labels"))
    assert finding.rule == "annotation"


@pytest.mark.parametrize("hook", ["pre-instal", "crd-install", "post-install,post-upgrades", '{{ "on-fire" }}'])
def test_an_object_that_helm_never_installs_is_found_although_helm_prints_nothing_of_it(
    make_chart: MakeChart, hook: str
) -> None:
    other = object_with("helm.sh/hook", "test").replace("name: a", "name: b")
    chart = make_chart({"templates/a.yaml": object_with("helm.sh/hook", hook), "templates/b.yaml": other})
    results = gate.run(chart, Choice(helm=("embedded",), kubernetes=("1.37",), offered=True))
    assert ("helm", "unknown-hook", "ConfigMap/a") in {(f.check, f.rule, str(f.about)) for f in results.occurrences}


JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: pre-install, helm.sh/hook-weight: "0"}}
spec:
  template:
    spec:
      serviceAccountName: migrate
      containers: [{name: c, image: a, envFrom: [{configMapRef: {name: settings}}]}]
---
"""
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: migrate}\n"
SETTINGS = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"


def hook(manifest: str, events: str, weight: int) -> str:
    return manifest.replace(
        "}\n", f", annotations: {{helm.sh/hook: '{events}', helm.sh/hook-weight: '{weight}'}}}}\n", 1
    )


def test_a_pre_install_hook_that_needs_ordinary_objects_is_found(findings_of: FindingsOf) -> None:
    found = findings_of(CHECK, JOB + ACCOUNT + SETTINGS)
    assert [finding.rule for finding in found] == ["too-early", "too-early"]
    assert "ServiceAccount/migrate" in found[0].what
    assert "ConfigMap/settings" in found[1].what


def test_a_pre_install_hook_that_needs_earlier_hooks_has_no_findings(findings_of: FindingsOf) -> None:
    sound = JOB + hook(ACCOUNT, "pre-install,pre-upgrade", -5) + hook(SETTINGS, "pre-install", -5)
    assert findings_of(CHECK, sound) == []


def test_a_pre_install_hook_that_needs_a_later_hook_is_found(findings_of: FindingsOf) -> None:
    found = findings_of(CHECK, JOB + hook(ACCOUNT, "pre-install", 3) + hook(SETTINGS, "pre-install", -5))
    assert [finding.rule for finding in found] == ["too-early"]
    assert "weight 3" in found[0].what


@pytest.mark.parametrize("event", ["post-install", "pre-upgrade", "post-install,post-upgrade"])
def test_other_hooks_have_the_ordinary_objects(findings_of: FindingsOf, event: str) -> None:
    assert findings_of(CHECK, JOB.replace("pre-install", event) + ACCOUNT + SETTINGS) == []


def test_what_a_pre_install_hook_may_do_without_is_not_needed(findings_of: FindingsOf) -> None:
    optional = JOB.replace("name: settings}", "name: settings, optional: true}")
    assert findings_of(CHECK, optional + hook(ACCOUNT, "pre-install", -1) + SETTINGS) == []


DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec: {group: example.com, names: {kind: Widget, plural: widgets}, versions: [{name: v1}]}
---
"""
WIDGET = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n"


def test_a_custom_resource_beside_its_definition_is_found(findings_of: FindingsOf) -> None:
    assert [finding.rule for finding in findings_of(CHECK, DEFINITION + WIDGET)] == ["one-install"]


def test_a_custom_resource_that_is_a_hook_comes_later(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, DEFINITION + hook(WIDGET, "post-install", 0)) == []
