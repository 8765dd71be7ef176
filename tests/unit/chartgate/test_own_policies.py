"""ValidatingAdmissionPolicies that the settings name are asked about the objects of the chart."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartgate import cli, gate
from chartgate.findings.policies import check_with
from chartgate.findings.registry import CHECKS
from chartgate.findings.runner import examine
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.tools.reading import Reading
from chartgate.values.case import Case
from chartgate.values.policies import Policies, read_policies
from tests.documents import ROOT, blocks
from tests.unit.chartgate.manifests import DEFINITION, WIDGET

MakeChart = Callable[[dict[str, str]], Path]
Find = Callable[..., list[tuple[str, str, str]]]

SETTINGS, EXAMPLE = (
    block.text
    for block in blocks(ROOT / "docs" / "own-checks.md")
    if block.run_by == "tests/unit/chartgate/test_own_policies.py"
)
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {app: web}}\nspec: {template: {}}\n"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n"
RULES = [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}]


def policy(*validations: dict[str, str], name: str = "p", **spec: Any) -> dict[str, Any]:
    """A policy for all objects, unless `spec` says otherwise."""
    whole = {"matchConstraints": {"resourceRules": RULES}, "validations": list(validations), **spec}
    kind = "ValidatingAdmissionPolicy"
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name}, "spec": whole}


def binding(*actions: str, **spec: Any) -> dict[str, Any]:
    kind = "ValidatingAdmissionPolicyBinding"
    whole = {"policyName": "p", "validationActions": list(actions), **spec}
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": "b"}, "spec": whole}


def policies_of(folder: Path, *manifests: dict[str, Any]) -> Policies:
    (folder / "p.json").write_text(json.dumps({"items": manifests}), encoding="utf-8")
    return read_policies([folder / "p.json"], Reading())


@pytest.fixture
def find(findings_of: Callable[..., Any], tmp_path: Path) -> Find:
    """What policies find in objects: the severity, the place, and the words."""

    def found(objects: str, *manifests: dict[str, Any]) -> list[tuple[str, str, str]]:
        check = check_with(policies_of(tmp_path, *manifests))
        return [(one.severity, one.where, one.what) for one in findings_of(check, objects)]

    return found


def test_the_example_of_the_document_is_a_policy_that_is_evaluated(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "CHECKS", tuple(check for check in CHECKS if check.key in {"render", "policies"}))
    files = {"templates/a.yaml": DEPLOYMENT, "chartgate.yaml": SETTINGS, "../policies/p.yaml": EXAMPLE}
    chart = make_chart(files)
    options = [str(chart), "--offered", "--helm", "embedded", "--kube", "1.37"]
    assert cli.main(options) == cli.FINDINGS
    words = (
        "Deployment/web: breaks the policy: runs 1 pod, and 2 are needed: correct the object, or the policy in p.yaml"
    )
    assert words in capsys.readouterr().out
    assert cli.main([*options, "--ignore", "policies/replicas.example.com"]) == cli.CLEAN
    assert cli.main(["explain", "policies/replicas.example.com", str(chart)]) == cli.CLEAN
    assert "object.spec.replicas >= 2" in capsys.readouterr().out
    make_chart({"../policies/p.yaml": EXAMPLE.replace(">= 2", ">= 1")})
    assert cli.main(options) == cli.CLEAN


@pytest.mark.parametrize(
    ("actions", "severity"),
    [(("Deny",), "error"), (("Warn",), "warning"), (("Warn", "Audit"), "warning"), (("Deny", "Audit"), "error")],
)
def test_the_actions_of_a_binding_decide_the_severity(find: Find, actions: tuple[str, ...], severity: str) -> None:
    demand = policy({"expression": "false", "message": "never"})
    assert find(CONFIG_MAP, demand, binding(*actions)) == [(severity, "", "breaks the policy: never")]
    assert find(CONFIG_MAP, demand) == [("error", "", "breaks the policy: never")]
    # Of an audit there is only a note.
    assert find(CONFIG_MAP, demand, binding("Audit")) == []


def test_each_refusal_has_the_highest_severity_of_the_bindings(find: Find) -> None:
    other = {**binding("Deny"), "metadata": {"name": "other"}}
    found = find(CONFIG_MAP, policy({"expression": "false", "message": "never"}), binding("Warn"), other)
    assert found == [("error", "", "breaks the policy: never")]


@pytest.mark.parametrize(
    ("validation", "words"),
    [
        ({"expression": "object.data.a ==\n 'c'"}, "failed expression: object.data.a == 'c'"),
        ({"expression": "false", "message": "no", "reason": "Forbidden"}, "no (Forbidden)"),
        ({"expression": "false", "message": "no", "messageExpression": "'has ' + object.data.a"}, "has b"),
        ({"expression": "false", "message": "no", "messageExpression": "object.data.x"}, "no"),
        ({"expression": "false", "message": "no", "messageExpression": "'a\\nb'"}, "no"),
        ({"expression": "object.data.x == 'c'"}, "expression 'object.data.x == 'c'' resulted in error: no such key: x"),
        ({"expression": "variables.b == 'c'"}, "failed expression: variables.b == 'c'"),
    ],
)
def test_the_words_are_those_of_the_server(find: Find, validation: dict[str, str], words: str) -> None:
    variables = [{"name": "a", "expression": "object.data"}, {"name": "b", "expression": "variables.a.a"}]
    assert find(CONFIG_MAP, policy(validation, variables=variables)) == [("error", "", f"breaks the policy: {words}")]


def test_an_expression_without_a_value_is_let_pass_where_the_policy_says_so(find: Find) -> None:
    broken = {"expression": "object.data.x == 'c'"}
    assert find(CONFIG_MAP, policy(broken, failurePolicy="Ignore")) == []
    condition = [{"name": "n", "expression": "object.data.x == 'c'"}]
    assert find(CONFIG_MAP, policy({"expression": "false"}, matchConditions=condition, failurePolicy="Ignore")) == []
    assert len(find(CONFIG_MAP, policy({"expression": "true"}, matchConditions=condition))) == 1


@pytest.mark.parametrize(
    ("constraints", "matching"),
    [
        ({"resourceRules": [{**RULES[0], "operations": ["UPDATE", "DELETE"]}]}, False),
        ({"resourceRules": [{**RULES[0], "resources": ["configmaps/status"]}]}, False),
        ({"resourceRules": [{**RULES[0], "resources": ["*/*"]}]}, True),
        ({"resourceRules": [{**RULES[0], "resourceNames": ["other"]}]}, False),
        ({"resourceRules": [{**RULES[0], "scope": "Cluster"}]}, False),
        ({"resourceRules": [{**RULES[0], "apiVersions": ["v9"]}]}, True),
        ({"resourceRules": [{**RULES[0], "apiVersions": ["v9"]}], "matchPolicy": "Exact"}, False),
        ({"resourceRules": RULES, "excludeResourceRules": RULES}, False),
        ({"resourceRules": RULES, "objectSelector": {"matchLabels": {"a": "b"}}}, False),
        ({"resourceRules": RULES, "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "apps"}}}, True),
        ({"resourceRules": RULES, "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "x"}}}, False),
    ],
)
def test_a_policy_applies_to_what_its_constraints_match(
    find: Find, constraints: dict[str, Any], *, matching: bool
) -> None:
    found = find(CONFIG_MAP, policy({"expression": "false"}, matchConstraints=constraints))
    assert bool(found) is matching


def test_the_resource_of_a_custom_kind_is_that_of_its_definition(find: Find) -> None:
    definition = DEFINITION.replace("plural: widgets", "plural: widgetry")
    rules = [{**RULES[0], "resources": ["widgetry"]}]
    found = find(
        f"{definition}---\n{WIDGET}", policy({"expression": "false"}, matchConstraints={"resourceRules": rules})
    )
    assert len(found) == 1


def test_policies_for_pods_apply_to_pod_templates(find: Find) -> None:
    pods = {"resourceRules": [{**RULES[0], "apiGroups": [""], "resources": ["pods"]}]}
    demand = policy({"expression": "object.spec.dnsPolicy == 'None'", "message": "uses DNS"}, matchConstraints=pods)
    assert find(DEPLOYMENT, demand) == [("error", "spec.template", "the pod breaks the policy: uses DNS")]


def test_parameters_are_the_objects_of_the_same_files(find: Find) -> None:
    demand = policy(
        {"expression": "object.data.a == params.data.a", "message": "differs"},
        paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
    )
    parameters = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "limits"}, "data": {"a": "x"}}
    wanted = {"name": "limits", "parameterNotFoundAction": "Deny"}
    assert len(find(CONFIG_MAP, demand, parameters)) == 1
    assert find(CONFIG_MAP, demand, {**parameters, "data": {"a": "b"}}, binding("Deny", paramRef=wanted)) == []
    missing = binding("Warn", paramRef={**wanted, "name": "other"})
    ((severity, _, words),) = find(CONFIG_MAP, demand, parameters, missing)
    assert (severity, words) == (
        "error",
        "breaks the policy: failed to configure binding: no params found for policy binding with `Deny` "
        "parameterNotFoundAction",
    )
    allowed = binding("Warn", paramRef={**wanted, "name": "other", "parameterNotFoundAction": "Allow"})
    assert find(CONFIG_MAP, demand, parameters, allowed) == []
    elsewhere = {**parameters, "metadata": {"name": "limits", "namespace": "elsewhere"}}
    assert len(find(CONFIG_MAP, demand, elsewhere, binding("Warn", paramRef=wanted))) == 1


LABELLED = {"namespaceSelector": {"matchLabels": {"tier": "x"}}, "resourceRules": RULES}


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (
            policy({"expression": "authorizer.group('').resource('pods').check('get').allowed()"}),
            "undeclared reference",
        ),
        (policy({"expression": "1 +"}), "the expression cannot be evaluated here: Syntax error"),
        (policy({"expression": "false"}, matchConditions=[{"name": "n", "expression": "1 +"}]), "matchConditions[0]"),
        (
            policy({"expression": "false"}, paramKind={"apiVersion": "v1", "kind": "Limit"}),
            "no Limit of v1 is in the files",
        ),
        (
            policy({"expression": "false"}, matchConstraints=LABELLED),
            "a namespaceSelector: it depends on the Namespace apps",
        ),
        (
            policy({"expression": "has(namespaceObject.metadata.labels)"}),
            "it depends on the Namespace apps, which is not",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_a_note(
    release_of: Callable[..., Release], tmp_path: Path, manifest: dict[str, Any], why: str
) -> None:
    rendered = Rendered(Case("written"), release_of(CONFIG_MAP))
    (verdict,) = examine(check_with(policies_of(tmp_path, manifest)), [rendered])
    assert not verdict.findings
    (sentence,) = [note.sentence for note in verdict.notes]
    assert sentence.startswith("ValidatingAdmissionPolicy/p: is not evaluated: ")
    assert why in sentence


def test_a_namespace_in_the_files_has_labels(find: Find) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps", "labels": {"tier": "x"}}}
    assert len(find(CONFIG_MAP, policy({"expression": "false"}, matchConstraints=LABELLED), namespace)) == 1
    named = policy({"expression": "namespaceObject.metadata.labels.tier == 'x'"})
    assert find(CONFIG_MAP, named, namespace) == []


def test_the_words_never_quote_a_secret(find: Find) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hush}\n"
    told = {"expression": "false", "messageExpression": "object.data.a", "message": "no"}
    asked = {"expression": "int(object.data.a) > 1"}
    found = find(secret, policy(told, asked))
    assert [words for _, _, words in found] == [
        "breaks the policy: no",
        "breaks the policy: expression 'int(object.data.a) > 1' resulted in error",
    ]


@pytest.mark.parametrize(
    ("manifests", "complaint"),
    [
        ([], "has no ValidatingAdmissionPolicy: name files"),
        ([policy(), policy()], "ValidatingAdmissionPolicy/p: is in .* as well: remove one"),
        ([binding("Deny")], "ValidatingAdmissionPolicyBinding/b: names the policy p, which no file of `policies` has"),
        ([policy(validations="x")], "ValidatingAdmissionPolicy/p: spec.validations: .* is not of type"),
        ([policy(validation=[])], "ValidatingAdmissionPolicy/p: spec: .*validation"),
        ([policy(matchConstraints={})], r"spec\.matchConstraints\.resourceRules is missing"),
        ([{**policy(), "metadata": {}}], "a ValidatingAdmissionPolicy has no name or no spec"),
    ],
)
def test_files_that_cannot_be_used_are_refused(
    tmp_path: Path,
    make_chart: MakeChart,
    manifests: list[dict[str, Any]],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "p.yaml").write_text(yaml.safe_dump_all(manifests), encoding="utf-8")
    chart = make_chart({"chartgate.yaml": "policies: [../p.yaml]\n"})
    assert cli.main([str(chart), "--offered"]) == cli.UNUSABLE
    assert re.search(complaint, capsys.readouterr().err)
    make_chart({"chartgate.yaml": "policies: [nowhere.yaml]\n"})
    assert cli.main([str(chart), "--offered"]) == cli.UNUSABLE
    assert "nowhere.yaml: No such file: correct `policies`" in capsys.readouterr().err
